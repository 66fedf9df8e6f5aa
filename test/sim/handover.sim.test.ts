import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsOf, restsAt, running, telling } from './stage.ts';

// Goal: a planned move goes where it was ordered, once, and costs nothing or one round trip. Rows 6, 7, 12, 17, 18, 22.

const THREE = { priorities: [100, 102, 101], failback: { mode: 'manual', delayMs: 0 } } as const;

test('sim: make before break, nobody is without the VIP for a moment', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const staged = running({ seed, priorities: [101, 100] });
    const { world } = staged;
    telling(world, () => {
      const orderedAt = world.now;
      world.host(1).order({ kind: 'switchover', to: 2 });
      assert.ok(world.runUntil(200, () => world.holders().join() === '2'));
      const { nobodyMs, severalMs } = gapsOf(staged, orderedAt);
      assert.equal(nobodyMs, 0);
      assert.ok(severalMs > 0 && severalMs < 50, `${severalMs} ms of both`);
      restsAt(staged, 2, 1_000);
    });
  }
});

test('sim: break before make, nobody has it for a round trip and two calls, never two', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const staged = running({ seed, priorities: [101, 100], overlapAllowed: false, delayMs: 5 });
    const { world } = staged;
    telling(world, () => {
      const orderedAt = world.now;
      world.host(1).order({ kind: 'switchover', to: 2 });
      assert.ok(world.runUntil(200, () => world.holders().join() === '2'));
      const { nobodyMs, severalMs } = gapsOf(staged, orderedAt);
      assert.equal(severalMs, 0);
      assert.ok(nobodyMs < 25, `${nobodyMs} ms of nobody`);
      restsAt(staged, 2, 1_000);
    });
  }
});

test('sim: a placement by order is not undone by failback, until it is told', () => {
  const staged = running({ priorities: [101, 100], failback: { mode: 'auto', delayMs: 1_000 } });
  const { world } = staged;
  telling(world, () => {
    world.host(1).order({ kind: 'switchover', to: 2 });
    world.runFor(1_000);
    restsAt(staged, 2, 30_000);
    world.host(2).order({ kind: 'failback' });
    world.runFor(2_000);
    restsAt(staged, 1);
  });
});

test('sim: row 6, break before make to the second best: the best does not slip in', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const staged = running({ ...THREE, seed, overlapAllowed: false, delayMs: 3 }, 1);
    const { world, claims } = staged;
    telling(world, () => {
      world.host(1).order({ kind: 'switchover', to: 3 });
      world.runFor(10_000);
      assert.deepEqual(
        claims.map(({ by }) => by),
        [3],
      );
      restsAt(staged, 3);
    });
  }
});

test('sim: row 7, a second order while the first is still on its way', () => {
  for (const overlapAllowed of [true, false]) {
    for (let afterMs = 0; afterMs < 30; afterMs++) {
      const staged = running({ ...THREE, seed: afterMs + 1, overlapAllowed, delayMs: 2 }, 1);
      const { world } = staged;
      telling(world, () => {
        world.host(1).order({ kind: 'switchover', to: 2 });
        assert.ok(world.runUntil(500, () => world.group(2)?.role === 'active'));
        world.runFor(afterMs / 3);
        world.host(2).order({ kind: 'switchover', to: 3 });
        world.runFor(8_000);
        restsAt(staged, 3);
      });
    }
  }
});

test('sim: an order back at once, while the first giver still names its heir', () => {
  for (const setup of [{ priorities: [101, 100] }, THREE]) {
    for (let afterMs = 0; afterMs < 60; afterMs += 2) {
      const staged = running({ ...setup, seed: afterMs + 1, overlapAllowed: false, delayMs: 2 }, 1);
      const { world, claims } = staged;
      telling(world, () => {
        world.host(1).order({ kind: 'switchover', to: 2 });
        assert.ok(world.runUntil(500, () => world.group(2)?.role === 'active'));
        world.runFor(afterMs);
        const orderedAt = world.now;
        world.host(2).order({ kind: 'switchover', to: 1 });
        assert.ok(world.runUntil(300, () => world.holders().join() === '1'));
        assert.equal(gapsOf(staged, orderedAt).severalMs, 0);
        world.runFor(8_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [2, 1],
        );
        restsAt(staged, 1);
      });
    }
  }
});

test('sim: row 22, the old offer is not obeyed again after the next handover', () => {
  for (let afterMs = 0; afterMs < 400; afterMs += 20) {
    const staged = running({ ...THREE, seed: afterMs + 1, overlapAllowed: false, delayMs: 2 }, 2);
    const { world, claims } = staged;
    telling(world, () => {
      world.host(2).order({ kind: 'switchover', to: 1 });
      assert.ok(world.runUntil(500, () => world.group(1)?.role === 'active'));
      world.runFor(afterMs);
      world.host(1).order({ kind: 'switchover', to: 3 });
      world.runFor(8_000);
      assert.deepEqual(
        claims.map(({ by }) => by),
        [1, 3],
      );
      restsAt(staged, 3);
    });
  }
});

