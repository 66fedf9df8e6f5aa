import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { renewals } from '../../../src/vip/linux/renewals.ts';
import { vipOf } from '../vip-of.ts';

const vipsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => vipOf(`10.0.${i >> 8}.${i & 255}/32`, 'v0'));

/** Plays calls of a holder, each `everyMs` after the one before; returns how many were written by each. */
function play(
  count: number,
  { leaseSeconds, everyMs }: { leaseSeconds: number; everyMs: readonly number[] },
) {
  const clock = new ManualClock();
  const vips = vipsOf(count);
  const subject = renewals(clock);
  const lastMs = new Map(vips.map((vip) => [vip, 0]));
  let oldestMs = 0;
  subject.begun(vips, clock.nowMs());
  const written = everyMs.map((ms) => {
    clock.goOn(ms);
    for (const at of lastMs.values()) oldestMs = Math.max(oldestMs, clock.nowMs() - at);
    const due = subject.due(vips, leaseSeconds);
    subject.written(due, clock.nowMs());
    for (const vip of due) lastMs.set(vip, clock.nowMs());
    return due.length;
  });
  return { written, oldestMs };
}

for (const { name, count, leaseSeconds, everyMs, written, oldestMs } of [
  {
    name: 'a hundred, all with each call',
    count: 100,
    leaseSeconds: 1,
    everyMs: [300, 300, 300],
    written: [100, 100, 100],
    oldestMs: 300,
  },
  {
    name: 'of more every second one',
    count: 101,
    leaseSeconds: 1,
    everyMs: [300, 300, 300, 300],
    written: [50, 51, 50, 51],
    oldestMs: 600,
  },
  {
    name: 'calls at a third exactly',
    count: 1_000,
    leaseSeconds: 3,
    everyMs: [1_000, 1_000, 1_000],
    written: [500, 500, 500],
    oldestMs: 2_000,
  },
  {
    name: 'calls at half of it: all',
    count: 1_000,
    leaseSeconds: 1,
    everyMs: [500, 500, 500],
    written: [1_000, 1_000, 1_000],
    oldestMs: 500,
  },
  {
    name: 'a call that is late: all',
    count: 1_000,
    leaseSeconds: 1,
    everyMs: [300, 360, 300, 300],
    written: [500, 1_000, 0, 1_000],
    oldestMs: 660,
  },
  {
    name: 'without a lease: all',
    count: 1_000,
    leaseSeconds: 0,
    everyMs: [1, 1],
    written: [1_000, 1_000],
    oldestMs: 1,
  },
]) {
  test(`renewals: ${name}`, () => {
    assert.deepEqual(play(count, { leaseSeconds, everyMs }), { written, oldestMs });
  });
}

test('renewals: what is not on the host is written with the next call', () => {
  const clock = new ManualClock();
  const vips = vipsOf(200);
  const subject = renewals(clock);
  subject.written(vips, clock.nowMs());
  assert.deepEqual(subject.due(vips, 1), []);
  subject.missing(vips.slice(7, 9));
  assert.deepEqual(subject.due(vips, 1), vips.slice(7, 9));
});
