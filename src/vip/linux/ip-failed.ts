import { OperatorError } from '../../core/errors.ts';

/** What a failing `ip` means to us. Only for wording and for what to try next: whether it worked is seen by a look. */
export type IpFailure =
  | 'denied'
  | 'no-interface'
  | 'present' // the address is there already
  | 'absent' // the address is not there
  | 'too-old' // not iproute2, or one without what we need
  | 'refused'; // anything else; the text says what

const MEANINGS: readonly (readonly [RegExp, IpFailure])[] = [
  [/Operation not permitted|Permission denied/, 'denied'],
  [
    /Cannot find device|can't find device|Device ".*" does not exist|No such device|Device not found/,
    'no-interface',
  ],
  [/[Aa]ddress already assigned|File exists/, 'present'],
  [/[Aa]ddress not found|Cannot assign requested address/, 'absent'],
  [/BusyBox|[Oo]ption ".*" is unknown|unrecognized option|invalid option/, 'too-old'],
];

export function ipFailure(text: string): IpFailure {
  return MEANINGS.find(([pattern]) => pattern.test(text))?.[1] ?? 'refused';
}

export const NEEDS_IPROUTE2 =
  'install iproute2 (Debian, Alpine, Fedora: package iproute2 or iproute); BusyBox ip cannot do this';

/** `command` is what was run, `text` what ip said. */
export function ipFailed(command: string, text: string): OperatorError {
  const said = text
    .replaceAll(/^Error: |\.$/gm, '')
    .trim()
    .split('\n')
    .slice(0, 3)
    .join('; ');
  const message = `ip ${command}: ${said === '' ? 'failed without a word' : said}`;
  switch (ipFailure(text)) {
    case 'denied':
      return new OperatorError('VIP_DENIED', message, {
        hint: 'run as root, or grant CAP_NET_ADMIN (ambient)',
      });
    case 'no-interface':
      return new OperatorError('VIP_NO_INTERFACE', message, {
        hint: 'see the names with `ip link`; the config names the interface per group, or per node',
      });
    case 'too-old':
      return new OperatorError('TOOL_MISSING', `${message}; sealbeat needs iproute2`, {
        hint: NEEDS_IPROUTE2,
      });
    case 'present':
    case 'absent':
    case 'refused':
      return new OperatorError('VIP_FAILED', message, {
        hint: 'run the command by hand; `sealbeat check --plan` prints it',
      });
  }
}

export function ipMissing(program: string): OperatorError {
  return new OperatorError('TOOL_MISSING', `${program} is not installed; sealbeat needs iproute2`, {
    hint: NEEDS_IPROUTE2,
  });
}
