import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fullBucket, take } from '../../src/core/bucket.ts';
import type { MonoMs } from '../../src/core/units.ts';

const rate = { perSecond: 50, burst: 5 };
const at = (ms: number): MonoMs => ms as MonoMs;

/** How many of `tries` at these times get a token. */
function taken(times: readonly number[]): number {
  const bucket = fullBucket(rate.burst, at(0));
  return times.filter((ms) => take(bucket, at(ms), rate)).length;
}

const cases: readonly { readonly name: string; readonly times: readonly number[]; readonly gets: number }[] =
  [
    { name: 'a burst at once, and no more', times: [0, 0, 0, 0, 0, 0, 0], gets: 5 },
    { name: 'just before the next token', times: [0, 0, 0, 0, 0, 19.9], gets: 5 },
    { name: 'with the next token', times: [0, 0, 0, 0, 0, 20], gets: 6 },
    { name: 'parts of tokens add up', times: [0, 0, 0, 0, 0, 10, 20], gets: 6 },
    {
      name: 'a long rest fills it once, not more',
      times: [0, 0, 0, 0, 0, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000],
      gets: 10,
    },
    { name: 'a clock that goes back gives nothing', times: [100, 0, 0, 0, 0, 0], gets: 5 },
  ];

for (const { name, times, gets } of cases) {
  test(`bucket: ${name}`, () => assert.equal(taken(times), gets));
}

test('bucket: never more than the burst and the rate allow, whatever is tried when', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 400 }), (pauses) => {
      let now = 0;
      const times = pauses.map((pause) => (now += pause));
      assert.ok(taken(times) <= rate.burst + (now * rate.perSecond) / 1_000 + 1e-6);
    }),
  );
});
