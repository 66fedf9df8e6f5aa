import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKS_NOBODY } from '../../src/core/group/state.ts';
import { NeverTwoHolders } from './checks.ts';
import { bothWays, cut, gapsOf, restsAt, running, telling, type Stage } from './stage.ts';
import { WEB, type Setup } from './world.ts';

// Goal: a restart that is announced moves nothing when the process is back in time, and costs no more than it said when it
// is not; never do two hold. Row 16 of group.md.
// Method: restarts at every phase of the beat, in time, too late, too often, and beside everything else that happens.

const TWO = { priorities: [101, 100], failback: { mode: 'manual', delayMs: 0 } } as const;
const THREE = { priorities: [102, 101, 100], failback: { mode: 'manual', delayMs: 0 } } as const;
const WITHIN = { withinMs: 3_000 } as const;
/** Older than ten and a half timeouts. */
const AGED_MS = 32_000;

/** lb1 holds, and every process is old enough to announce a restart. */
function aged(setup: Partial<Setup>): Stage {
  const staged = running(setup);
  const { world, claims, counts } = staged;
  world.checks.push(new NeverTwoHolders(world, { mayCross: false }));
  telling(world, () => world.runFor(AGED_MS));
  claims.length = 0;
  counts.length = 0;
  return staged;
}

for (const nodes of [TWO, THREE]) {
  test(`sim: restart, the holder of ${nodes.priorities.length} is back in time: nothing moves, the VIP stays`, () => {
    for (let phase = 0; phase < 20; phase++) {
      const staged = aged({ ...nodes, seed: phase + 1, delayMs: [0.1, 1, 10, 40][phase % 4]! });
      const { world, claims, counts } = staged;
      telling(world, () => {
        world.runFor(phase * 13);
        const before = world.group(1)!.epoch;
        world.host(1).restart({ ...WITHIN, awayMs: [10, 500, 1_500, 2_600][phase % 4]! });
        assert.ok(
          world.runUntil(1_000, () => world.host(1).agent === undefined),
          'it did not leave',
        );
        world.runFor(6_000);
        assert.deepEqual([claims, counts], [[], []]);
        assert.equal(world.group(1)!.epoch, before, 'for hooks it is the same claim');
        restsAt(staged, 1);
      });
    }
  });
}

test('sim: restart, with beats that are rarer than the time for the acknowledgement: the others are asked for it', () => {
  const SELDOM = { intervalMs: 2_000, timeoutMs: 6_000, startupMs: 12_000 } as const;
  for (let phase = 0; phase < 12; phase++) {
    const staged = aged({ ...TWO, ...SELDOM, seed: phase + 1 });
    const { world, claims, counts } = staged;
    telling(world, () => {
      world.runFor(AGED_MS + phase * 170);
      claims.length = 0;
      counts.length = 0;
      world.host(1).restart({ ...WITHIN, awayMs: 1_000 });
      assert.ok(
        world.runUntil(300, () => world.host(1).agent === undefined),
        'it waits for the next beat of the other',
      );
      world.runFor(8_000);
      assert.deepEqual([claims, counts], [[], []]);
      restsAt(staged, 1);
    });
  }
});

test('sim: restart, too late: the other has it after what was announced and 1.3 s, never both', () => {
  for (let phase = 0; phase < 20; phase++) {
    const staged = aged({ ...TWO, seed: phase + 1 });
    const { world, claims } = staged;
    telling(world, () => {
      world.runFor(phase * 13);
      world.host(1).restart({ ...WITHIN, awayMs: [4_500, 9_000][phase % 2]! });
      assert.ok(world.runUntil(1_000, () => world.host(1).agent === undefined));
      const leftAt = world.now;
      world.runFor(12_000);
      assert.deepEqual(
        claims.map(({ by }) => by),
        [2],
      );
      // It counts from the beat that says so first, and the process ends when that is acknowledged.
      const afterMs = claims[0]!.at - leftAt;
      assert.ok(afterMs > 4_030 && afterMs < 4_310, `after ${afterMs} ms`);
      restsAt(staged, 2);
    });
  }
});

test('sim: restart, a little too late: what it finds is not simply its own, and one of them has it in the end', () => {
  for (let phase = 0; phase < 24; phase++) {
    const staged = aged({ ...TWO, seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      world.host(1).restart({ ...WITHIN, awayMs: 2_780 + phase * 65 });
      world.runFor(16_000);
      assert.equal(world.holders().length, 1);
      restsAt(staged, world.actives()[0]!);
    });
  }
});

