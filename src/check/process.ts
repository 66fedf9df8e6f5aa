import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Exec } from '../core/ports.ts';
import type { Processes } from './processes.ts';
import { codeOf } from './read-some.ts';
import { askTool, type Asking } from './tool.ts';
import { bad, good, lastLine, unclear } from './words.ts';

const NONE = 'no such process';

export async function askProcessOfLinux(name: string, processes: Processes): Promise<CheckAnswer> {
  try {
    const pid = await processes.find(name);
    return pid === undefined ? bad(NONE) : good(`runs as ${pid}`);
  } catch (error) {
    return unclear(`/proc cannot be read: ${codeOf(error)}`);
  }
}

/** Elsewhere: the name as a whole, in which a dot is a dot. 0: found; 1: none; anything else: it could not look. */
export const askPgrep = (name: string, exec: Exec, asking: Asking): Promise<CheckAnswer> =>
  askTool(
    exec,
    ['pgrep', '-x', '--', name.replace(/[.+]/g, '\\$&')],
    asking,
    ({ exitCode, stdout, stderr }) => {
      const [pid = ''] = stdout.trim().split(/\s+/);
      if (exitCode === 0 && pid !== '') return good(`runs as ${pid}`);
      return exitCode === 1
        ? bad(NONE)
        : unclear(lastLine(stderr) || `pgrep ended with exit code ${exitCode}`);
    },
  );
