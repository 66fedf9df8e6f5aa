import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MonoMs } from '../../../src/core/units.ts';
import {
  type Bundle,
  bundlesWith,
  differenceWords,
  renewedIn,
  renewWords,
  withBundle,
  without,
} from '../../../src/vip/guard/bundles.ts';

const at = (ms: number) => ms as MonoMs;
const bundle = (key: number, lines: readonly string[], leaseSeconds = 3, renewedAt = 1_000): Bundle => ({
  key,
  lines,
  leaseSeconds,
  renewedAt: at(renewedAt),
});
const mapOf = (...bundles: readonly Bundle[]) => new Map(bundles.map((one) => [one.key, one]));

const one = bundle(1, ['a', 'b']);
const two = bundle(2, ['c'], 0);

for (const [name, known, wanted, words] of [
  ['nothing to say', mapOf(one, two), mapOf(one, two), ''],
  ['a guard that is new', mapOf(), mapOf(one, two), '+a\n+b\n=1 3\n+c\n=2 0\n'],
  ['one more', mapOf(one), mapOf(one, two), '+c\n=2 0\n'],
  ['fewer lines', mapOf(one), without(mapOf(one), ['b', 'x']), '+a\n-1 3\n'],
  ['none of its lines', mapOf(one, two), without(mapOf(one, two), ['b', 'a']), 'x1\n'],
  // Only then is it taken out of the others, so that it is held all the time.
  ['moved', mapOf(one), withBundle(mapOf(one), bundle(3, ['b'])), '+b\n=3 3\n+a\n-1 3\n'],
  ['renewed', mapOf(one), renewedIn(mapOf(one), [1], { leaseSeconds: 9, renewedAt: at(1_500) }), ''],
] as const) {
  test(`bundles: ${name}`, () => assert.equal(differenceWords(known, wanted, at(1_000)), words));
}

for (const [nowMs, seconds] of [
  [1_000, 3],
  [1_001, 3],
  [1_999, 3],
  [2_000, 2],
  [3_001, 1],
  [9_000, 1],
  [900, 3],
] as const) {
  test(`bundles: of a lease of 3 s, ${seconds} s are left after ${nowMs - 1_000} ms`, () => {
    assert.equal(renewWords(one, at(nowMs)), `r1 ${seconds}\n`);
    assert.equal(renewWords(two, at(nowMs)), 'r2 0\n');
  });
}

test('bundles: those with some of the lines, if all of the lines are in one', () => {
  const held = mapOf(one, two);
  assert.deepEqual(bundlesWith(held, ['a']), [one]);
  assert.deepEqual(bundlesWith(held, ['c', 'b']), [one, two]);
  assert.equal(bundlesWith(held, ['a', 'd']), undefined);
});
