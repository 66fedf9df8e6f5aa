import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Exec, Ran } from '../core/ports.ts';
import { late, unclear } from './words.ts';

export interface Asking {
  readonly timeoutMs: number;
  /** Aborts when nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/**
 * Runs one of the system's own tools and lets `read` say what it showed. A tool that is missing, or that its system did
 * not let run, has said nothing.
 */
export async function askTool(
  exec: Exec,
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs, signal }: Asking,
  read: (ran: Ran) => CheckAnswer,
): Promise<CheckAnswer> {
  const ran = await exec.run(program, args, { timeoutMs, signal });
  if (ran.timedOut) return late(timeoutMs);
  if (ran.missing) return unclear(`${program} is not installed`);
  if (ran.exitCode === -1) return unclear(ran.stderr || `${program} was ended by a signal`);
  return read(ran);
}
