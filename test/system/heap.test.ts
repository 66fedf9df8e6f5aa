// Goal: a daemon gives back what its start needed, once, and never where peers could take the pause for a death.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimAfterStart } from '../../src/system/heap.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

test('heap: twice, a second apart, ten seconds after the start, and never again', () => {
  const clock = new ManualClock();
  const atMs: number[] = [];
  trimAfterStart(clock, 3_000, () => atMs.push(clock.nowMs()));
  const startMs = clock.nowMs();
  clock.goOn(60_000);
  assert.deepEqual(
    atMs.map((at) => at - startMs),
    [10_000, 11_000],
  );
});

test('heap: not with a short timeout', () => {
  const clock = new ManualClock();
  trimAfterStart(clock, 1_999, () => assert.fail('collected'));
  clock.goOn(60_000);
});

test('heap: a daemon that ends calls it off', () => {
  const clock = new ManualClock();
  trimAfterStart(clock, 3_000, () => assert.fail('collected'))();
  clock.goOn(60_000);
});

test('heap: the engine understands what it is told', () => {
  const clock = new ManualClock();
  trimAfterStart(clock, 3_000);
  clock.goOn(11_000);
  assert.equal(clock.waiting, 0);
});