test('sim: restart, without a promise that is believed the same absence is a takeover after the timeout', () => {
  const staged = aged({ ...TWO, restartMs: 0 });
  const { world, claims } = staged;
  telling(world, () => {
    world.host(1).kill();
    const diedAt = world.now;
    world.runFor(6_000);
    assert.ok(claims[0]!.at - diedAt < 3_100);
  });
});

test('sim: restart, a second one within ten timeouts is a handover, and nobody is without the VIP', () => {
  for (const againMs of [500, 5_000, 20_000]) {
    const staged = aged(TWO);
    const { world, claims } = staged;
    telling(world, () => {
      world.host(1).restart({ ...WITHIN, awayMs: 500 });
      world.runFor(2_000 + againMs);
      const toldAt = world.now;
      world.host(1).restart({ ...WITHIN, awayMs: 500 });
      world.runFor(10_000);
      assert.deepEqual(
        claims.map(({ by }) => by),
        [2],
      );
      assert.equal(gapsOf(staged, toldAt).nobodyMs, 0);
      restsAt(staged, 2);
    });
  }
});

test('sim: restart, a second one after ten and a half timeouts is one again', () => {
  const staged = aged(TWO);
  const { world, claims, counts } = staged;
  telling(world, () => {
    for (let round = 0; round < 3; round++) {
      world.host(1).restart({ ...WITHIN, awayMs: 500 });
      world.runFor(2_000 + AGED_MS);
    }
    assert.deepEqual([claims, counts], [[], []]);
  });
});

test('sim: restart, one that is killed while it is away is taken over as late, and no later', () => {
  const staged = aged(TWO);
  const { world, claims } = staged;
  telling(world, () => {
    world.host(1).restart({ ...WITHIN, awayMs: 60_000 });
    world.runFor(1_000);
    world.host(1).kill();
    world.runFor(5_000);
    assert.deepEqual(
      claims.map(({ by }) => by),
      [2],
    );
    assert.deepEqual(world.holders(), [2]);
  });
});

test('sim: restart, a drained node is drained afterwards', () => {
  for (const number of [1, 2]) {
    const staged = aged(TWO);
    const { world } = staged;
    telling(world, () => {
      world.host(number).order({ kind: 'drain' });
      world.runFor(1_000);
      world.host(number).restart({ ...WITHIN, awayMs: 500 });
      world.runFor(8_000);
      assert.equal(world.group(number)!.drained, true);
      assert.deepEqual(world.holders(), [3 - number]);
      world.host(3 - number).kill();
      world.runFor(20_000);
      assert.deepEqual(world.holders(), [], 'a drained node claimed');
      world.host(number).order({ kind: 'undrain' });
      assert.ok(world.runUntil(1_000, () => world.holders().join() === `${number}`));
    });
  }
});

test('sim: restart, a frozen holder keeps it and is frozen afterwards', () => {
  for (const number of [1, 2]) {
    const staged = aged(TWO);
    const { world, counts } = staged;
    telling(world, () => {
      world.host(1).order({ kind: 'freeze' });
      world.runFor(1_000);
      world.host(number).restart({ ...WITHIN, awayMs: 500 });
      world.runFor(8_000);
      assert.deepEqual([world.holders(), counts], [[1], []]);
      assert.deepEqual([world.group(1)!.frozen, world.group(2)!.frozen], [true, true]);
    });
  }
});

test('sim: restart, everybody at once while frozen: the flag is still there, and so is the VIP', () => {
  const staged = aged(TWO);
  const { world } = staged;
  telling(world, () => {
    world.host(1).order({ kind: 'freeze' });
    world.runFor(1_000);
    world.host(1).restart({ ...WITHIN, awayMs: 300 });
    world.host(2).restart({ ...WITHIN, awayMs: 500 });
    world.runFor(15_000);
    assert.deepEqual(world.holders(), [1]);
    assert.equal(world.group(1)!.frozen, true);
  });
});

for (const overlapAllowed of [true, false]) {
  for (const number of [1, 2]) {
    const who = number === 1 ? 'the giver' : 'the heir';
    test(`sim: restart, of ${who} during a handover ${overlapAllowed ? 'with' : 'without'} overlap: one in the end`, () => {
      for (let phase = 0; phase < 24; phase++) {
        const staged = aged({ ...TWO, seed: phase + 1, overlapAllowed, delayMs: 2 });
        const { world } = staged;
        telling(world, () => {
          world.host(1).order({ kind: 'switchover', to: 2 });
          world.runFor(phase * 0.7);
          world.host(number).restart({ ...WITHIN, awayMs: [20, 2_500][phase % 2]! });
          world.runFor(20_000);
          assert.equal(world.holders().length, 1);
          restsAt(staged, world.actives()[0]!);
        });
      }
    });
  }
}

