import type { OperatorError } from '../../core/errors.ts';
import type { Exec } from '../../core/ports.ts';
import { carpFailed } from './carp-failed.ts';
import { runCommand, shownAs, type Command } from './command.ts';

export const preemptHere =
  'net.inet.carp.preempt is 1 here: a virtual host that sealbeat has not taken becomes master by itself; set it to 0 on all nodes';

/** Settings of the kernel, in the order of their names; one that is not there fails all of them. Never throws. */
export async function readNumbers(
  exec: Exec,
  names: readonly string[],
): Promise<{ readonly numbers: readonly number[]; readonly failed: OperatorError | undefined }> {
  const command: Command = ['sysctl', '-n', ...names];
  const ran = await attempt(exec, command);
  if (ran === undefined) return { numbers: [], failed: undefined };
  if (ran.exitCode !== 0) return { numbers: [], failed: carpFailed(shownAs(command), ran.stderr) };
  return { numbers: ran.stdout.trim().split('\n').map(Number), failed: undefined };
}

/** Advertisements with another password, or with other addresses behind the same password. */
export async function notUnderstood(exec: Exec): Promise<number | undefined> {
  const ran = await attempt(exec, ['netstat', '-s', '-p', 'carp']);
  const [, count] = /(\d+) (?:packets? )?discarded for bad authentication/.exec(ran?.stdout ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}

/** Undefined where the program is not there, or does not end. */
export const attempt = (exec: Exec, command: Command) => runCommand(exec, command).catch(() => undefined);
