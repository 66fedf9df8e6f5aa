import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Exec } from '../core/ports.ts';
import { askTool, type Asking } from './tool.ts';
import { bad, good, lastLine, unclear } from './words.ts';

/** A unit that is reloading serves on. One that is activating does not yet, and it may be the tenth time that it tries. */
const SERVING = new Set(['active', 'reloading']);
const NOT_SERVING = new Set([
  'inactive',
  'failed',
  'activating',
  'deactivating',
  'maintenance',
  'refreshing',
]);

/** `is-active` prints one word, for a unit that nobody knows as well; without systemd behind it, it complains instead. */
export const askUnit = (unit: string, exec: Exec, asking: Asking): Promise<CheckAnswer> =>
  askTool(exec, ['systemctl', 'is-active', '--', unit], asking, ({ stdout, stderr }) => {
    const state = stdout.trim();
    if (SERVING.has(state)) return good(state);
    if (NOT_SERVING.has(state) || state === 'unknown') return bad(state);
    return unclear(lastLine(stderr) || `systemctl says "${state}"`);
  });
