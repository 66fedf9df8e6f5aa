// Goal: a daemon gives back what it does not need, at moments at which nothing waits, and never where peers could take the pause for
// a death.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimMemory } from '../../src/system/heap.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function trimmed({ timeoutMs = 3_000, quietMs = (): number => 100 } = {}) {
  const clock = new ManualClock();
  const atMs: number[] = [];
  const end = trimMemory({ clock, timeoutMs, quietMs, collect: () => atMs.push(clock.nowMs()) });
  return { clock, atMs, end };
}

test('heap: twice after the start, and then every five minutes', () => {
  const { clock, atMs } = trimmed();
  clock.goOn(700_000);
  assert.deepEqual(atMs, [10_000, 11_000, 311_000, 611_000]);
});

test('heap: not with a short timeout', () => {
  const { clock, atMs } = trimmed({ timeoutMs: 1_999 });
  clock.goOn(700_000);
  assert.deepEqual(atMs, []);
});

test('heap: when something is due soon it waits until that is done', () => {
  let dueAtMs = 10_020;
  const { clock, atMs } = trimmed({ quietMs: () => dueAtMs - clock.nowMs() });
  clock.goOn(10_030);
  assert.deepEqual(atMs, []);
  dueAtMs = 10_130;
  clock.goOn(10);
  assert.deepEqual(atMs, [10_035]);
});

test('heap: where something is always due it is left out, and tried again later', () => {
  let quiet = 0;
  const { clock, atMs } = trimmed({ quietMs: () => quiet });
  clock.goOn(30_000);
  assert.deepEqual(atMs, []);
  quiet = 100;
  clock.goOn(300_000);
  assert.equal(atMs.length, 1);
});

test('heap: a daemon that ends calls it off', () => {
  const { clock, atMs, end } = trimmed();
  end();
  clock.goOn(700_000);
  assert.deepEqual(atMs, []);
});

test('heap: the engine understands what it is told', () => {
  const clock = new ManualClock();
  trimMemory({ clock, timeoutMs: 3_000, quietMs: () => 100 });
  clock.goOn(11_000);
  assert.equal(clock.waiting, 1, 'the next round');
});
