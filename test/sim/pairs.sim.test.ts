import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothWays, cut, gapsOf, restsAt, running, stage, telling } from './stage.ts';

// Goal: two nodes, one path. Whatever happens between them, one holder is left, and never nobody where that can be had.
// Method: each row of group.md 4 that two nodes can play, at every phase offset of their beats.

const FAST = { intervalMs: 50, timeoutMs: 600, startupMs: 1_200 } as const;

for (const { name, timing, delayMs } of [
  { name: 'default timing, 1 ms', timing: {}, delayMs: 1 },
  { name: 'default timing, 40 ms', timing: {}, delayMs: 40 },
  { name: 'default timing, 140 ms', timing: {}, delayMs: 140 },
  { name: 'fast beats, 1 ms', timing: FAST, delayMs: 1 },
  { name: 'fast beats, a round trip of more than two intervals', timing: FAST, delayMs: 60 },
]) {
  test(`sim: a split pair heals and the better one goes on, ${name}`, () => {
    for (let phase = 0; phase < 24; phase++) {
      const staged = running({ ...timing, delayMs, seed: phase + 1, priorities: [100, 101] });
      const { world } = staged;
      telling(world, () => {
        cut(world, bothWays(1, 2));
        world.runFor(3 * world.setup.timeoutMs + (phase * world.setup.intervalMs) / 24);
        assert.deepEqual(world.holders(), [1, 2], 'apart, both hold');
        const healedAt = world.now;
        cut(world, bothWays(1, 2), false);
        world.runFor(4 * world.setup.timeoutMs);
        const gaps = gapsOf(staged, healedAt);
        assert.equal(gaps.nobodyMs, 0, 'for a while nobody held');
        assert.ok(
          gaps.severalMs <= world.setup.intervalMs + 4 * delayMs + 20,
          `both held for ${gaps.severalMs} ms`,
        );
        restsAt(staged, 2);
      });
    }
  });
}

for (const first of ['1 → 2', '2 → 1'] as const) {
  test(`sim: a split pair heals with ${first} first, and one is left at once`, () => {
    for (let phase = 0; phase < 24; phase++) {
      const staged = running({
        seed: phase + 1,
        priorities: [100, 101],
        failback: { mode: 'manual', delayMs: 0 },
      });
      const { world } = staged;
      telling(world, () => {
        cut(world, bothWays(1, 2));
        world.runFor(10_000 + phase * 10);
        const [early, late] =
          first === '1 → 2'
            ? ([
                [1, 2],
                [2, 1],
              ] as const)
            : ([
                [2, 1],
                [1, 2],
              ] as const);
        cut(world, [early], false);
        world.runFor(100 + phase * 150);
        cut(world, [late], false);
        const healedAt = world.now;
        world.runFor(12_000);
        // The deaf one's proof may be complete in the very round trip in which the other begins to hear: then both yield.
        assert.ok(
          gapsOf(staged, healedAt).nobodyMs <= 10,
          'nobody held for more than a round trip and a call',
        );
        assert.equal(world.actives().length, 1);
        restsAt(staged, world.actives()[0]!, 20_000);
      });
    }
  });
}

for (const way of [
  [1, 2],
  [2, 1],
] as const) {
  test(`sim: a one-way cut ${way.join(' → ')} leaves one holder, who can be nobody but the deaf side`, () => {
    for (let phase = 0; phase < 12; phase++) {
      const staged = running({ seed: phase + 1, priorities: [100, 101] });
      const { world } = staged;
      telling(world, () => {
        cut(world, [way]);
        world.runFor(20_000 + phase * 20);
        // The deaf one cannot know of the other, so it must be the one that holds.
        restsAt(staged, way[1], 20_000);
        cut(world, [way], false);
        world.runFor(20_000);
        restsAt(staged, 2);
      });
    }
  });
}

test('sim: row 8, equal priorities do not fail back to the better name', () => {
  const staged = running({ priorities: [100, 100], failback: { mode: 'auto', delayMs: 0 } }, 1);
  telling(staged.world, () => restsAt(staged, 1, 60_000));
});

test('sim: row 8, the standby with the higher priority never moves a healthy group itself: the holder hands over', () => {
  const staged = running({ priorities: [100, 101], failback: { mode: 'auto', delayMs: 5_000 } }, 2);
  const { world, counts } = staged;
  telling(world, () => {
    world.host(2).kill();
    world.runFor(5_000);
    restsAt(staged, 1, 1_000);
    const from = counts.length;
    world.host(2).start();
    world.runFor(12_000);
    restsAt(staged, 2);
    assert.deepEqual(
      counts.slice(from).map(({ holders }) => holders.join()),
      ['1,2', '2'],
      'made before broken, once',
    );
  });
});

test('sim: row 11, the best node is late at the start, and nothing moves for it', () => {
  for (const lateMs of [10, 200, 1_000, 4_000]) {
    const staged = stage({ priorities: [100, 101] });
    const { world, claims } = staged;
    telling(world, () => {
      world.host(1).start();
      world.runFor(lateMs);
      world.host(2).start();
      world.runFor(20_000);
      assert.deepEqual(
        claims.map(({ by }) => by),
        [2],
      );
      restsAt(staged, 2);
    });
  }
});

test('sim: a lone node holds after the start-up wait, not before', () => {
  const staged = stage({ priorities: [100, 101] });
  const { world } = staged;
  telling(world, () => {
    world.host(1).start();
    world.runFor(world.setup.startupMs - 100);
    assert.deepEqual(world.holders(), []);
    world.runFor(300);
    restsAt(staged, 1);
  });
});

