import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, type MonoMs } from '../../src/core/units.ts';
import { whenDrained } from '../../src/daemon/drain.ts';
import { watchHost } from '../../src/daemon/host-watch.ts';
import type { Happening } from '../../src/daemon/loop.ts';
import { newReception } from '../../src/daemon/reception.ts';
import { sleepWatch } from '../../src/daemon/sleep.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function receptionOf(links: readonly string[]) {
  const counts = new Map<string, string>();
  const reading = { links };
  return {
    counts,
    reading,
    reception: newReception(
      () => reading.links,
      (link) => counts.get(link),
    ),
  };
}

test('reception: a counter that moved is reception, one that stands is not', () => {
  const { counts, reception } = receptionOf(['eth0']);
  counts.set('eth0', '10');
  assert.equal(reception.hasReceived(), true, 'the first look has nothing to compare with');
  assert.equal(reception.hasReceived(), false);
  counts.set('eth0', '11');
  assert.equal(reception.hasReceived(), true);
  assert.equal(reception.hasReceived(), false);
});

test('reception: any of the interfaces will do', () => {
  const { counts, reception } = receptionOf(['eth0', 'eth1']);
  counts.set('eth0', '10').set('eth1', '20');
  reception.hasReceived();
  counts.set('eth1', '21');
  assert.equal(reception.hasReceived(), true);
});

test('reception: an interface without a counter cannot be deaf, no interface at all hears nothing', () => {
  assert.equal(receptionOf(['nothing']).reception.hasReceived(), true);
  assert.equal(receptionOf([]).reception.hasReceived(), false);
});

test('reception: an interface that comes with a reload counts, one that goes is forgotten', () => {
  const { counts, reading, reception } = receptionOf(['eth0']);
  counts.set('eth0', '10').set('eth1', '20');
  reception.hasReceived();
  reading.links = ['eth1'];
  assert.equal(reception.hasReceived(), true);
  assert.equal(reception.hasReceived(), false);
  reading.links = ['eth0'];
  assert.equal(reception.hasReceived(), true, 'it may have received meanwhile');
});

test('reception: reads the counters of this system, and a folder for an interface never counts as deaf', () => {
  assert.equal(newReception(() => ['/tmp/eth0']).hasReceived(), true);
  assert.equal(newReception(() => ['lo']).hasReceived(), true);
  assert.equal(newReception(() => ['../../../etc']).hasReceived(), true);
});

function sleeper() {
  const clock = new ManualClock();
  const slept: number[] = [];
  let asleepMs = 0;
  const look = sleepWatch(
    clock,
    () => clock.nowMs() + asleepMs,
    (ms) => void slept.push(ms),
  );
  return { clock, slept, look, sleep: (ms: number) => (asleepMs += ms) };
}

test('sleep: a suspended host is noticed once, with how long', () => {
  const { clock, slept, look, sleep } = sleeper();
  look();
  sleep(30_000);
  clock.goOn(1_000);
  look();
  clock.goOn(1_000);
  look();
  assert.deepEqual(slept, [30_000]);
});

test('sleep: clocks with coarse steps are no sleep: 199 ms are not, 200 ms are', () => {
  const { clock, slept, look, sleep } = sleeper();
  look();
  sleep(199);
  clock.goOn(1_000);
  look();
  assert.deepEqual(slept, []);
  sleep(1);
  clock.goOn(1_000);
  look();
  assert.deepEqual(slept, [200]);
});

test('sleep: the clocks are compared once a second', () => {
  const { clock, slept, look, sleep } = sleeper();
  look();
  sleep(5_000);
  clock.goOn(999);
  look();
  assert.deepEqual(slept, []);
  clock.goOn(1);
  look();
  assert.deepEqual(slept, [5_000]);
});

test('sleep: an uptime that goes back is no sleep, and the next one is measured from there', () => {
  const { clock, slept, look, sleep } = sleeper();
  look();
  sleep(-10_000);
  clock.goOn(1_000);
  look();
  sleep(3_000);
  clock.goOn(1_000);
  look();
  assert.deepEqual(slept, [3_000]);
});

function watching() {
  const clock = new ManualClock();
  const told: Happening[] = [];
  const known = { receivedAt: -1_000 as MonoMs };
  let asleepMs = 0;
  const stop = watchHost({
    clock,
    reception: { hasReceived: () => true },
    receivedAt: () => known.receivedAt,
    tell: (happening) => void told.push(happening),
    uptimeMs: () => clock.nowMs() + asleepMs,
  });
  return { clock, told, known, stop, sleep: (ms: number) => (asleepMs += ms) };
}

test('host watch: looks twice a second until it is stopped', () => {
  const { clock, told, stop, sleep } = watching();
  assert.deepEqual(told, [{ kind: 'received' }]);
  clock.goOn(1_000);
  assert.equal(told.length, 3);
  sleep(9_000);
  clock.goOn(1_000);
  assert.deepEqual(
    told.filter(({ kind }) => kind === 'slept'),
    [{ kind: 'slept', ms: 9_000 }],
  );
  stop();
  const before = told.length;
  clock.goOn(10_000);
  assert.equal(told.length, before);
});

test('host watch: tells nothing that the machine has heard from frames less than half a second ago', () => {
  const { clock, told, known } = watching();
  for (const [agoMs, tells] of [
    [0, 0],
    [499, 0],
    [500, 1],
    [60_000, 1],
  ] as const) {
    told.length = 0;
    known.receivedAt = after(clock.nowMs(), 500 - agoMs);
    clock.goOn(500);
    assert.equal(told.length, tells, `${agoMs} ms ago`);
  }
});

test('drain: ends after two turns without a datagram', async () => {
  let asked = 0;
  await new Promise<void>((resolve) => whenDrained(() => ((asked += 1), 7), resolve));
  assert.ok(asked >= 3, `asked ${asked} times`);
});

test('drain: datagrams make it wait, but for ten turns at most', async () => {
  let received = 0;
  await new Promise<void>((resolve) => whenDrained(() => (received += 1), resolve));
  assert.ok(received <= 21, `${received} looks are two in each of ten turns, and one before`);
});
