import { type ErrorCode, OperatorError } from '../../core/errors.ts';
import { type Ran } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { type Command, COMMAND_MS } from '../plain/tools.ts';

/** What a command was about, for the next step that an operator is told. */
interface Subject {
  readonly link: string;
  readonly object: string;
  readonly address: string;
}

interface Meaning {
  readonly text: RegExp;
  readonly code: ErrorCode;
  readonly hint: (about: Subject) => string;
}

/**
 * What the sentences of libipadm and of ifconfig mean, which goes through libipadm itself. For wording only: whether it
 * worked is seen by a look. Which sentence the kernel's error number leads to is not certain everywhere, so those that may
 * stand for each other have hints that do for both.
 */
const MEANINGS: readonly Meaning[] = [
  {
    text: /Insufficient user authorizations/,
    code: 'VIP_DENIED',
    hint: () =>
      'the user lacks an authorization: `usermod -A solaris.network.interface.config USER` (`auths USER` shows what it has; root has it)',
  },
  {
    text: /from-gz/,
    code: 'VIP_DENIED',
    hint: ({ address }) =>
      `the global zone decides: \`zonecfg -z ZONE info net\` there; allowed-address has to name ${address}, or nothing, and ip-type has to be exclusive`,
  },
  {
    text: /[Pp]ermission denied|Operation not permitted|Not owner/,
    code: 'VIP_DENIED',
    hint: () =>
      'run as root, or with the privilege sys_ip_config (`ppriv PID` shows it) and the authorization solaris.network.interface.config; a zone with ip-type=shared cannot set addresses at all',
  },
  {
    text: /Interface does not exist|Datalink does not exist|Could not open DLPI link|no such interface/,
    code: 'VIP_NO_INTERFACE',
    hint: () =>
      'see the names with `dladm show-link` and `ipadm show-if`; the config names the interface per group, or per node',
  },
  {
    text: /bad physical interface name/,
    code: 'VIP_NO_INTERFACE',
    hint: ({ link }) => `name ${link.split(':')[0]} in the config, not a logical interface of it`,
  },
  {
    text: /cannot remove interface/,
    code: 'VIP_FAILED',
    hint: ({ link }) =>
      `it is the interface's own address; if it is a left-over: \`ifconfig ${link} 0.0.0.0 netmask 0.0.0.0 down\`, and give ${link} an address of its own first`,
  },
  {
    text: /Address object already exists|already exists|Already exists/,
    code: 'VIP_FAILED',
    hint: ({ object }) =>
      `look at it: \`ipadm show-addr ${object}\`; if it is a left-over: \`ipadm delete-addr ${object}\``,
  },
  {
    text: /Address already in use|(Can't|Cannot) assign requested address/,
    code: 'VIP_FAILED',
    hint: ({ link, address }) =>
      `this host has it already, perhaps on another interface: \`ipadm show-addr | grep ${address}\`` +
      (address.includes(':') ? `; or ${link} has no link-local address: \`ifconfig ${link} inet6\`` : ''),
  },
  {
    text: /[Oo]bject not found|not found/,
    code: 'VIP_FAILED',
    hint: () => 'see who else changes addresses here: `ipadm show-addr`, `route -n monitor`',
  },
  {
    text: /ipmgmtd|Invalid data exchange with daemon/,
    code: 'VIP_FAILED',
    hint: () =>
      '`svcs -xv network/ip-interface-management`; `svcadm restart network/ip-interface-management`',
  },
  {
    text: /in\.ndpd/,
    code: 'VIP_FAILED',
    hint: () => 'IPv6 gets its link-local address with it: `svcadm enable network/routing/ndp`',
  },
  {
    text: /Duplicate address detected/,
    code: 'VIP_FAILED',
    hint: () => 'find the host that still holds it',
  },
  {
    text: /Operation not supported/,
    code: 'VIP_FAILED',
    hint: ({ link }) =>
      `if ${link} is an IPMP group, this ipadm is too old for it: write \`adapter: { NODE: illumos-ifconfig }\``,
  },
  {
    text: /Persistent operation on temporary object/,
    code: 'VIP_FAILED',
    hint: ({ link }) =>
      `${link} was made for the time until the next boot, and the address was not: \`ipadm show-addr ${link}/\``,
  },
  {
    text: /[Ii]nvalid address|Invalid argument|Invalid name|bad address|[Bb]ad prefix length|unexpected '\/'|Incorrect protocol family/,
    code: 'VIP_FAILED',
    hint: ({ link }) => `see the address, its length and the interface (${link}) in the config`,
  },
  {
    text: /No buffer space|Insufficient memory|Not enough space/,
    code: 'VIP_FAILED',
    hint: () => 'the host is short of memory: `vmstat 1`, `prstat -s rss`',
  },
];

/** For a change: what the command said, with the next step. */
export function toolFailed(command: Command, ran: Ran): OperatorError {
  const text = command.join(' ');
  const [program] = command;
  if (ran.missing)
    return new OperatorError('TOOL_MISSING', `${program} is not installed, or not on the PATH`, {
      hint: 'it is in /usr/sbin and /sbin: see the PATH of the service',
    });
  if (ran.timedOut)
    return new OperatorError('TOOL_TIMEOUT', `${text}: no answer within ${COMMAND_MS / SECOND_MS} s`, {
      hint: 'see whether ipmgmtd answers: `svcs -xv network/ip-interface-management`, `ipadm show-addr`',
    });
  const said = sentenceOf(ran, program);
  const meaning = MEANINGS.find((one) => one.text.test(said));
  return new OperatorError(meaning?.code ?? 'VIP_FAILED', `${text}: ${said}`, {
    hint: meaning?.hint(subjectOf(command)) ?? 'run the command by hand; `sealbeat check --plan` prints it',
  });
}

/** For a look: then it is not known whether an address is there. */
export function lookFailed(command: Command, ran: Ran): OperatorError {
  const { code, message, hint } = toolFailed(command, ran);
  const says = code === 'VIP_DENIED' || code === 'TOOL_MISSING' || code === 'TOOL_TIMEOUT';
  return new OperatorError(says ? code : 'VIP_UNKNOWN', message, { hint });
}

/** ipadm says it on stderr and ends the line on stdout. */
function sentenceOf({ exitCode, stderr }: Ran, program: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => (line.startsWith(`${program}: `) ? line.slice(program.length + 2) : line).trim())
    .filter((line) => line !== '');
  return lines.length === 0 ? `failed without a word (${exitCode})` : lines.slice(0, 3).join('; ');
}

/** `ipadm … [-a A/P] IF/OBJECT`, `ifconfig IF [inet6] VERB A[/P] …`. */
function subjectOf([program, ...args]: Command): Subject {
  const last = args.at(-1) ?? '';
  const isIpadm = program === 'ipadm';
  const address = args.find((word) => /^[0-9a-f.:]+(\/\d+)?$/i.test(word) && /[.:]/.test(word)) ?? '';
  return {
    link: isIpadm ? (last.split('/')[0] ?? '') : (args[0] ?? ''),
    object: isIpadm ? last : '',
    address: address.split('/')[0] ?? '',
  };
}
