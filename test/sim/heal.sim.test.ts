// Goal: a pair that is cut and healed keeps its better node as the holder, whenever the heal comes: before, while and
//       after the two call each other dead. The first words after a heal are old ones and must not make both let go.
// Method: every phase offset of the heal around the timeout, in steps smaller than anything that matters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothWays, cut, gapsOf, restsAt, running, telling } from './stage.ts';

const INTERVAL_MS = 100;
const TIMEOUT_MS = 1_000;
const STEP_MS = 9;

for (const delayMs of [1, 4, 20]) {
  test(`sim: a pair healed at any phase keeps its holder, ${delayMs} ms each way`, () => {
    for (let cutMs = TIMEOUT_MS - 2 * INTERVAL_MS; cutMs < TIMEOUT_MS + 4 * INTERVAL_MS; cutMs += STEP_MS) {
      const { world, claims } = running({
        seed: cutMs,
        priorities: [101, 100],
        intervalMs: INTERVAL_MS,
        timeoutMs: TIMEOUT_MS,
        startupMs: 2 * TIMEOUT_MS,
        failback: { mode: 'manual', delayMs: 60_000 },
        delayMs,
      });
      const ways = [world.network.way(1, 2), world.network.way(2, 1)];
      for (const way of ways) way.cut = true;
      world.runFor(cutMs);
      for (const way of ways) way.cut = false;
      world.runFor(3 * TIMEOUT_MS);
      const story = `healed after ${cutMs} ms\n${world.story.last(60)}`;
      assert.deepEqual(world.holders(), [1], story);
      assert.deepEqual(
        claims.filter(({ by }) => by === 1),
        [],
        story,
      );
    }
  });
}

test('sim: a cable comes back, one direction up to a second before the other: the better one goes on without a gap', () => {
  for (let lateMs = 0; lateMs <= 1_000; lateMs += 50) {
    const staged = running({ seed: lateMs + 1, priorities: [101, 100] });
    const { world } = staged;
    telling(world, () => {
      cut(world, bothWays(1, 2));
      world.runFor(8_000);
      assert.deepEqual(world.holders(), [1, 2], 'apart, both hold');
      const healedAt = world.now;
      cut(world, [[2, 1]], false);
      world.runFor(lateMs);
      cut(world, [[1, 2]], false);
      world.runFor(6_000);
      assert.equal(gapsOf(staged, healedAt).nobodyMs, 0, `for a while nobody held, ${lateMs} ms apart`);
      // A little later still, the deaf one is believed, and the group comes back to the better one by failback.
      if (lateMs <= 900) restsAt(staged, 1);
    });
  }
});
