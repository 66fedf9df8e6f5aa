// Goal: whatever ipadm and ifconfig complain about, an operator is told what it means and what to do next.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { Ran } from '../../../src/core/ports.ts';
import { lookFailed, toolFailed } from '../../../src/vip/illumos/tool-failed.ts';
import type { Command } from '../../../src/vip/plain/tools.ts';

interface Entry {
  readonly case: string;
  readonly argv: Command;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const fixtures = join(import.meta.dirname, '..', '..', 'systems', 'illumos', 'fixtures');
const entries = JSON.parse(readFileSync(join(fixtures, 'commands.json'), 'utf8')) as readonly Entry[];
const failures = entries.filter(({ rc }) => rc !== 0);

type Said = readonly [ErrorCode, RegExp];
const byCase: Readonly<Record<string, Said>> = {
  'addif-logical-name': ['VIP_NO_INTERFACE', /name e1000g0 in the config/],
  'addif-no-interface': ['VIP_NO_INTERFACE', /dladm show-link/],
  'addif-no-privilege': ['VIP_DENIED', /sys_ip_config/],
  'addif-already-up-on-this-host': ['VIP_FAILED', /ipadm show-addr \| grep 10\.77\.0\.100/],
  'bad-address': ['VIP_FAILED', /in the config/],
  'removeif-with-prefix': ['VIP_FAILED', /in the config/],
  'removeif-missing': ['VIP_NO_INTERFACE', /dladm show-link/],
  'removeif-lif0': ['VIP_FAILED', /ifconfig e1000g0 0\.0\.0\.0 netmask 0\.0\.0\.0 down/],
  'status-no-interface': ['VIP_NO_INTERFACE', /dladm show-link/],
  'create-addr-object-exists': ['VIP_FAILED', /ipadm delete-addr e1000g0\/sealvip0/],
  'create-addr-same-address-other-object': ['VIP_FAILED', /ipadm show-addr \| grep 10\.77\.0\.100/],
  'create-addr-bad-object-name': ['VIP_FAILED', /interface \(e1000g0\) in the config/],
  'create-addr-no-slash': ['VIP_FAILED', /in the config/],
  'create-addr-no-interface': ['VIP_NO_INTERFACE', /ipadm show-if/],
  'create-addr-no-authorization': ['VIP_DENIED', /usermod -A solaris\.network\.interface\.config/],
  'create-addr-bad-address': ['VIP_FAILED', /in the config/],
  'delete-addr-missing': ['VIP_FAILED', /who else changes addresses/],
  'show-addr-missing': ['VIP_FAILED', /who else changes addresses/],
  'show-addr-p-without-o': ['VIP_FAILED', /by hand/],
};

test('illumos: every recorded failure has a meaning here', () => {
  assert.deepEqual(failures.map((entry) => entry.case).toSorted(), Object.keys(byCase).toSorted());
});

const ranWith = (stderr: string, more: Partial<Ran> = {}): Ran => ({
  ...{ exitCode: 1, stdout: '\n', stderr, timedOut: false, missing: false },
  ...more,
});

for (const entry of failures) {
  test(`illumos: ${entry.case} has a next step`, () => {
    const [code, hint] = byCase[entry.case] ?? [];
    const error = toolFailed(entry.argv, ranWith(entry.stderr, { stdout: entry.stdout }));
    assert.equal(error.code, code);
    assert.match(error.hint, hint ?? /^$/);
    assert.doesNotMatch(error.message, /\n|ipadm: |ifconfig: /);
    assert.match(error.message, /: [^ ].*[^ \n]$/);
  });
}

const CREATE4 = 'ipadm create-addr -t -T static -a 10.77.0.100/32 e1000g0/sealvip0a4d0064';
const CREATE6 = 'ipadm create-addr -t -T static -a fd77::100/128 e1000g0/sealvip1';
const DELETE = 'ipadm delete-addr e1000g0/sealvip0a4d0064';
const ADDIF = 'ifconfig e1000g0 addif 10.77.0.100/32 up';

/** Sentences that were read in the sources and not recorded. */
const sentences: readonly (readonly [string, string, ...Said])[] = [
  [CREATE4, 'Could not create address: Permission denied', 'VIP_DENIED', /sys_ip_config/],
  [DELETE, 'could not delete address: Insufficient user authorizations', 'VIP_DENIED', /usermod -A/],
  [
    CREATE4,
    'Could not create address: Operation not permitted on from-gz interface',
    ...(['VIP_DENIED', /zonecfg -z ZONE info net.*allowed-address has to name 10\.77\.0\.100/] as const),
  ],
  [CREATE4, 'Could not create address: Could not open DLPI link', 'VIP_NO_INTERFACE', /dladm show-link/],
  [CREATE4, 'Could not create address: Datalink does not exist', 'VIP_NO_INTERFACE', /dladm show-link/],
  [DELETE, 'could not delete address: Interface does not exist', 'VIP_NO_INTERFACE', /ipadm show-if/],
  [
    CREATE4,
    "Could not create address: Can't assign requested address",
    'VIP_FAILED',
    /grep 10\.77\.0\.100`$/,
  ],
  [
    CREATE6,
    "Could not create address: Can't assign requested address",
    ...(['VIP_FAILED', /grep fd77::100`; or e1000g0 has no link-local address/] as const),
  ],
  [CREATE4, 'Could not create address: Could not communicate with ipmgmtd', 'VIP_FAILED', /svcs -xv/],
  [CREATE4, 'Could not create address: Invalid data exchange with daemon', 'VIP_FAILED', /svcs -xv/],
  [
    CREATE6,
    'Could not create address: IPv6 autoconf daemon in.ndpd not running',
    'VIP_FAILED',
    /svcadm enable/,
  ],
  [CREATE4, 'Could not create address: Persistent operation on temporary object', 'VIP_FAILED', /next boot/],
  [CREATE4, 'Could not create address: Duplicate address detected', 'VIP_FAILED', /still holds it/],
  [CREATE4, 'Could not create address: Operation not supported', 'VIP_FAILED', /illumos-ifconfig/],
  [CREATE4, 'Could not create address: Invalid argument provided', 'VIP_FAILED', /in the config/],
  [CREATE4, 'Error in setting local address: Invalid address', 'VIP_FAILED', /in the config/],
  [CREATE4, 'Could not create address: Already exists', 'VIP_FAILED', /ipadm show-addr e1000g0\/sealvip/],
  [CREATE4, 'Could not create address: No buffer space available', 'VIP_FAILED', /vmstat/],
  [CREATE4, 'Could not get address: Object not found', 'VIP_FAILED', /who else/],
  [ADDIF, 'could not create address: Insufficient user authorizations', 'VIP_DENIED', /usermod -A/],
  [ADDIF, 'Bad prefix length in 10.77.0.100/32', 'VIP_FAILED', /in the config/],
  [ADDIF, 'addif: SIOCLIFADDIF: e1000g0: already exists', 'VIP_FAILED', /ipadm show-addr/],
  [ADDIF, 'setifflags: SIOCSLIFFLAGS: e1000g0:2: Not enough space', 'VIP_FAILED', /vmstat/],
  [ADDIF, 'out of cheese', 'VIP_FAILED', /by hand/],
  [ADDIF, '', 'VIP_FAILED', /by hand/],
];
for (const [command, sentence, code, hint] of sentences) {
  const words = command.split(' ') as [string, ...string[]];
  test(`illumos: "${sentence}" of ${words.slice(0, 3).join(' ')} has a next step`, () => {
    const error = toolFailed(words, ranWith(sentence === '' ? '' : `${words[0]}: ${sentence}`));
    assert.equal(error.code, code);
    assert.match(error.hint, hint);
    assert.equal(error.message, `${command}: ${sentence || 'failed without a word (1)'}`);
  });
}

test('illumos: a program that is missing or hangs is no refusal', () => {
  const command = ['ipadm', 'show-addr'] as const;
  assert.equal(toolFailed(command, ranWith('', { exitCode: -1, missing: true })).code, 'TOOL_MISSING');
  assert.equal(toolFailed(command, ranWith('', { exitCode: -1, timedOut: true })).code, 'TOOL_TIMEOUT');
});

test('illumos: a look that fails is "don\'t know", unless the reason is known', () => {
  const command = ['ipadm', 'show-addr'] as const;
  for (const [stderr, code] of [
    ['ipadm: Could not get address: Could not communicate with ipmgmtd', 'VIP_UNKNOWN'],
    ['ipadm: Could not get address: Interface does not exist', 'VIP_UNKNOWN'],
    ['ipadm: Could not get address: Permission denied', 'VIP_DENIED'],
  ] as const)
    assert.equal(lookFailed(command, ranWith(stderr)).code, code);
});
