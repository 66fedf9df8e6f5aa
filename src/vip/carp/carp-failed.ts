import { OperatorError, type ErrorCode } from '../../core/errors.ts';

type Meaning = readonly [pattern: RegExp, code: ErrorCode, hint: string];

const BY_HAND = 'run the command by hand; `sealbeat check --plan` prints it';

/** What a failing ifconfig or sysctl means to us. Only for wording: whether it worked is seen by a look. */
const MEANINGS: readonly Meaning[] = [
  [/[Pp]ermission denied|Operation not permitted/, 'VIP_DENIED', 'run sealbeat as root'],
  [
    /does not exist|no such interface|Device not configured/,
    'VIP_NO_INTERFACE',
    'see the names with `ifconfig -a`; the config names the interface per group, or per node',
  ],
  [
    /unknown oid|Protocol not supported|level name carp/,
    'VIP_FAILED',
    'load CARP: `kldload carp`, and carp_load="YES" in /boot/loader.conf (FreeBSD); or use a kernel that has it',
  ],
  [
    /\bpeer6?: bad value/,
    'VIP_FAILED',
    'unicast needs FreeBSD 14; remove `unicast` from the carp section of the group',
  ],
  [
    /SIOCSVH: Invalid argument/,
    'VIP_FAILED',
    'see with `ifconfig` whether another interface has this vhid on the same network already; give the group another',
  ],
  [/SIOCIFCREATE/, 'VIP_FAILED', 'see with `ifconfig -C` whether this kernel has carp interfaces'],
  [/File exists/, 'VIP_FAILED', 'see with `ifconfig -a` which interface has this prefix already; use /32'],
  [/demotion/, 'VIP_FAILED', 'a demotion is 0 to 128; see `ifconfig -g carp`'],
  [/bad value/, 'VIP_FAILED', 'correct the address or its length in the config'],
];

/** `shown` is what was run, `text` what it said. */
export function carpFailed(shown: string, text: string): OperatorError {
  const said = text
    .replaceAll(/^(ifconfig|sysctl): |\.$/gm, '')
    .trim()
    .split('\n')
    .slice(0, 3)
    .join('; ');
  const [, code, hint] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [
    /./,
    'VIP_FAILED' as const,
    BY_HAND,
  ];
  return new OperatorError(code, `${shown}: ${said === '' ? 'failed without a word' : said}`, { hint });
}
