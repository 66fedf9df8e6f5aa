import { OperatorError } from '../../core/errors.ts';
import type { Exec, Ran } from '../../core/ports.ts';
import { carpFailed } from './carp-failed.ts';

/** A word that nobody is shown, not even in an error. The process list of this host shows it all the same, for a moment. */
export interface Secret {
  readonly secret: string;
}

/** A program and its arguments; nothing is ever quoted. */
export type Command = readonly [string, ...(string | Secret)[]];
export type OpenCommand = readonly [string, ...string[]];

/** How long one command may take. */
export const COMMAND_MS = 2_000;
const HIDDEN = '****';

export const shownAs = (command: Command): string =>
  command.map((word) => (typeof word === 'string' ? word : HIDDEN)).join(' ');

/** Runs a command to its end. Throws OperatorError where it could not: TOOL_MISSING, TOOL_TIMEOUT. */
export async function runCommand(exec: Exec, command: Command, timeoutMs = COMMAND_MS): Promise<Ran> {
  const [program, ...words] = command;
  const ran = await exec.run(
    program,
    words.map((word) => (typeof word === 'string' ? word : word.secret)),
    { timeoutMs },
  );
  if (ran.missing)
    throw new OperatorError('TOOL_MISSING', `${program} is not installed, or not in the PATH`, {
      hint: 'start sealbeat with a PATH that has /sbin and /usr/sbin in it',
    });
  if (ran.timedOut)
    throw new OperatorError('TOOL_TIMEOUT', `${shownAs(command)}: has not ended within ${timeoutMs} ms`, {
      hint: 'run it by hand; see whether this host is starved',
    });
  return { ...ran, stderr: withoutSecrets(ran.stderr, command) };
}

/** One after the other, up to the first that fails; what that one said. Whether it worked is for a look to say. */
export async function runAll(
  exec: Exec,
  commands: readonly Command[],
  timeoutMs = COMMAND_MS,
): Promise<OperatorError | undefined> {
  for (const command of commands) {
    const ran = await runCommand(exec, command, timeoutMs);
    if (ran.exitCode !== 0) return carpFailed(shownAs(command), ran.stderr);
  }
  return undefined;
}

/** A program that takes a word for something else complains about it by name. */
const withoutSecrets = (text: string, command: Command): string =>
  command.reduce<string>(
    (left, word) =>
      typeof word === 'string' || word.secret === '' ? left : left.replaceAll(word.secret, HIDDEN),
    text,
  );
