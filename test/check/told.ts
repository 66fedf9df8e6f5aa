import type { Exec, Ran, RunOptions } from '../../src/core/ports.ts';
import type { Asking } from '../../src/check/tool.ts';

const ENDED: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };

/** Ends as it is told, by what it is asked to run, and keeps that. */
export function toldPrograms(
  ends: (command: string) => Partial<Ran> | undefined,
): Exec & { readonly calls: string[]; readonly options: RunOptions[] } {
  const calls: string[] = [];
  const options: RunOptions[] = [];
  return {
    calls,
    options,
    run(file, args, how) {
      const command = [file, ...args].join(' ');
      calls.push(command);
      options.push(how);
      const end = ends(command);
      return end === undefined ? new Promise<Ran>(() => {}) : Promise.resolve({ ...ENDED, ...end });
    },
  };
}

export const ASKING: Asking = { timeoutMs: 1_000, signal: new AbortController().signal };
