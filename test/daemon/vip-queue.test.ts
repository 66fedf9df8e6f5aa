import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../src/core/errors.ts';
import type { CallResult } from '../../src/core/group/state.ts';
import type { Vip } from '../../src/core/ports.ts';
import { newVipQueue } from '../../src/daemon/vip-queue.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled, toldAdapter } from '../fakes/told-adapter.ts';

const CALL_MS = 15_000;
const vip = (address: string): Vip => ({ address, family: 4, prefixLength: 32, link: 'eth0', label: '' });

function queueOf({ answers = false, onDone }: { answers?: boolean; onDone?: () => void } = {}) {
  const adapter = toldAdapter({ answers });
  const clock = new ManualClock();
  const results: CallResult[] = [];
  const refreshed: string[] = [];
  const seen: (readonly string[])[] = [];
  const config = { vips: [vip('10.0.0.1'), vip('10.0.0.2')] as readonly Vip[], leaseSeconds: 3 };
  const queue = newVipQueue({
    adapter,
    clock,
    vips: () => config.vips,
    leaseSeconds: () => config.leaseSeconds,
    callMs: () => CALL_MS,
    onSeen: (found) => void seen.push(found.map(({ address }) => address)),
    onDone(result) {
      results.push(result);
      onDone?.();
    },
    onRefreshed: (text) => void refreshed.push(text),
  });
  const kinds = (): string => adapter.calls.map(({ kind }) => kind).join(' ');
  return { adapter, clock, results, refreshed, seen, config, queue, kinds };
}

test('vip queue: with nothing under way the adapter is called before add returns', () => {
  const { adapter, queue } = queueOf();
  queue.add('up', 1);
  assert.equal(adapter.calls.length, 1);
  assert.deepEqual(adapter.calls[0]!.vips, ['10.0.0.1/32 on eth0', '10.0.0.2/32 on eth0']);
  assert.equal(adapter.calls[0]!.leaseSeconds, 3);
});

test('vip queue: a down tells the call that it waits for, and only a down, and only then', () => {
  const { adapter, queue } = queueOf();
  queue.add('down', 1);
  assert.equal(adapter.superseded, 0);
  queue.add('renew', 2);
  queue.add('up', 3);
  queue.add('look', 4);
  assert.equal(adapter.superseded, 0);
  queue.add('down', 5);
  assert.equal(adapter.superseded, 1);
});

test('vip queue: the next call waits for the one before, however many there are', async () => {
  const { adapter, queue, results, kinds } = queueOf();
  queue.add('up', 1);
  queue.add('renew', 2);
  queue.add('down', 3);
  queue.add('look', 4);
  for (const expected of ['up', 'up renew', 'up renew down', 'up renew down look']) {
    await settled();
    assert.equal(kinds(), expected);
    adapter.calls.at(-1)!.settle();
  }
  await settled();
  assert.deepEqual(
    results.map(({ kind, call, found, text }) => [kind, call, found, text]),
    [
      ['up', 1, 'all', ''],
      ['renew', 2, 'all', ''],
      ['down', 3, 'none', ''],
      ['look', 4, 'none', ''],
    ],
  );
});

test('vip queue: when all is done, the next call is made at once again', async () => {
  const { adapter, queue } = queueOf();
  queue.add('up', 1);
  adapter.calls[0]!.settle();
  await settled();
  queue.add('down', 2);
  assert.equal(adapter.calls.length, 2);
});

const thrown: readonly (readonly [what: string, thrown: unknown, text: string])[] = [
  [
    'an OperatorError',
    new OperatorError('VIP_DENIED', 'not permitted', { hint: 'run as root' }),
    'not permitted (run as root)',
  ],
  ['an Error', new TypeError('no such thing'), 'no such thing'],
  ['something that is no Error', 'just a word', 'just a word'],
  ['null', null, 'null'],
];
for (const [what, error, text] of thrown) {
  test(`vip queue: ${what} is an outcome, and the next call gets its turn`, async () => {
    const { adapter, queue, results } = queueOf();
    queue.add('up', 1);
    queue.add('down', 2);
    adapter.calls[0]!.settle(error);
    await settled();
    assert.deepEqual(results, [{ kind: 'up', call: 1, found: 'failed', text }]);
    assert.equal(adapter.calls[1]!.kind, 'down');
  });
}

test('vip queue: an adapter that throws instead of rejecting is an outcome, too', async () => {
  const { adapter, queue, results } = queueOf({ answers: true });
  adapter.up = () => {
    throw new Error('at once');
  };
  queue.add('up', 1);
  queue.add('look', 2);
  await settled();
  assert.deepEqual(
    results.map(({ kind, found }) => [kind, found]),
    [
      ['up', 'failed'],
      ['look', 'none'],
    ],
  );
});

test('vip queue: a call that hangs is given up, said, and does not keep the others', async () => {
  const { adapter, clock, queue, results } = queueOf();
  queue.add('renew', 1);
  queue.add('down', 2);
  clock.goOn(CALL_MS - 1);
  await settled();
  assert.equal(results.length, 0);
  clock.goOn(1);
  await settled();
  assert.equal(results[0]?.found, 'failed');
  assert.match(results[0]?.text ?? '', /^renew: the adapter has not answered for 15 s \(.+\)$/);
  assert.equal(adapter.calls[1]?.kind, 'down');
  adapter.calls[1]!.settle();
  await settled();
  assert.deepEqual([results[1]?.kind, results[1]?.found], ['down', 'none']);
});

