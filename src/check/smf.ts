import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Exec } from '../core/ports.ts';
import { askTool, type Asking } from './tool.ts';
import { bad, good, lastLine, unclear } from './words.ts';

/** Where a service that is online still is on its way to, when somebody stops it. */
const LEAVING = new Set(['offline', 'disabled', 'maintenance', 'uninitialized']);

/** One line for each instance that the name fits: its state, and the one that it changes to or `-`. */
export const askSmf = (service: string, exec: Exec, asking: Asking): Promise<CheckAnswer> =>
  askTool(exec, ['svcs', '-H', '-o', 'state,nstate', service], asking, ({ exitCode, stdout, stderr }) => {
    const instances = stdout
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([state = '']) => state !== '');
    if (instances.length === 0) {
      const words = lastLine(stderr).replace(/^svcs: /, '');
      return /doesn't match|not found/i.test(words)
        ? bad('there is no such service')
        : unclear(words || `exit code ${exitCode}`);
    }
    const wrong = instances.find(
      ([state, next = '-']) => state?.replace('*', '') !== 'online' || LEAVING.has(next),
    );
    if (wrong === undefined) return good('online');
    const [state = '', next = '-'] = wrong;
    return bad(next === '-' ? state : `${state}, becomes ${next}`);
  });
