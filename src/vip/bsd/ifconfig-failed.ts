import { OperatorError } from '../../core/errors.ts';
import type { Ran } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { COMMAND_MS, type Command } from '../plain/tools.ts';

/** What a failing ifconfig means to us. Only for wording, and for telling that an interface is not there. */
export type IfconfigFailure = 'denied' | 'no-interface' | 'absent' | 'elsewhere' | 'malformed' | 'refused';

const MEANINGS: readonly (readonly [RegExp, IfconfigFailure])[] = [
  [/permission denied|Operation not permitted/i, 'denied'],
  [/does not exist|no such interface|Device not configured/i, 'no-interface'],
  [/Can't assign requested address/, 'absent'],
  [/File exists/, 'elsewhere'],
  [/bad value|invalid|too large|too small/i, 'malformed'],
];

export function ifconfigFailure({ stderr }: Pick<Ran, 'stderr'>): IfconfigFailure {
  return MEANINGS.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'refused';
}

/** `asRoot`: who may change addresses on this system. */
export function ifconfigFailed(command: Command, ran: Ran, asRoot: string): OperatorError {
  const text = command.join(' ');
  if (ran.missing)
    return new OperatorError('TOOL_MISSING', `${command[0]} was not found`, {
      hint: 'it is in /sbin: start sealbeat with PATH=/sbin:/bin:/usr/sbin:/usr/bin',
    });
  if (ran.timedOut)
    return new OperatorError('TOOL_TIMEOUT', `${text}: no answer in ${COMMAND_MS / SECOND_MS} s`, {
      hint: 'see whether this host is starved, and whether the command hangs by hand',
    });
  const message = `${text}: ${said(ran)}`;
  switch (ifconfigFailure(ran)) {
    case 'denied':
      return new OperatorError('VIP_DENIED', message, { hint: asRoot });
    case 'no-interface':
      return new OperatorError('VIP_NO_INTERFACE', message, {
        hint: 'see the names with `ifconfig -a`; the config names the interface per group, or per node',
      });
    case 'absent':
      return new OperatorError('VIP_FAILED', message, {
        hint: 'the address is not there, or the interface cannot carry it: see `ifconfig -a`',
      });
    case 'elsewhere':
      return new OperatorError('VIP_FAILED', message, {
        hint: 'another interface has an address in the same prefix: see `ifconfig -a`, and give the VIP the length /32 or /128',
      });
    case 'malformed':
      return new OperatorError('VIP_FAILED', message, { hint: 'correct the VIP in the config' });
    case 'refused':
      return new OperatorError('VIP_FAILED', message, {
        hint: 'run the command by hand; `sealbeat check --plan` prints it',
      });
  }
}

/** FreeBSD 14 may say it twice: first where it happened, then what. */
function said({ stderr, exitCode }: Ran): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^ifconfig: /, '').trim())
    .filter((line) => line !== '');
  const sentences = lines.filter((line) => !/^in6?_exec_nl\(\)/.test(line));
  const told = (sentences.length > 0 ? sentences : lines).slice(0, 3).join('; ');
  if (told !== '') return told;
  return exitCode < 0 ? 'it was ended by a signal' : `it ended with ${exitCode} and said nothing`;
}
