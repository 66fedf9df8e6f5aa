import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { aTurn, closedPort, loopback, saying, standing, watched } from './loopback.ts';

const LIMIT = { timeoutMs: 1_000 };

const tcp = (port: number, host = '127.0.0.1'): ProbeSettings => ({ kind: 'tcp', host, port, text: '' });
const ssh = (port: number): ProbeSettings => ({ kind: 'ssh', host: '127.0.0.1', port, text: '' });

test('tcp: who accepts has answered, and is left at once', async (t) => {
  const server = await loopback(t, createServer());
  const { clock, prober } = standing();
  assert.deepEqual(await prober.ask(tcp(server.port), LIMIT), { answered: true, text: 'connected' });
  assert.equal(clock.waiting, 0);
  await server.left();
});

test('tcp: a port without a listener', async () => {
  const { clock, prober } = standing();
  assert.deepEqual(await prober.ask(tcp(await closedPort()), LIMIT), { answered: false, text: 'refused' });
  assert.equal(clock.waiting, 0);
});

test('tcp: the limit is reached before anything has come back', async (t) => {
  const server = await loopback(t, createServer());
  const { clock, prober } = standing();
  const asked = prober.ask(tcp(server.port), { timeoutMs: 1_500 });
  clock.goOn(1_500);
  assert.deepEqual(await asked, { answered: false, text: 'no answer in 1.5 s', isLate: true });
});

test('tcp: a port that cannot be is a no with a reason, and not a fault', async () => {
  const { clock, prober } = standing();
  const { answered, text } = await prober.ask(tcp(65_536), LIMIT);
  assert.equal(answered, false);
  assert.match(text, /port/i);
  assert.equal(clock.waiting, 0);
});

const banners: readonly (readonly [
  what: string,
  pieces: readonly string[],
  answered: boolean,
  text: string,
])[] = [
  ['a banner', ['SSH-2.0-OpenSSH_9.9\r\n'], true, 'SSH answered'],
  ['a banner in pieces', ['S', 'SH', '-2.0-x\r\n'], true, 'SSH answered'],
  ['the beginning of a banner is enough', ['SSH-'], true, 'SSH answered'],
  ['another protocol', ['220 mail.test ESMTP\r\n'], false, 'banner is not SSH'],
  ['one wrong byte', ['SSH2.0\r\n'], false, 'banner is not SSH'],
  ['a flood of bytes', ['x'.repeat(1024 * 1024)], false, 'banner is not SSH'],
];
for (const [what, pieces, answered, text] of banners) {
  test(`ssh: ${what}`, async (t) => {
    const server = await loopback(t, saying(...pieces));
    const { clock, prober } = standing();
    assert.deepEqual(await prober.ask(ssh(server.port), LIMIT), { answered, text });
    assert.equal(clock.waiting, 0);
    await server.left();
  });
}

test('ssh: who hangs up without a word', async (t) => {
  const server = await loopback(
    t,
    createServer((socket) => socket.end()),
  );
  const { prober } = standing();
  assert.deepEqual(await prober.ask(ssh(server.port), LIMIT), {
    answered: false,
    text: 'closed without a banner',
  });
});

for (const [what, pieces] of [
  ['who accepts and is silent', []],
  ['who stops in the middle of the banner', ['SSH']],
] as const) {
  test(`ssh: ${what} is given up at the limit, not before`, async (t) => {
    const server = await loopback(t, saying(...pieces));
    const { clock, prober } = standing();
    const seen = watched(prober.ask(ssh(server.port), LIMIT));
    await server.accepted();
    clock.goOn(999);
    await aTurn();
    assert.equal(seen.text, undefined);
    clock.goOn(1);
    const { answered, text } = await seen.asked;
    assert.equal(answered, false);
    assert.match(text, /^(no answer|connected, but no banner) in 1 s$/); // whether our side knows yet is the kernel's affair
    await server.left();
  });
}

test('tcp: a name is connected to at the addresses that the resolver knows, the next when the first refuses', async (t) => {
  const server = await loopback(t, createServer());
  const { prober } = standing({
    lookup: (_, done) =>
      done(null, [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]),
  });
  assert.deepEqual(await prober.ask(tcp(server.port, 'lb1.test'), LIMIT), {
    answered: true,
    text: 'connected',
  });
});
