// Goal: with several paths, one that gets something through is enough, in each direction, and a slow or a sick one beside
//       it does no harm; with all of them gone, the takeover is as quick as with one.
// Method: two and three nodes, every kind of trouble on single paths, begun at several phases of the beat.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothWays, cut, restsAt, running, telling, type Stage } from './stage.ts';
import { calmWay, type Transport, type Way } from './way.ts';
import type { Setup, World } from './world.ts';

const TWO: readonly Transport[] = ['udp', 'udp'];
const THREE: readonly Transport[] = ['udp', 'udp', 'udp'];
const MIXED: readonly Transport[] = ['udp', 'tcp'];

const steady = (setup: Partial<Setup>): Stage =>
  running({ priorities: [100, 101], failback: { mode: 'manual', delayMs: 0 }, ...setup });

/** Every direction of one path. */
const pathOf = (world: World, lane: number): readonly Way[] =>
  world.hosts.flatMap(({ number: from }) =>
    world.hosts
      .filter(({ number }) => number !== from)
      .map(({ number: to }) => world.network.way(from, to, lane)),
  );

for (const paths of [TWO, THREE, MIXED]) {
  for (const priorities of [
    [100, 101],
    [100, 102, 101],
  ]) {
    test(`sim: all but one of ${paths.join(' + ')} are cut, each in turn, ${priorities.length} nodes: nothing moves`, () => {
      for (let kept = 0; kept < paths.length; kept++) {
        const staged = steady({ paths, priorities, seed: kept + 1 });
        const { world } = staged;
        telling(world, () => {
          for (let lane = 0; lane < paths.length; lane++)
            if (lane !== kept) for (const way of pathOf(world, lane)) way.cut = true;
          restsAt(staged, 2, 20_000);
          for (let lane = 0; lane < paths.length; lane++)
            for (const way of pathOf(world, lane)) way.cut = false;
          restsAt(staged, 2, 10_000);
          assert.deepEqual(staged.claims, []);
        });
      }
    });
  }
}

test('sim: each direction has a path of its own: nothing moves', () => {
  const staged = steady({ paths: TWO });
  const { world } = staged;
  telling(world, () => {
    world.network.way(1, 2, 0).cut = true;
    world.network.way(2, 1, 1).cut = true;
    restsAt(staged, 2, 30_000);
    assert.deepEqual(staged.claims, []);
    for (const host of world.hosts) assert.equal(host.agent!.node.links[0]!.saysHearsUs, true);
  });
});

for (const { name, mood } of [
  { name: 'loses everything', mood: { loss: 1 } },
  { name: 'loses nine of ten frames', mood: { loss: 0.9 } },
  { name: 'takes 500 ms', mood: { delayMs: 500, jitterMs: 0 } },
  { name: 'brings everything up to 5 s late', mood: { late: 1, lateMs: 5_000 } },
  { name: 'doubles frames and brings them late', mood: { duplicates: 0.5, late: 0.5, lateMs: 1_500 } },
]) {
  for (const paths of [TWO, MIXED]) {
    test(`sim: the second of ${paths.join(' + ')} ${name}: nothing moves, and a death is found out in time`, () => {
      for (let phase = 0; phase < 6; phase++) {
        const staged = steady({ paths, seed: phase + 1 });
        const { world, claims } = staged;
        telling(world, () => {
          world.runFor(phase * 40);
          for (const way of pathOf(world, 1)) Object.assign(way, mood);
          restsAt(staged, 2, 12_000);
          assert.equal(claims.length, 0);
          const diedAt = world.now;
          world.host(2).kill();
          assert.ok(world.runUntil(3_100, () => world.group(1)?.role === 'active'));
          assert.ok(claims[0]!.at - diedAt >= 2_700, 'not before the timeout');
        });
      }
    });
  }
}

test('sim: one path takes no time and the other 500 ms, and then the quick one fails: nothing moves', () => {
  for (let phase = 0; phase < 12; phase++) {
    const staged = steady({ paths: TWO, seed: phase + 1 });
    const { world } = staged;
    telling(world, () => {
      for (const way of pathOf(world, 0)) Object.assign(way, { delayMs: 0.1, jitterMs: 0 });
      for (const way of pathOf(world, 1)) Object.assign(way, { delayMs: 500, jitterMs: 0 });
      world.runFor(5_000 + phase * 20);
      for (const way of pathOf(world, 0)) way.cut = true;
      restsAt(staged, 2, 15_000);
      for (const way of pathOf(world, 0)) way.cut = false;
      restsAt(staged, 2, 15_000);
      assert.deepEqual(staged.claims, []);
    });
  }
});

for (const apartMs of [7, 60, 250, 2_000, 5_000]) {
  test(`sim: a path that comes and goes every ${apartMs} ms beside a good one: nothing moves`, () => {
    for (const paths of [TWO, MIXED]) {
      const staged = steady({ paths, priorities: [100, 101, 99] });
      const { world } = staged;
      const flap = (isCut: boolean): void => {
        for (const way of pathOf(world, 1)) way.cut = isCut;
        world.later(apartMs, () => flap(!isCut));
      };
      telling(world, () => {
        flap(true);
        restsAt(staged, 2, 30_000);
        assert.deepEqual(staged.claims, []);
      });
    }
  });
}

test('sim: paths take turns in being the only one: nothing moves', () => {
  for (const turnMs of [100, 700, 3_500]) {
    const staged = steady({ paths: THREE });
    const { world } = staged;
    const turn = (lane: number): void => {
      for (let other = 0; other < 3; other++)
        for (const way of pathOf(world, other)) Object.assign(way, calmWay(1), { cut: other !== lane });
      world.later(turnMs, () => turn((lane + 1) % 3));
    };
    telling(world, () => {
      turn(0);
      restsAt(staged, 2, 40_000);
      assert.deepEqual(staged.claims, []);
    });
  }
});

test('sim: all paths are cut: both hold, and one is left at once when any path is back', () => {
  for (const paths of [TWO, THREE, MIXED]) {
    for (let lane = 0; lane < paths.length; lane++) {
      if (paths[lane] === 'tcp') continue;
      const staged = steady({ paths });
      const { world } = staged;
      telling(world, () => {
        cut(world, bothWays(1, 2));
        assert.ok(world.runUntil(3_300, () => world.holders().length === 2));
        world.runFor(5_000);
        for (const way of pathOf(world, lane)) way.cut = false;
        assert.ok(world.runUntil(300, () => world.holders().length === 1));
        restsAt(staged, 2);
      });
    }
  }
});
