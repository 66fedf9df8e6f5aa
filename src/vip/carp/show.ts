import { OperatorError } from '../../core/errors.ts';
import type { Exec } from '../../core/ports.ts';
import { carpFailed } from './carp-failed.ts';
import { runCommand, shownAs, type Command } from './command.ts';
import { parseCarpListing, type Listing } from './listing.ts';

/** Undefined when there is no such interface. Throws OperatorError when that cannot be told. */
export async function showInterface(exec: Exec, name: string): Promise<Listing | undefined> {
  const command: Command = ['ifconfig', name];
  const { exitCode, stdout, stderr } = await runCommand(exec, command);
  if (exitCode !== 0) {
    const { code, message, hint } = carpFailed(shownAs(command), stderr);
    if (code === 'VIP_NO_INTERFACE') return undefined;
    throw new OperatorError(code === 'VIP_FAILED' ? 'VIP_UNKNOWN' : code, message, { hint });
  }
  const listing = parseCarpListing(stdout, name);
  if (listing === 'absent') return undefined;
  if (listing !== 'unreadable') return listing;
  throw new OperatorError('VIP_UNKNOWN', `${shownAs(command)}: printed something that is no listing`, {
    hint: 'run the command by hand, and see whether another ifconfig is first on the PATH',
  });
}