test('sim: restart, an order to move while it is leaving is not lost on two', () => {
  for (let phase = 0; phase < 12; phase++) {
    const staged = aged({ ...TWO, seed: phase + 1, delayMs: 2 });
    const { world } = staged;
    telling(world, () => {
      world.host(1).restart({ ...WITHIN, awayMs: 200 });
      world.runFor(phase);
      world.host(1).order({ kind: 'switchover', to: 2 });
      world.runFor(10_000);
      assert.equal(world.holders().length, 1);
    });
  }
});

test('sim: restart, a peer that starts while the holder is away does not claim beside it', () => {
  for (let phase = 0; phase < 12; phase++) {
    const staged = aged({ ...TWO, seed: phase + 1 });
    const { world, claims, counts } = staged;
    telling(world, () => {
      world.host(2).kill();
      world.runFor(5_000);
      world.host(1).restart({ ...WITHIN, awayMs: 2_500 });
      assert.ok(world.runUntil(1_000, () => world.host(1).agent === undefined));
      world.runFor(phase * 200);
      world.host(2).start();
      world.runFor(10_000);
      assert.deepEqual([claims, counts], [[], []]);
      restsAt(staged, 1);
    });
  }
});

test('sim: restart, a peer that cannot be told: it is handed over or released, and the peer serves', () => {
  for (let phase = 0; phase < 12; phase++) {
    for (const ways of [[[1, 2]], [[2, 1]], bothWays(1, 2)] as const) {
      const staged = aged({ ...TWO, seed: phase + 1 });
      const { world } = staged;
      telling(world, () => {
        cut(world, ways);
        world.runFor(phase * 40);
        world.host(1).restart({ ...WITHIN, awayMs: 60_000 });
        world.runFor(2_000);
        assert.equal(
          world.host(1).kernel.has(WEB) && world.host(1).agent === undefined,
          false,
          'it left the VIP',
        );
        world.runFor(10_000);
        assert.deepEqual(world.holders(), [2]);
      });
    }
  }
});

test('sim: restart, loss: whoever leaves has been understood, whoever is not lets go', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const staged = aged({ ...TWO, seed });
    const { world } = staged;
    telling(world, () => {
      for (const way of world.network.ways()) way.loss = 0.5;
      world.host(1).restart({ ...WITHIN, awayMs: 1_500 });
      world.runFor(4_000);
      for (const way of world.network.ways()) way.loss = 0;
      world.runFor(10_000);
      assert.equal(world.holders().length, 1);
      restsAt(staged, world.actives()[0]!);
    });
  }
});

test('sim: restart, of a standby: nothing moves, and it takes over afterwards', () => {
  const staged = aged(TWO);
  const { world, claims, counts } = staged;
  telling(world, () => {
    world.host(2).restart({ ...WITHIN, awayMs: 500 });
    world.runFor(5_000);
    assert.deepEqual([claims, counts], [[], []]);
    world.host(1).kill();
    assert.ok(world.runUntil(3_100, () => world.holders().join() === '2'));
  });
});

test('sim: restart, with an arbiter: it is the same lock, and nothing moves', () => {
  for (let phase = 0; phase < 10; phase++) {
    const asks = { ...ASKS_NOBODY, lock: { ttlMs: 10_000, timeoutMs: 1_000 } };
    const staged = aged({ ...TWO, seed: phase + 1, asks });
    const { world, claims, counts } = staged;
    telling(world, () => {
      world.runFor(phase * 410);
      world.host(1).restart({ ...WITHIN, awayMs: [10, 2_500][phase % 2]! });
      world.runFor(10_000);
      assert.deepEqual([claims, counts], [[], []]);
      restsAt(staged, 1);
    });
  }
});

test('sim: restart, while the arbiter is gone and all are heard: the holder stays the holder', () => {
  for (let phase = 0; phase < 10; phase++) {
    const asks = { ...ASKS_NOBODY, lock: { ttlMs: 10_000, timeoutMs: 1_000 } };
    const staged = aged({ ...TWO, seed: phase + 1, asks });
    const { world, claims } = staged;
    telling(world, () => {
      world.counsel.outside.arbiterDown = true;
      world.runFor(30_000 + phase * 410);
      world.host(1).restart({ ...WITHIN, awayMs: [10, 1_500][phase % 2]! });
      world.runFor(10_000);
      assert.deepEqual(claims, []);
      restsAt(staged, 1);
    });
  }
});
