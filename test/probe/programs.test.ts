import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ran } from '../../src/core/ports.ts';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { toldExec } from '../fakes/told-exec.ts';
import { aTurn, standing, watched } from './loopback.ts';

const ping = (host: string): ProbeSettings => ({ kind: 'ping', host, text: '' });
const command = (...words: readonly string[]): ProbeSettings => ({
  kind: 'command',
  command: words,
  text: '',
});

const called: readonly (readonly [what: string, host: string, timeoutMs: number, words: string])[] = [
  ['IPv4', '10.0.0.2', 1_000, 'ping -4 -n -c 1 -W 1 -- 10.0.0.2'],
  ['IPv6', 'fd00::2', 1_000, 'ping -6 -n -c 1 -W 1 -- fd00::2'],
  ['a name: in the family that it has', 'lb1.test', 1_000, 'ping -n -c 1 -W 1 -- lb1.test'],
  ['a part of a second is a whole one', '10.0.0.2', 200, 'ping -4 -n -c 1 -W 1 -- 10.0.0.2'],
  ['a little more than a second is two', '10.0.0.2', 1_001, 'ping -4 -n -c 1 -W 2 -- 10.0.0.2'],
];
for (const [what, host, timeoutMs, words] of called) {
  test(`ping: how it is called for ${what}`, async () => {
    const exec = toldExec({});
    const { clock, prober } = standing({ exec });
    assert.deepEqual(await prober.ask(ping(host), { timeoutMs }), { answered: true, text: 'echo answered' });
    assert.deepEqual(exec.calls, [{ command: words.split(' '), timeoutMs }]);
    assert.equal(clock.waiting, 0);
  });
}

const noEchoes: readonly (readonly [what: string, ran: Partial<Ran>, text: string])[] = [
  ['no echo', { exitCode: 1, stdout: '1 packets transmitted, 0 received\n' }, 'no answer in 1 s'],
  ['ended by the limit', { exitCode: -1, timedOut: true, stderr: 'ping: half a wo' }, 'no answer in 1 s'],
  [
    'a router or our own kernel knows no way',
    { exitCode: 1, stdout: 'From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n' },
    'host unreachable',
  ],
  [
    'iputils without a route',
    { exitCode: 2, stderr: 'ping: connect: Network is unreachable\n' },
    'ping: connect: Network is unreachable',
  ],
  [
    'a name without address, as iputils says it',
    { exitCode: 2, stderr: '/bin/ping: lb1.test: Name or service not known\n' },
    'ping: lb1.test: Name or service not known',
  ],
  [
    'a name without address, as BusyBox says it',
    { exitCode: 1, stderr: "ping: bad address 'lb1.test'\n" },
    "ping: bad address 'lb1.test'",
  ],
  [
    'not permitted',
    { exitCode: 2, stderr: 'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n' },
    'ping: socket: Operation not permitted',
  ],
  ['not installed', { exitCode: -1, missing: true }, 'ping is not installed'],
];
for (const [what, ran, text] of noEchoes) {
  test(`ping: ${what}`, async () => {
    const { clock, prober } = standing({ exec: toldExec(ran) });
    const isLate = text.startsWith('no answer') ? { isLate: true } : {};
    assert.deepEqual(await prober.ask(ping('lb1.test'), { timeoutMs: 1_000 }), {
      answered: false,
      text,
      ...isLate,
    });
    assert.equal(clock.waiting, 0);
  });
}