test('sim: row 21, the deaf side restarts during a one-way cut: both hold until the heal, one after it', () => {
  const staged = running({ priorities: [101, 100] });
  const { world } = staged;
  telling(world, () => {
    world.host(2).kill();
    cut(world, [[1, 2]]);
    world.host(2).start();
    world.runFor(15_000);
    assert.deepEqual(world.holders(), [1, 2], 'a session cannot be opened by half an exchange');
    cut(world, [[1, 2]], false);
    world.runFor(2_000);
    restsAt(staged, 1);
  });
});

test('sim: a firewall before a starting node that hears an active peer: it waits, and says why', () => {
  const staged = running({ priorities: [101, 100] });
  const { world } = staged;
  telling(world, () => {
    world.host(2).kill();
    cut(world, [[2, 1]]);
    world.runFor(1_000);
    world.host(2).start();
    world.runFor(world.setup.unprovenMs - 2_000);
    restsAt(staged, 1, 1_000);
  });
});

test('sim: the interface of the holder takes nothing in for a while: one holder is left, and service never stops', () => {
  const staged = running({ priorities: [101, 100], failback: { mode: 'manual', delayMs: 0 } });
  const { world } = staged;
  telling(world, () => {
    const deafAt = world.now;
    world.host(1).receiveDead = true;
    world.runFor(30_000);
    world.host(1).receiveDead = false;
    world.runFor(10_000);
    assert.equal(world.actives().length, 1);
    assert.equal(gapsOf(staged, deafAt).nobodyMs, 0);
    restsAt(staged, world.actives()[0]!);
  });
});

test('sim: both restart at once, again and again: within seconds one of them holds', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const staged = running({ seed, priorities: [100, 101] });
    const { world } = staged;
    for (const way of world.network.ways()) way.loss = 0.3;
    telling(world, () => {
      for (let round = 0; round < 4; round++) {
        for (const host of world.hosts) host.kill();
        world.runFor(50);
        for (const host of world.hosts) host.start();
        world.runFor(200);
      }
      assert.ok(world.runUntil(9_000, () => world.actives().length === 1));
    });
  }
});

test('sim: a peer with a slower beat than our timeout is heard, and its VIP stays', () => {
  const staged = stage({ priorities: [101, 100], timeoutMs: 500, intervalMs: 100, startupMs: 1_000 });
  const { world } = staged;
  telling(world, () => {
    const slow = world.host(1);
    slow.policy = { ...slow.policy, intervalMs: 1_000, timeoutMs: 5_000, digest: '00000000000000bb' };
    for (const host of world.hosts) host.start();
    world.runFor(10_000);
    restsAt(staged, 1, 60_000);
  });
});

test('sim: a full restart with the wall clock ten years back', () => {
  const staged = running({ priorities: [100, 101] });
  const { world } = staged;
  telling(world, () => {
    const epoch = world.group(2)!.epoch;
    for (const host of world.hosts) host.kill();
    for (const host of world.hosts) host.stepWall(-3.15e11);
    for (const host of world.hosts) host.start();
    world.runFor(10_000);
    restsAt(staged, 2);
    assert.ok(world.group(2)!.epoch > epoch, 'epochs never fall');
  });
});

test('sim: wall clocks that jump while running move nothing', () => {
  const staged = running({ priorities: [100, 101] });
  const { world } = staged;
  telling(world, () => {
    for (const ms of [-3.15e11, 3.15e11, 5_000, -5_000]) {
      world.host(1).stepWall(ms);
      world.runFor(700);
      world.host(2).stepWall(-ms);
      world.runFor(3_000);
    }
    restsAt(staged, 2);
    assert.deepEqual(staged.claims, []);
  });
});

test('sim: both begin new sessions of their own at the same moment, and go on hearing each other', () => {
  for (const loss of [0, 0.3]) {
    const staged = running({ priorities: [100, 101] });
    const { world } = staged;
    for (const way of world.network.ways()) way.loss = loss;
    telling(world, () => {
      for (const host of world.hosts) host.stepWall(10_000);
      restsAt(staged, 2, 20_000);
      assert.deepEqual(staged.claims, []);
      for (const host of world.hosts) assert.equal(host.agent!.node.links[0]!.alive, true);
    });
  }
});

test('sim: more groups than a frame holds: all are taken over, and none is claimed before its word came round', () => {
  const staged = running({ priorities: [100, 101], groups: 80 });
  const { world } = staged;
  const held = (number: number): number =>
    [...world.host(number).agent!.node.groups.values()].filter(({ role }) => role === 'active').length;
  telling(world, () => {
    assert.equal(held(2), 80);
    world.host(1).kill();
    world.runFor(50);
    world.host(1).start();
    world.runFor(10_000);
    assert.equal(held(2), 80);
    assert.deepEqual(staged.claims, [], 'a starting node claims nothing of a live holder');
    world.host(2).kill();
    world.runFor(4_000);
    assert.equal(held(1), 80);
  });
});

test('sim: a standby whose receiver dies claims once, finds out that it is deaf, and the healthy node has it back', () => {
  for (let phase = 0; phase < 12; phase++) {
    for (const priorities of [
      [101, 100],
      [100, 101],
    ]) {
      const staged = running({ seed: phase + 1, priorities, failback: { mode: 'manual', delayMs: 0 } }, 1);
      const { world } = staged;
      telling(world, () => {
        world.runFor(phase * 20);
        const deafAt = world.now;
        world.host(2).receiveDead = true;
        world.runFor(12_000);
        assert.deepEqual(world.actives(), [1], 'the deaf one does not keep it');
        assert.equal(gapsOf(staged, deafAt).nobodyMs < 100, true, 'nobody held for more than a few frames');
        restsAt(staged, 1, 20_000);
        world.host(2).receiveDead = false;
        world.runFor(5_000);
        restsAt(staged, 1);
      });
    }
  }
});