test('vip queue: an up that ends after it was given up and taken down is taken down once more', async () => {
  const { adapter, clock, queue, results, kinds } = queueOf();
  queue.add('up', 1);
  clock.goOn(CALL_MS);
  await settled();
  queue.add('down', 2);
  await settled();
  adapter.calls[1]!.settle();
  await settled();
  adapter.calls[0]!.settle(); // now the address is there
  await settled();
  assert.equal(kinds(), 'up down down');
  adapter.calls[2]!.settle();
  await settled();
  assert.equal(adapter.present.size, 0);
  assert.equal(results.length, 2, 'the machine asked twice and is answered twice');
});

test('vip queue: an up that ends late while the VIP is wanted is left alone', async () => {
  const { adapter, clock, queue, kinds } = queueOf();
  queue.add('up', 1);
  clock.goOn(CALL_MS);
  await settled();
  queue.add('up', 2);
  await settled();
  adapter.calls[1]!.settle();
  await settled();
  adapter.calls[0]!.settle();
  await settled();
  assert.equal(kinds(), 'up up');
});

test('vip queue: no timer stays behind', async () => {
  const { adapter, clock, queue } = queueOf({ answers: true });
  queue.add('up', 1);
  await settled();
  adapter.broken = new Error('no');
  queue.add('down', 2);
  await settled();
  assert.equal(clock.waiting, 0);
});

test('vip queue: a look tells all, some and none', async () => {
  const { adapter, queue, results } = queueOf({ answers: true });
  for (const [call, present] of [[], ['10.0.0.2/32 on eth0'], ['10.0.0.1/32 on eth0']].entries()) {
    for (const one of present) adapter.present.add(one);
    queue.add('look', call);
    await settled();
  }
  assert.deepEqual(
    results.map(({ found }) => found),
    ['none', 'some', 'all'],
  );
});

test('vip queue: what each call showed to be on the host is told; a failure shows nothing', async () => {
  const { adapter, queue, seen } = queueOf({ answers: true });
  const both = ['10.0.0.1', '10.0.0.2'];
  for (const kind of ['look', 'up', 'renew', 'look', 'down'] as const) {
    queue.add(kind, 1);
    await settled();
  }
  assert.deepEqual(seen, [[], both, both, both, []]);
  adapter.present.add('10.0.0.2/32 on eth0');
  queue.add('look', 2);
  await settled();
  assert.deepEqual(seen.at(-1), ['10.0.0.2']);
  adapter.broken = new Error('no');
  for (const kind of ['up', 'renew', 'down', 'look'] as const) queue.add(kind, 3);
  await settled();
  assert.equal(seen.length, 6);
});

test('vip queue: a refresh brings up what is held, in its turn', async () => {
  const { adapter, queue, refreshed, config, kinds } = queueOf();
  queue.add('renew', 1);
  config.vips = [vip('10.0.0.3')];
  queue.refresh(() => true);
  assert.equal(kinds(), 'renew');
  adapter.calls[0]!.settle();
  await settled();
  assert.equal(kinds(), 'renew up');
  assert.deepEqual(adapter.calls[1]!.vips, ['10.0.0.3/32 on eth0']);
  adapter.calls[1]!.settle();
  await settled();
  assert.deepEqual(refreshed, ['']);
});

test('vip queue: a refresh whose turn comes after the VIP was let go does nothing', async () => {
  const { adapter, queue, refreshed, kinds } = queueOf();
  let held = true;
  queue.add('down', 1);
  queue.refresh(() => held);
  held = false;
  adapter.calls[0]!.settle();
  await settled();
  assert.equal(kinds(), 'down');
  assert.deepEqual(refreshed, []);
});

test('vip queue: after a refresh that failed, a renewal brings the VIPs up', async () => {
  const { adapter, queue, refreshed, results, kinds } = queueOf({ answers: true });
  adapter.broken = new OperatorError('VIP_FAILED', 'no', { hint: 'look' });
  queue.refresh(() => true);
  await settled();
  assert.deepEqual(refreshed, ['no (look)']);
  adapter.broken = undefined;
  queue.add('renew', 1);
  await settled();
  queue.add('renew', 2);
  await settled();
  assert.equal(kinds(), 'up up renew');
  assert.deepEqual(
    results.map(({ kind, found }) => [kind, found]),
    [
      ['renew', 'all'],
      ['renew', 'all'],
    ],
  );
});

test('vip queue: other work takes its turn and calls behind it wait', async () => {
  const { adapter, queue, kinds } = queueOf();
  let finish = (): void => undefined;
  queue.add('renew', 1);
  queue.inTurn(() => new Promise((resolve) => (finish = resolve)));
  queue.add('up', 2);
  adapter.calls[0]!.settle();
  await settled();
  assert.equal(kinds(), 'renew');
  finish();
  await settled();
  assert.equal(kinds(), 'renew up');
});

test('vip queue: a fault of the listener is no outcome of the call', async (t) => {
  const faults: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const onFault = (error: unknown): void => {
    faults.push(error);
    resolve();
  };
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.once('unhandledRejection', onFault);
  t.after(() => others.forEach((listener) => process.on('unhandledRejection', listener)));
  const { queue, results } = queueOf({
    answers: true,
    onDone: () => {
      throw new Error('a bug');
    },
  });
  queue.add('up', 1);
  await promise;
  assert.equal(results.length, 1, 'not told a second time, as a failure');
  assert.match(String(faults[0]), /a bug/);
});