for (const [platform, host, command] of [
  ['sunos', '10.0.0.2', 'ping -n -A inet 10.0.0.2 1'],
  ['sunos', 'fd00::2', 'ping -n -A inet6 fd00::2 1'],
  ['sunos', 'lb1.test', 'ping -n lb1.test 1'],
  ['freebsd', '10.0.0.2', 'ping -4 -n -c 1 -t 1 10.0.0.2'],
  ['freebsd', 'fd00::2', 'ping -6 -n -c 1 -t 1 fd00::2'],
  ['openbsd', '10.0.0.2', 'ping -n -c 1 -w 1 10.0.0.2'],
  ['openbsd', 'fd00::2', 'ping6 -n -c 1 -w 1 fd00::2'],
  ['netbsd', '10.0.0.2', 'ping -n -c 1 10.0.0.2'],
  ['netbsd', 'fd00::2', 'ping6 -n -c 1 fd00::2'],
] as const) {
  test(`ping: how it is called on ${platform} for ${host}`, async () => {
    const exec = toldExec({});
    const { prober } = standing({ exec }, platform);
    assert.equal((await prober.ask(ping(host), { timeoutMs: 1_000 })).answered, true);
    assert.deepEqual(exec.calls, [{ command: command.split(' '), timeoutMs: 1_000 }]);
  });
}

test('ping: a system whose ping is not known is not guessed at', async () => {
  const exec = toldExec({});
  const { prober } = standing({ exec }, 'aix');
  const { answered, text } = await prober.ask(ping('10.0.0.2'), { timeoutMs: 1_000 });
  assert.deepEqual([answered, text, exec.calls], [false, 'how to ping on aix is not known', []]);
});

const ends: readonly (readonly [what: string, ran: Partial<Ran>, answered: boolean, text: string])[] = [
  ['exit code 0', {}, true, 'exit code 0'],
  [
    'exit code 0 with words',
    { stdout: 'first\nall well\n', stderr: 'noise\n' },
    true,
    'exit code 0: all well',
  ],
  ['another exit code', { exitCode: 2 }, false, 'exit code 2'],
  [
    'a complaint',
    { exitCode: 2, stdout: 'out\n', stderr: 'a\nno route\n\n' },
    false,
    'exit code 2: no route',
  ],
  ['a complaint on stdout', { exitCode: 1, stdout: 'power is on\n' }, false, 'exit code 1: power is on'],
  [
    'words that would act on a terminal, and too many of them',
    { exitCode: 1, stdout: `\u001b[2J\u202e${'é'.repeat(200)}` },
    false,
    `exit code 1: [2J ${'é'.repeat(120 - 'exit code 1: [2J …'.length)}…`,
  ],
  ['a signal', { exitCode: -1 }, false, 'not started, or ended by a signal'],
  ['not installed', { exitCode: -1, missing: true }, false, 'fence-status is not installed'],
];
for (const [what, ran, answered, text] of ends) {
  test(`command: ${what}`, async () => {
    const exec = toldExec(ran);
    const { clock, prober } = standing({ exec });
    assert.deepEqual(await prober.ask(command('fence-status', '-v', 'a b'), { timeoutMs: 2_000 }), {
      answered,
      text,
    });
    assert.deepEqual(exec.calls, [{ command: ['fence-status', '-v', 'a b'], timeoutMs: 2_000 }]);
    assert.equal(clock.waiting, 0);
  });
}

for (const [probe, text] of [
  [ping('10.0.0.2'), 'no answer in 1 s'],
  [command('sleep', '5'), 'no end in 1 s'],
] as const) {
  test(`${probe.kind}: a program that does not end is not waited for beyond the limit`, async () => {
    const { clock, prober } = standing({ exec: toldExec(undefined) });
    const seen = watched(prober.ask(probe, { timeoutMs: 1_000 }));
    clock.goOn(999);
    await aTurn();
    assert.equal(seen.text, undefined);
    clock.goOn(1);
    assert.deepEqual(await seen.asked, { answered: false, text, isLate: true });
  });
}

test('command: what cannot even be tried is a no with the reason', async () => {
  const { clock, prober } = standing({ exec: { run: () => Promise.reject(new Error('no such thing')) } });
  assert.deepEqual(await prober.ask(command(''), { timeoutMs: 1_000 }), {
    answered: false,
    text: 'no such thing',
  });
  assert.equal(clock.waiting, 0);
});
