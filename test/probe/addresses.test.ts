import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { ProbeSettings } from '../../src/core/settings.ts';
import type { Lookup } from '../../src/probe/addresses.ts';
import { aTurn, loopback, standing, watched } from './loopback.ts';

const LIMIT = { timeoutMs: 1_000 };
const tcp = (host: string, port = 22): ProbeSettings => ({ kind: 'tcp', host, port, text: '' });

/** A resolver that answers when it is told to. */
function slowResolver() {
  const calls: { readonly host: string; readonly done: Parameters<Lookup>[1] }[] = [];
  const lookup: Lookup = (host, done) => void calls.push({ host, done });
  return { calls, lookup, hosts: () => calls.map(({ host }) => host) };
}
const failed = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

for (const host of ['127.0.0.1', '::1'] as const) {
  test(`addresses: ${host} never reaches the resolver`, async () => {
    const { calls, lookup } = slowResolver();
    const { clock, prober } = standing({ lookup });
    const asked = prober.ask(tcp(host), LIMIT);
    await aTurn();
    clock.goOn(1_000);
    await asked;
    assert.deepEqual(calls, []);
  });
}

const failures: readonly (readonly [code: string, text: string])[] = [
  ['ENOTFOUND', 'no address for lb1.test: ENOTFOUND'],
  ['EAI_AGAIN', 'no address for lb1.test: the resolver does not answer'],
];
for (const [code, text] of failures) {
  test(`addresses: the resolver says ${code}`, async () => {
    const { clock, prober } = standing({ lookup: (_, done) => done(failed(code), []) });
    assert.deepEqual(await prober.ask(tcp('lb1.test'), LIMIT), { answered: false, text });
    assert.equal(clock.waiting, 0);
  });
}

test('addresses: a name with none', async () => {
  const { prober } = standing({ lookup: (_, done) => done(null, []) });
  const { text } = await prober.ask(tcp('lb1.test'), LIMIT);
  assert.equal(text, 'no address for lb1.test: none known');
});

test('addresses: a resolver that hangs is waited for until the limit, and what it says later is not heard', async () => {
  const { calls, lookup } = slowResolver();
  const { clock, prober } = standing({ lookup });
  const seen = watched(prober.ask(tcp('lb1.test'), LIMIT));
  await aTurn();
  clock.goOn(999);
  await aTurn();
  assert.equal(seen.text, undefined);
  clock.goOn(1);
  assert.deepEqual(await seen.asked, {
    answered: false,
    text: 'no address for lb1.test in 1 s',
    isLate: true,
  });
  calls[0]!.done(null, [{ address: '127.0.0.1', family: 4 }]);
});

test('addresses: one lookup at a time, and one for all who ask for the same name', async (t) => {
  const server = await loopback(t, createServer());
  const { calls, lookup, hosts } = slowResolver();
  const { prober } = standing({ lookup });
  const asked = ['a.test', 'b.test', 'a.test'].map((host) => prober.ask(tcp(host, server.port), LIMIT));
  await aTurn();
  assert.deepEqual(hosts(), ['a.test']);
  calls[0]!.done(null, [{ address: '127.0.0.1', family: 4 }]);
  assert.deepEqual(hosts(), ['a.test', 'b.test']);
  calls[1]!.done(failed('ENOTFOUND'), []);
  assert.deepEqual(
    (await Promise.all(asked)).map(({ text }) => text),
    ['connected', 'no address for b.test: ENOTFOUND', 'connected'],
  );
});

test('addresses: a name for which nobody waits any more is not looked up; one under way is joined', async () => {
  const { calls, lookup, hosts } = slowResolver();
  const { clock, prober } = standing({ lookup });
  const first = [prober.ask(tcp('a.test'), LIMIT), prober.ask(tcp('b.test'), LIMIT)];
  await aTurn();
  clock.goOn(1_000);
  await Promise.all(first);
  const again = prober.ask(tcp('a.test'), LIMIT);
  await aTurn();
  calls[0]!.done(failed('ENOTFOUND'), []);
  assert.equal((await again).text, 'no address for a.test: ENOTFOUND');
  assert.deepEqual(hosts(), ['a.test']);
});
