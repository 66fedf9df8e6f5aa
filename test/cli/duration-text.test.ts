import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from '../../src/cli/duration-text.ts';

const cases: readonly (readonly [number, string])[] = [
  [-3, '0 ms'],
  [0, '0 ms'],
  [0.9, '0 ms'],
  [999.9, '999 ms'],
  [1_000, '1 s'],
  [3_250, '3.2 s'],
  [9_999, '9.9 s'],
  [10_000, '10 s'],
  [59_999, '59 s'],
  [60_000, '1m'],
  [61_000, '1m 1s'],
  [3_599_999, '59m 59s'],
  [3_600_000, '1h'],
  [86_399_999, '23h 59m'],
  [86_400_000, '1d'],
  [400 * 86_400_000 + 3_600_000, '400d 1h'],
];
for (const [ms, text] of cases) {
  test(`duration: ${ms} ms reads ${text}`, () => assert.equal(durationText(ms), text));
}
