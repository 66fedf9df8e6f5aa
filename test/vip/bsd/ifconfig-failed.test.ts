// Goal: every failure that is known gets a sentence with the command, what it said, and the next step.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { Ran } from '../../../src/core/ports.ts';
import { ifconfigFailed } from '../../../src/vip/bsd/ifconfig-failed.ts';
import type { Command } from '../../../src/vip/plain/tools.ts';
import { recordedCalls } from '../../systems/bsd/recorded-calls.ts';

const ended: Ran = { exitCode: 1, stdout: '', stderr: '', timedOut: false, missing: false };
const failed = (command: string, ran: Partial<Ran>) =>
  ifconfigFailed(command.split(' ') as [string, ...string[]], { ...ended, ...ran }, 'run as root');

type Expected = readonly [code: ErrorCode, message: RegExp, hint: RegExp];

const recorded: Readonly<Record<string, Expected>> = {
  'freebsd delete-missing': [
    'VIP_FAILED',
    /-alias: ioctl \(SIOCDIFADDR\): Can't assign requested address$/,
    /not there/,
  ],
  'freebsd no-interface': [
    'VIP_NO_INTERFACE',
    /alias: interface em9 does not exist$/,
    /ifconfig -a.*per node/,
  ],
  'freebsd no-privilege': ['VIP_DENIED', /alias: ioctl \(SIOCAIFADDR\): permission denied$/, /run as root/],
  'freebsd bad-address': ['VIP_FAILED', /10\.77\.0\.300: bad value$/, /correct the VIP/],
  'freebsd bad-width': ['VIP_FAILED', /33: bad value \(width too large\)$/, /correct the VIP/],
  'freebsd carp-state-without-vhid': ['VIP_FAILED', /state requires vhid$/, /by hand/],
  'freebsd carp-unknown-state': ['VIP_FAILED', /unknown state$/, /by hand/],
  'openbsd delete-missing': [
    'VIP_FAILED',
    /delete: SIOCDIFADDR: Can't assign requested address$/,
    /not there/,
  ],
  'openbsd no-interface-show': ['VIP_NO_INTERFACE', /^ifconfig em9: em9: no such interface$/, /ifconfig -a/],
  'openbsd demote-bad': ['VIP_FAILED', /invalid carp demotion: too large$/, /correct/],
  'netbsd delete-missing': [
    'VIP_FAILED',
    /-alias: SIOCDIFADDR: Can't assign requested address$/,
    /not there/,
  ],
};

test('ifconfig failed: every recorded failure of ifconfig has a row', () => {
  const known = ['freebsd', 'openbsd', 'netbsd'].flatMap((system) =>
    recordedCalls(system)
      .filter(({ rc, argv }) => rc !== 0 && argv[0] === 'ifconfig')
      .map((call) => `${system} ${call.case}`),
  );
  assert.deepEqual(known.toSorted(), Object.keys(recorded).toSorted());
});

for (const [name, [code, message, hint]] of Object.entries(recorded))
  test(`ifconfig failed: ${name}`, () => {
    const [system = '', theCase] = name.split(' ');
    const call = recordedCalls(system).find((one) => one.case === theCase);
    assert.ok(call);
    const error = ifconfigFailed(
      call.argv as unknown as Command,
      { ...ended, ...call, exitCode: call.rc },
      'run as root',
    );
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith(`${call.argv.join(' ')}: `));
    assert.match(error.message, message);
    assert.match(error.hint, hint);
  });

const ADD = 'ifconfig em0 inet 10.77.0.100/32 alias';
const others: readonly (readonly [string, Partial<Ran>, ...Expected])[] = [
  [
    'not installed',
    { missing: true, exitCode: -1 },
    'TOOL_MISSING',
    /^ifconfig was not found$/,
    /PATH=\/sbin/,
  ],
  ['hangs', { timedOut: true, exitCode: -1 }, 'TOOL_TIMEOUT', /alias: no answer in 2 s$/, /starved/],
  ['killed', { exitCode: -1 }, 'VIP_FAILED', /ended by a signal$/, /by hand/],
  ['says nothing', { exitCode: 3 }, 'VIP_FAILED', /it ended with 3 and said nothing$/, /by hand/],
  [
    'the prefix is on another interface',
    { stderr: 'ifconfig: ioctl (SIOCAIFADDR): File exists\n' },
    ...(['VIP_FAILED', /File exists$/, /another interface.*\/32/] as const),
  ],
  [
    'FreeBSD 14 says where',
    {
      stderr:
        'ifconfig: in_exec_nl(): Operation not permitted\nifconfig: ioctl (SIOCAIFADDR): permission denied\n',
    },
    ...(['VIP_DENIED', /alias: ioctl \(SIOCAIFADDR\): permission denied$/, /root/] as const),
  ],
  [
    'FreeBSD 14 says nothing else',
    { stderr: 'ifconfig: in_exec_nl(): File exists\n' },
    ...(['VIP_FAILED', /in_exec_nl\(\): File exists$/, /another interface/] as const),
  ],
  [
    'NetBSD, no interface',
    { stderr: 'ifconfig: SIOCGIFFLAGS em9: Device not configured\n' },
    ...(['VIP_NO_INTERFACE', /Device not configured$/, /ifconfig -a/] as const),
  ],
  [
    'more than anybody reads',
    { stderr: 'ifconfig: a\nb\nc\nd\n' },
    ...(['VIP_FAILED', /: a; b; c$/, /by hand/] as const),
  ],
];
for (const [name, ran, code, message, hint] of others)
  test(`ifconfig failed: ${name}`, () => {
    const error = failed(ADD, ran);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.hint, hint);
  });
