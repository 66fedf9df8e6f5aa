import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Exec, RunAs } from '../core/ports.ts';
import type { Asking } from './tool.ts';
import { bad, good, late, unclear, wordsOf } from './words.ts';

/** An operator's program. What it starts is ended with it, so that nothing piles up behind one that hangs. */
export async function askCommand(
  [program = '', ...args]: readonly string[],
  as: RunAs | undefined,
  exec: Exec,
  { timeoutMs, signal }: Asking,
): Promise<CheckAnswer> {
  const ran = await exec.run(program, args, {
    ...{ timeoutMs, signal, withOffspring: true },
    ...(as === undefined ? {} : { as }),
  });
  if (ran.timedOut) return late(timeoutMs);
  if (ran.missing) return unclear(`${program} is not installed`);
  const words = wordsOf(ran);
  if (ran.exitCode === -1) return unclear(words || 'not started, or ended by a signal');
  if (ran.exitCode === 0) return good(words || 'exit code 0');
  return bad([`exit code ${ran.exitCode}`, words].filter((text) => text !== '').join(': '));
}
