import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKS_NOBODY } from '../../src/core/group/state.ts';
import { gapsOf, restsAt, running, telling, type Stage } from './stage.ts';

// Goal: a holder that plays dead is silent, is found out like a dead one, is back when it has been, and never holds
// beside another. I1 and its companions are asked after every event (stage.ts); the random walk has drills too (faults.ts).

const PAIR = { priorities: [101, 100], failback: { mode: 'manual', delayMs: 0 } } as const;

/** Frames that a host seals from now on. */
function countingFrames({ world }: Stage, by: number): () => number {
  let count = 0;
  world.checks.push({ sent: (host) => void (count += host.number === by ? 1 : 0) });
  return () => count;
}

test('sim: plays dead, says nothing, and is back as soon as another holds', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const staged = running({ seed, ...PAIR, delayMs: 1 }, 1);
    const { world, claims } = staged;
    telling(world, () => {
      const from = world.now;
      const said = countingFrames(staged, 1);
      world.host(1).playDead(60_000);
      assert.ok(world.runUntil(4_000, () => world.actives().includes(2)));
      const tookMs = world.now - from;
      assert.ok(tookMs > 2_700 && tookMs < 3_300, `taken over after ${tookMs} ms`);
      assert.equal(said(), 0, 'a dead node says nothing');
      assert.ok(world.runUntil(100, () => world.host(1).agent?.node.playingDead === undefined));
      world.runFor(100);
      assert.ok(said() > 0);
      assert.equal(gapsOf(staged, from).severalMs, 0);
      restsAt(staged, 2);
      assert.equal(claims.length, 1);
    });
  }
});

for (const overlapAllowed of [true, false]) {
  test(`sim: it asks for it back and has it, ${overlapAllowed ? 'made before broken' : 'broken before made'}`, () => {
    for (let seed = 1; seed <= 10; seed++) {
      const staged = running({ seed, ...PAIR, overlapAllowed, delayMs: 1 }, 1);
      const { world } = staged;
      telling(world, () => {
        world.host(1).playDead(60_000);
        assert.ok(world.runUntil(4_000, () => world.actives().includes(2)));
        world.runFor(1_000);
        const from = world.now;
        world.host(1).order({ kind: 'askBack' });
        assert.ok(world.runUntil(200, () => world.holders().join() === '1'));
        const { nobodyMs, severalMs } = gapsOf(staged, from);
        assert.equal(overlapAllowed ? nobodyMs : severalMs, 0);
        restsAt(staged, 1);
      });
    }
  });
}

test('sim: a node that asks and ranks lower has it once, and no tug of war follows', () => {
  const failback = { mode: 'auto', delayMs: 1_000 } as const;
  const staged = running({ priorities: [101, 102], failback }, 2);
  const { world, claims } = staged;
  telling(world, () => {
    world.host(1).order({ kind: 'askBack' });
    world.runFor(4_000);
    assert.ok(claims.length <= 2, `moved ${claims.length} times`);
    restsAt(staged, 2);
  });
});

test('sim: the heir fails to take it: the old holder is back at once, and has it again', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const staged = running({ seed, ...PAIR }, 1);
    const { world } = staged;
    telling(world, () => {
      world.host(2).mood.failing = 1;
      world.host(1).playDead(60_000);
      assert.ok(
        world.runUntil(20_000, () => world.holders().join() === '1' && world.actives().join() === '1'),
      );
      restsAt(staged, 1);
    });
  }
});

test('sim: the heir dies meanwhile: the old holder is back after a timeout, not at the end of its time', () => {
  const staged = running(PAIR, 1);
  const { world } = staged;
  telling(world, () => {
    world.host(1).playDead(60_000);
    world.runFor(500);
    world.host(2).kill();
    assert.ok(world.runUntil(8_000, () => world.actives().join() === '1'));
    restsAt(staged, 1);
  });
});

test('sim: nobody takes it over in time: it is back, and has it again', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const staged = running({ seed, ...PAIR, delayMs: 1 }, 1);
    const { world } = staged;
    telling(world, () => {
      // About when the other runs out of patience: both may be about to claim.
      world.host(1).playDead(2_900 + 20 * seed);
      world.runFor(8_000);
      assert.equal(gapsOf(staged, 0).severalMs, 0);
      const [holder] = world.actives();
      restsAt(staged, holder!);
    });
  }
});

test('sim: of three, the best of the others takes over; one more drill goes on to the third', () => {
  const staged = running({ priorities: [100, 102, 101], failback: { mode: 'manual', delayMs: 0 } }, 2);
  const { world } = staged;
  telling(world, () => {
    world.host(2).playDead(60_000);
    world.runFor(5_000);
    restsAt(staged, 3);
    world.host(3).playDead(60_000);
    world.runFor(5_000);
    restsAt(staged, 2);
  });
});

test('sim: killed while it plays dead, it is dead; the others notice nothing else', () => {
  const staged = running(PAIR, 1);
  const { world } = staged;
  telling(world, () => {
    world.host(1).playDead(60_000);
    world.runFor(1_000);
    world.host(1).kill();
    world.runFor(4_000);
    restsAt(staged, 2);
    world.host(1).start();
    world.runFor(8_000);
    restsAt(staged, 2);
  });
});

test('sim: told to stop while it plays dead, it ends at once', () => {
  const staged = running(PAIR, 1);
  const { world } = staged;
  telling(world, () => {
    world.host(1).playDead(60_000);
    world.runFor(1_000);
    world.host(1).stop();
    world.runFor(200);
    assert.equal(world.host(1).agent, undefined);
    world.runFor(4_000);
    assert.deepEqual(world.actives(), [2]);
  });
});

test('sim: with an arbiter nobody lets its lock go: it runs out, as the lock of a dead one does', () => {
  const lock = { ttlMs: 10_000, timeoutMs: 1_000 };
  const staged = running({ ...PAIR, asks: { ...ASKS_NOBODY, lock } }, 1);
  const { world } = staged;
  telling(world, () => {
    const from = world.now;
    world.host(1).playDead(60_000);
    assert.ok(world.runUntil(14_000, () => world.actives().includes(2)));
    assert.ok(world.now - from > 6_000, `after ${world.now - from} ms`);
    world.runFor(500);
    restsAt(staged, 2);
  });
});
