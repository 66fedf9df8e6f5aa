import type { Exec, Ran } from '../../src/core/ports.ts';

/** Runs nothing: keeps what it was asked to run, and ends as it is told. `undefined` for a program that never ends. */
export interface ToldExec extends Exec {
  readonly calls: { readonly command: readonly string[]; readonly timeoutMs: number }[];
}

const ended: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };

export function toldExec(end: Partial<Ran> | undefined): ToldExec {
  const calls: ToldExec['calls'] = [];
  return {
    calls,
    run(file, args, { timeoutMs }) {
      calls.push({ command: [file, ...args], timeoutMs });
      return end === undefined ? new Promise<Ran>(() => {}) : Promise.resolve({ ...ended, ...end });
    },
  };
}
