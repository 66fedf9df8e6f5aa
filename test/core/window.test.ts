import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bitmapBelow,
  emptyWindow,
  isBehind,
  markSeen,
  wasSeen,
  WINDOW_FRAMES,
} from '../../src/core/window.ts';

type Fate = 'new' | 'seen' | 'behind';

/** Numbers arrive one after the other; what becomes of the last one? */
function fateOf(numbers: readonly number[]): Fate {
  const window = emptyWindow();
  let fate: Fate = 'new';
  for (const seq of numbers) {
    fate = isBehind(window, seq) ? 'behind' : wasSeen(window, seq) ? 'seen' : 'new';
    if (fate === 'new') markSeen(window, seq);
  }
  return fate;
}

const cases: readonly (readonly [readonly number[], Fate])[] = [
  [[1], 'new'],
  [[1, 1], 'seen'],
  [[1, 2, 1], 'seen'],
  [[2, 1], 'new'],
  [[2, 1, 1], 'seen'],
  [[31, 32, 33, 32], 'seen'],
  [[64, 32], 'new'],
  [[1_024, 1], 'new'],
  [[1_025, 1], 'behind'],
  [[1, 1_024, 1], 'seen'],
  [[1, 1_025, 2], 'new'],
  [[5_000, 3_977], 'new'],
  [[5_000, 3_976], 'behind'],
  // A number one round of the ring further on must not look like the one before it.
  [[7, 7 + 2_048], 'new'],
  [[7, 7 + 2_048, 7 + 1_025], 'new'],
  [[7, 2_000, 7 + 2_048], 'new'],
  [[1, 2 ** 40, 2 ** 40], 'seen'],
  [[1, 2 ** 40, 2 ** 40 - 1_023], 'new'],
  [[2 ** 53 - 2, 2 ** 53 - 1], 'new'],
  [[2 ** 53 - 1, 2 ** 53 - 2, 2 ** 53 - 1], 'seen'],
];

for (const [numbers, fate] of cases) {
  test(`window: after ${numbers.slice(0, -1).join(', ') || 'nothing'}, ${numbers.at(-1)} is ${fate}`, () => {
    assert.equal(fateOf(numbers), fate);
  });
}

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -40, max: 40 }) },
    { weight: 2, arbitrary: fc.integer({ min: -1_100, max: 1_100 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 5_000_000 }) },
  ),
  { maxLength: 300 },
);

test('window: agrees with a set of all numbers ever seen', () => {
  fc.assert(
    fc.property(steps, (moves) => {
      const window = emptyWindow();
      const seen = new Set<number>();
      let top = 0;
      for (const move of moves) {
        const seq = Math.max(1, top + move);
        assert.equal(isBehind(window, seq), seq <= top - WINDOW_FRAMES);
        if (seq <= top - WINDOW_FRAMES) continue;
        assert.equal(wasSeen(window, seq), seen.has(seq));
        markSeen(window, seq);
        seen.add(seq);
        top = Math.max(top, seq);
      }
    }),
  );
});

test('window: the bitmap names exactly the seen ones of the 64 below', () => {
  fc.assert(
    fc.property(steps, (moves) => {
      const window = emptyWindow();
      const seen = new Set<number>();
      for (const move of moves) {
        const seq = Math.max(1, window.top + move);
        if (isBehind(window, seq)) continue;
        markSeen(window, seq);
        seen.add(seq);
      }
      const { low, high } = bitmapBelow(window, window.top);
      for (let back = 1; back <= 64; back++) {
        const bit = back <= 32 ? (low >>> (back - 1)) & 1 : (high >>> (back - 33)) & 1;
        assert.equal(bit === 1, seen.has(window.top - back));
      }
    }),
  );
});
