import { OperatorError } from '../../core/errors.ts';
import type { Exec, Ran } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { lastLines } from '../../core/last-lines.ts';
import { shownWords } from '../../core/shown-words.ts';

/** One call of an operator's program, with its arguments as they reach it. */
export interface ProgramCall {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ProgramLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  readonly call: ProgramCall;
  /** `exited` with any exit code; the others never had one. `superseded`: something else was wanted meanwhile. */
  readonly how: 'exited' | 'timed out' | 'missing' | 'denied' | 'not started' | 'superseded';
  readonly exitCode: number;
  readonly timeoutMs: number;
  readonly stdout: string;
  /** The last of both streams. */
  readonly lines: readonly string[];
}

/** Never rejects. Ended by its limit or the signal, it takes with it all that it has started. */
export async function runProgram(
  exec: Exec,
  call: ProgramCall,
  { timeoutMs, signal }: ProgramLimits,
): Promise<ProgramEnd> {
  const [file = '', ...args] = call.words;
  const ran = await exec.run(file, args, { timeoutMs, env: call.env, withOffspring: true, signal });
  const { exitCode, stdout } = ran;
  return { call, how: howItEnded(ran, signal), exitCode, timeoutMs, stdout, lines: lastLines(ran) };
}

function howItEnded({ exitCode, timedOut, missing, stderr }: Ran, signal: AbortSignal): ProgramEnd['how'] {
  if (missing) return 'missing';
  if (timedOut) return 'timed out';
  if (exitCode >= 0) return 'exited';
  if (signal.aborted) return 'superseded';
  return /^spawn .* EACCES$/.test(stderr) ? 'denied' : 'not started';
}

export const isDone = ({ how, exitCode }: ProgramEnd): boolean => how === 'exited' && exitCode === 0;

/** What became of it, in the words that stand behind its name: `exit code 3`. */
export function endText({ how, exitCode, timeoutMs }: ProgramEnd): string {
  switch (how) {
    case 'exited':
      return `exit code ${exitCode}`;
    case 'timed out':
      return `ended after ${timeoutMs / SECOND_MS} s, because it had not ended by itself`;
    case 'missing':
      return 'it is not there, or the interpreter that its first line names is not';
    case 'denied':
      return 'this user may not run it';
    case 'not started':
      return 'it could not be started, or a signal ended it';
    case 'superseded':
      return 'ended, because something else is wanted now';
  }
}

/** The failure with the last line that the program said. */
export function programFailed(end: ProgramEnd): OperatorError {
  const [program = ''] = end.call.words;
  const said = end.how === 'denied' ? undefined : end.lines.at(-1);
  const message = `${shownWords(end.call.words)}: ${endText(end)}${said === undefined ? '' : `: ${said}`}`;
  switch (end.how) {
    case 'missing':
      return new OperatorError('TOOL_MISSING', message, {
        hint: `see \`ls -l ${program}; head -1 ${program}\``,
      });
    case 'timed out':
      return new OperatorError('TOOL_TIMEOUT', message, {
        hint: 'run it by hand to see what it waits for; `timeout` in the config is its limit',
      });
    case 'denied':
      return new OperatorError('VIP_DENIED', message, {
        hint: `chmod 755 ${program}; each folder on its way must let this user in, too`,
      });
    case 'not started':
      return new OperatorError('VIP_FAILED', message, {
        hint: '`sealbeat check` says whether it can be run',
      });
    case 'exited':
      return new OperatorError('VIP_FAILED', message, {
        hint: 'run it by hand, as the user that sealbeat runs as; `sealbeat events` has its last lines',
      });
    case 'superseded':
      return new OperatorError('VIP_FAILED', message, { hint: '`sealbeat events` says what' });
  }
}
