import { OperatorError } from '../../core/errors.ts';
import type { Exec, Ran, Vip } from '../../core/ports.ts';
import { type AddressTools, COMMAND_MS, type Command, type Hints, type ShownLink } from '../plain/tools.ts';
import { ifconfigFailed, ifconfigFailure } from './ifconfig-failed.ts';
import { parseListing } from './listing.ts';
import { type Setting, adviceFrom } from './settings-advice.ts';

/** How one of the three systems wants to be spoken to. */
export interface Dialect {
  addCommand(vip: Vip, leaseSeconds: number): Command;
  removeCommand(vip: Vip): Command;
  readonly createsLinks: boolean;
  readonly settleMs: number;
  /** Who may change addresses. */
  readonly asRoot: string;
  readonly hints: Hints;
  readonly settings: readonly Setting[];
}

/** ifconfig(8) of the BSDs. */
export function ifconfigTools(exec: Exec, dialect: Dialect): AddressTools {
  const { asRoot, createsLinks, settleMs, hints, settings } = dialect;
  const failed = (command: Command, ran: Ran): OperatorError => ifconfigFailed(command, ran, asRoot);

  return {
    ...{ createsLinks, settleMs, hints, failed },
    async show(link): Promise<ShownLink | undefined> {
      const command: Command = ['ifconfig', link];
      const ran = await exec.run('ifconfig', [link], { timeoutMs: COMMAND_MS });
      const isAnswer = !ran.missing && !ran.timedOut && ran.exitCode >= 0;
      if (isAnswer && ran.exitCode > 0 && ifconfigFailure(ran) === 'no-interface') return undefined;
      if (ran.exitCode !== 0) throw unknown(failed(command, ran));
      const shown = parseListing(ran.stdout, link);
      if (shown === 'unreadable') throw unreadable(command);
      return shown === 'absent' ? undefined : shown;
    },
    addCommands: (vip, leaseSeconds) => [dialect.addCommand(vip, leaseSeconds)],
    removeCommands: (vip) => [dialect.removeCommand(vip)],
    // Only IPv6 addresses have lifetimes.
    isKernelLeased: ({ family }) => family === 6,
    monitor: ['route', '-n', 'monitor'],
    advice: () => adviceFrom(exec, settings),
  };
}

/** `vltime` alone is refused, because the preferred lifetime would be the longer one. */
export const lifetimeWords = ({ family }: Vip, leaseSeconds: number): readonly string[] =>
  family === 4 || leaseSeconds === 0 ? [] : ['vltime', String(leaseSeconds), 'pltime', String(leaseSeconds)];

export const familyWord = ({ family }: Vip): 'inet' | 'inet6' => (family === 4 ? 'inet' : 'inet6');

/** As FreeBSD and NetBSD want it. */
export const aliasBehindAddress: Pick<Dialect, 'addCommand' | 'removeCommand'> = {
  addCommand: (vip, leaseSeconds) => [
    ...(['ifconfig', vip.link, familyWord(vip)] as const),
    `${vip.address}/${vip.prefixLength}`,
    ...lifetimeWords(vip, leaseSeconds),
    'alias',
  ],
  removeCommand: (vip) => ['ifconfig', vip.link, familyWord(vip), vip.address, '-alias'],
};

/** Whatever kept us from looking: it is not known whether the address is there. */
function unknown(problem: OperatorError): OperatorError {
  if (problem.code !== 'VIP_FAILED') return problem;
  return new OperatorError('VIP_UNKNOWN', problem.message, { hint: problem.hint });
}

function unreadable(command: Command): OperatorError {
  return new OperatorError('VIP_UNKNOWN', `${command.join(' ')}: printed something that is no listing`, {
    hint: 'run the command by hand, and see whether another ifconfig is first on the PATH',
  });
}
