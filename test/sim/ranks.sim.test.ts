// Goal: with any number of nodes the right one takes over, once, and as quickly as with two.
// Method: three, five and eight nodes; deaths, drains, stalls and restarts of several; partitions in three and random
//         networks in which every two can hear of each other within two hops.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chance } from './chance.ts';
import { NeverTwoHolders } from './checks.ts';
import { cut, restsAt, running, telling } from './stage.ts';
import type { World } from './world.ts';

/** lb1 is the best, the last one the worst. */
const ranked = (count: number): readonly number[] => Array.from({ length: count }, (_, place) => 120 - place);
const MANUAL = { mode: 'manual', delayMs: 0 } as const;

const numbersOf = (world: World): readonly number[] => world.hosts.map(({ number }) => number);

const waysBetween = (
  world: World,
  isApart: (one: number, other: number) => boolean,
): (readonly [number, number])[] =>
  numbersOf(world).flatMap((from) =>
    numbersOf(world).flatMap((to) => (from !== to && isApart(from, to) ? [[from, to] as const] : [])),
  );

for (const count of [2, 3, 5, 8]) {
  test(`sim: the holder of ${count} nodes dies: the second best has it after the timeout, and nobody else claims`, () => {
    for (let phase = 0; phase < 4; phase++) {
      const staged = running({ priorities: ranked(count), seed: phase + 1 }, 1);
      const { world, claims } = staged;
      world.checks.push(new NeverTwoHolders(world));
      telling(world, () => {
        world.runFor(phase * 67);
        const diedAt = world.now;
        world.host(1).kill({ guardToo: phase % 2 === 1 });
        world.runFor(5_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [2],
        );
        const tookMs = claims[0]!.at - diedAt;
        assert.ok(tookMs >= 2_700 && tookMs <= 3_050, `${tookMs} ms`);
        restsAt(staged, 2);
      });
    }
  });

  test(`sim: of ${count} nodes one after the other dies, each time the best that is left takes over once`, () => {
    const staged = running({ priorities: ranked(count), failback: MANUAL }, 1);
    const { world, claims } = staged;
    telling(world, () => {
      for (let number = 1; number < count; number++) {
        world.host(number).kill();
        world.runFor(4_000);
        assert.deepEqual(world.holders(), [number + 1]);
      }
      assert.equal(claims.length, count - 1);
    });
  });
}

test('sim: the holder dies while the second best is drained: the third takes over, without waiting for the second', () => {
  for (const count of [3, 5, 8]) {
    for (let phase = 0; phase < 2; phase++) {
      const staged = running({ priorities: ranked(count), seed: phase + 1, failback: MANUAL }, 1);
      const { world, claims } = staged;
      telling(world, () => {
        world.host(2).order({ kind: 'drain' });
        world.runFor(1_000 + phase * 130);
        const diedAt = world.now;
        world.host(1).kill();
        world.runFor(5_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [3],
        );
        assert.ok(claims[0]!.at - diedAt <= 3_050);
        restsAt(staged, 3);
      });
    }
  }
});

test('sim: all standbys sleep, the holder dies meanwhile, and they wake at once: one of them holds, the best', () => {
  for (const count of [3, 5, 8]) {
    for (const sleptMs of [400, 1_600, 3_500, 12_000]) {
      const staged = running({ priorities: ranked(count), seed: sleptMs, failback: MANUAL }, 1);
      const { world, claims } = staged;
      telling(world, () => {
        const standbys = world.hosts.slice(1);
        for (const host of standbys) host.freeze();
        world.runFor(sleptMs / 2);
        world.host(1).kill();
        world.runFor(sleptMs / 2);
        for (const host of standbys) host.thaw();
        world.runFor(8_000);
        assert.deepEqual(
          claims.map(({ by }) => by),
          [2],
        );
        restsAt(staged, 2);
      });
    }
  }
});

test('sim: all standbys wake at once and the holder is well: nothing moves', () => {
  for (const count of [3, 5, 8]) {
    for (const sleptMs of [1_600, 3_500, 12_000]) {
      const staged = running({ priorities: ranked(count), failback: MANUAL }, 1);
      const { world } = staged;
      telling(world, () => {
        for (const host of world.hosts.slice(1)) host.freeze();
        world.runFor(sleptMs);
        for (const host of world.hosts.slice(1)) host.thaw();
        restsAt(staged, 1, 8_000);
        assert.deepEqual(staged.claims, []);
      });
    }
  }
});