test('sim: row 12, six switchovers while frames overtake each other: six claims', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const staged = running({ seed, priorities: [101, 100], failback: { mode: 'manual', delayMs: 0 } });
    const { world, claims } = staged;
    for (const way of world.network.ways()) Object.assign(way, { late: 0.3, lateMs: 400, duplicates: 0.3 });
    telling(world, () => {
      for (let round = 0; round < 6; round++) {
        const to = 2 - (round % 2);
        world.host(3 - to).order({ kind: 'switchover', to });
        assert.ok(world.runUntil(6_000, () => world.holders().join() === `${to}`));
        world.runFor(4_000);
      }
      assert.equal(claims.length, 6);
    });
  }
});

test('sim: row 10, the next in rank is drained: the one after it does not wait for it', () => {
  const staged = running({ priorities: [102, 101, 100] });
  const { world } = staged;
  telling(world, () => {
    world.host(2).order({ kind: 'drain' });
    world.runFor(1_000);
    world.host(1).kill();
    assert.ok(world.runUntil(3_300, () => world.holders().join() === '3'));
    restsAt(staged, 3);
  });
});

test('sim: a drained holder gives up at once, and takes nothing until it is undrained', () => {
  const staged = running({ priorities: [101, 100], failback: { mode: 'auto', delayMs: 500 } });
  const { world } = staged;
  telling(world, () => {
    world.host(1).order({ kind: 'drain' });
    assert.ok(world.runUntil(200, () => world.holders().join() === '2'));
    restsAt(staged, 2, 20_000);
    world.host(1).order({ kind: 'undrain' });
    world.runFor(2_000);
    restsAt(staged, 1);
  });
});

test('sim: row 17, a stopping node lets go once and claims no more', () => {
  for (const overlapAllowed of [true, false]) {
    for (let seed = 1; seed <= 20; seed++) {
      const staged = running({ seed, priorities: [101, 100], overlapAllowed });
      const { world, claims } = staged;
      telling(world, () => {
        world.host(1).stop();
        assert.ok(
          world.runUntil(1_000, () => world.host(1).agent === undefined),
          'it ends',
        );
        world.runFor(10_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [2],
        );
        restsAt(staged, 2);
      });
    }
  }
});

test('sim: row 18, nobody claims while the VIP is still on the interface of one that lets it go slowly', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const staged = running({ seed, priorities: [101, 100], overlapAllowed: false });
    const { world } = staged;
    telling(world, () => {
      world.host(1).mood.slowMs = 900;
      const from = world.now;
      world.host(1).order({ kind: 'drain' });
      assert.ok(world.runUntil(5_000, () => world.holders().join() === '2'));
      assert.equal(gapsOf(staged, from).severalMs, 0);
    });
  }
});

test('sim: row 18, a VIP that cannot be taken down holds the others up for L + 1.2 s, not for ever', () => {
  const staged = running({ priorities: [101, 100], overlapAllowed: false, leaseSeconds: 0 });
  const { world } = staged;
  telling(world, () => {
    world.host(1).mood.failing = 1;
    world.host(1).order({ kind: 'drain' });
    world.runFor(1_500);
    assert.equal(world.group(2)?.role, 'standby');
    assert.ok(world.runUntil(2_000, () => world.group(2)?.role === 'active'));
  });
});

test('sim: row 19, frozen: nothing moves, not even when the holder dies; thawed: the next one takes over', () => {
  const staged = running({ priorities: [101, 100], failback: { mode: 'auto', delayMs: 500 } });
  const { world } = staged;
  telling(world, () => {
    world.host(2).order({ kind: 'freeze' });
    world.runFor(1_000);
    assert.equal(world.group(1)?.frozen, true, 'the word has spread');
    world.host(1).kill();
    world.runFor(15_000);
    assert.deepEqual(world.holders(), []);
    world.host(2).order({ kind: 'thaw' });
    assert.ok(world.runUntil(100, () => world.holders().join() === '2'));
  });
});

test('sim: the heir dies during a handover: the giver takes back within a timeout, and never lost the VIP', () => {
  for (let afterMs = 0; afterMs < 6; afterMs++) {
    const staged = running({ seed: afterMs + 1, priorities: [101, 100] });
    const { world } = staged;
    telling(world, () => {
      const from = world.now;
      world.host(2).mood.hanging = 1;
      world.host(1).order({ kind: 'switchover', to: 2 });
      world.runFor(afterMs / 2);
      world.host(2).kill();
      world.runFor(8_000);
      assert.equal(gapsOf(staged, from).nobodyMs, 0);
      restsAt(staged, 1);
    });
  }
});
