import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, running, telling } from './stage.ts';

// Goal: three nodes and any network in which of every two one can be heard of by the other within two hops: one holder
// is left, and then nothing moves. Method: all 64 graphs over six ways (rows 2, 3 and 4 of group.md), begun in health
// with each node as holder, and begun from a full split in which all three hold.

const WAYS = [
  [1, 2],
  [2, 1],
  [1, 3],
  [3, 1],
  [2, 3],
  [3, 2],
] as const;

const isThere = (graph: number, from: number, to: number): boolean =>
  (graph & (1 << WAYS.findIndex(([f, t]) => f === from && t === to))) !== 0;

/** What one says is known to the other: directly, or through the third, who passes on whom it hears. */
const hearsOf = (graph: number, of: number, at: number): boolean => {
  const third = 6 - of - at;
  return isThere(graph, of, at) || (isThere(graph, of, third) && isThere(graph, third, at));
};

const isCoherent = (graph: number): boolean =>
  [
    [1, 2],
    [1, 3],
    [2, 3],
  ].every(([one, other]) => hearsOf(graph, one!, other!) || hearsOf(graph, other!, one!));

const graphs = Array.from({ length: 64 }, (_, graph) => graph).filter(isCoherent);
const drawn = (graph: number): string =>
  WAYS.filter(([from, to]) => isThere(graph, from, to))
    .map((way) => way.join('→'))
    .join(' ');

const TIMING = {
  intervalMs: 100,
  timeoutMs: 1_000,
  startupMs: 2_000,
  priorities: [100, 101, 102],
  failback: { mode: 'manual', delayMs: 0 },
} as const;

test('sim: there are graphs to try', () => assert.ok(graphs.length > 30));

for (const holder of [1, 2, 3]) {
  test(`sim: rows 2 to 4, from health with lb${holder} as holder to every graph of three`, () => {
    for (const graph of graphs) {
      const { world, claims } = running({ ...TIMING, seed: graph + 1 }, holder);
      telling(world, () => {
        cut(
          world,
          WAYS.filter(([from, to]) => !isThere(graph, from, to)),
        );
        world.runFor(6_000);
        const [left] = world.actives();
        assert.deepEqual(world.actives(), [left], `after health, in ${drawn(graph)}`);
        assert.deepEqual(world.holders(), [left], `after health, in ${drawn(graph)}`);
        const before = claims.length;
        world.runFor(10_000);
        assert.equal(claims.length, before, `moved again in ${drawn(graph)}`);
        assert.deepEqual(world.holders(), [left]);
      });
    }
  });
}

test('sim: rows 2 to 4, from a full split to every graph of three', () => {
  for (const graph of graphs) {
    const { world, claims } = running({ ...TIMING, seed: graph + 1 });
    telling(world, () => {
      cut(world, WAYS);
      world.runFor(5_000 + graph * 3);
      assert.deepEqual(world.holders(), [1, 2, 3], 'apart, all hold');
      cut(
        world,
        WAYS.filter(([from, to]) => isThere(graph, from, to)),
        false,
      );
      world.runFor(6_000);
      const [left] = world.actives();
      assert.deepEqual(world.actives(), [left], `after a split, in ${drawn(graph)}`);
      assert.deepEqual(world.holders(), [left], `after a split, in ${drawn(graph)}`);
      const before = claims.length;
      world.runFor(10_000);
      assert.equal(claims.length, before, `moved again in ${drawn(graph)}`);
    });
  }
});

test('sim: the holder of a healthy group stays when it is heard through one node only', () => {
  const { world, claims } = running({ ...TIMING, priorities: [102, 101, 100] }, 1);
  telling(world, () => {
    cut(world, [
      [1, 3],
      [3, 1],
    ]);
    world.runFor(20_000);
    assert.deepEqual(claims, []);
    assert.deepEqual(world.holders(), [1]);
  });
});