for (const count of [3, 6]) {
  test(`sim: ${count} nodes in three parts, healed at every phase: each part has its best, then one is left`, () => {
    for (let phase = 0; phase < 16; phase++) {
      const staged = running({ priorities: ranked(count), seed: phase + 1, failback: MANUAL }, 1);
      const { world } = staged;
      const apart = (one: number, other: number): boolean => one % 3 !== other % 3;
      telling(world, () => {
        cut(world, waysBetween(world, apart));
        world.runFor(7_000 + phase * 17);
        assert.deepEqual(world.holders(), [1, 2, 3], 'apart, each part has its best');
        // First two parts find each other, then all three.
        cut(
          world,
          waysBetween(world, (one, other) => apart(one, other) && one % 3 !== 1 && other % 3 !== 1),
          false,
        );
        world.runFor(phase * 37);
        cut(world, waysBetween(world, apart), false);
        assert.ok(world.runUntil(1_000, () => world.holders().join() === '1'));
        restsAt(staged, 1);
      });
    }
  });
}

test('sim: five nodes are restarted one after the other, holder or not: the group is never held twice', () => {
  for (const overlapAllowed of [true, false]) {
    for (const pauseMs of [300, 2_000, 8_000]) {
      const staged = running({ priorities: ranked(5), overlapAllowed, failback: MANUAL }, 1);
      const { world, claims } = staged;
      world.checks.push(new NeverTwoHolders(world));
      telling(world, () => {
        for (const host of world.hosts) {
          host.stop();
          assert.ok(world.runUntil(1_000, () => host.agent === undefined));
          world.runFor(200);
          host.start();
          world.runFor(pauseMs);
        }
        world.runFor(8_000);
        assert.equal(world.actives().length, 1);
        // It leaves each node that has it at most once: never more moves than restarts.
        assert.ok(claims.length <= 5, `${claims.length} moves`);
        restsAt(staged, world.actives()[0]!);
      });
    }
  }
});

// ── every two can hear of each other within two hops ─────────────────────────────────────────────────────────────────

type Graph = readonly (readonly boolean[])[];

function randomGraph(chance: Chance, count: number): Graph {
  const share = chance.oneOf([0.5, 0.7, 0.85]);
  return Array.from({ length: count + 1 }, () => Array.from({ length: count + 1 }, () => chance.is(share)));
}

function isCoherent(graph: Graph, count: number): boolean {
  const numbers = Array.from({ length: count }, (_, place) => place + 1);
  const hears = (of: number, at: number): boolean =>
    graph[of]![at]! || numbers.some((by) => by !== of && by !== at && graph[of]![by]! && graph[by]![at]!);
  // In a ring of four or more in which nobody hears whom it is heard by, each is deaf to the next one, and the group goes
  // round for ever: no node can know of a better choice. Such networks are left out.
  const isMutual = numbers.some((one) =>
    numbers.some((other) => one < other && graph[one]![other]! && graph[other]![one]!),
  );
  return (
    isMutual &&
    numbers.every((one) => numbers.every((other) => one >= other || hears(one, other) || hears(other, one)))
  );
}

const TIMING = { intervalMs: 100, timeoutMs: 1_000, startupMs: 2_000, failback: MANUAL } as const;

for (const count of [4, 5]) {
  for (const from of ['health', 'a full split'] as const) {
    test(`sim: ${count} nodes, from ${from} to random networks of two hops: one holder is left, and nothing moves after`, () => {
      const chance = new Chance(count, `graphs from ${from}`);
      for (let tried = 0; tried < 16; tried++) {
        const graph = randomGraph(chance, count);
        if (!isCoherent(graph, count)) continue;
        const priorities = Array.from({ length: count }, () => 100 + chance.whole(4));
        const { world, claims } = running({ ...TIMING, priorities, seed: tried + 1 });
        telling(world, () => {
          const missing = waysBetween(world, (one, other) => !graph[one]![other]!);
          if (from === 'health') cut(world, missing);
          else {
            cut(
              world,
              waysBetween(world, () => true),
            );
            world.runFor(6_000 + tried * 3);
            cut(
              world,
              waysBetween(world, (one, other) => graph[one]![other]!),
              false,
            );
          }
          world.runFor(10_000);
          const before = claims.length;
          world.runFor(10_000);
          const drawn = `graph ${tried}`;
          assert.equal(world.actives().length, 1, drawn);
          assert.deepEqual(world.holders(), world.actives(), drawn);
          assert.equal(claims.length, before, `moved again in ${drawn}`);
        });
      }
    });
  }
}
