import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeline, stretchesOf, timeWhere } from './timeline.ts';

function held(...stretches: readonly (readonly [number, number?])[]): Timeline {
  const timeline = new Timeline();
  for (const [fromMs, toMs] of stretches) {
    timeline.added(fromMs);
    if (toMs !== undefined) timeline.removed(toMs);
  }
  return timeline;
}

test('timeline: a renewal does not begin a new stretch', () => {
  const timeline = held([100], [200], [300, 400]);
  assert.deepEqual(timeline.within({ fromMs: 0, toMs: 1_000 }), [{ fromMs: 100, toMs: 400 }]);
  assert.equal(timeline.arrivals({ fromMs: 0, toMs: 1_000 }), 1);
  assert.equal(timeline.departures({ fromMs: 0, toMs: 400 }), 0);
  assert.equal(timeline.departures({ fromMs: 400, toMs: 401 }), 1);
  assert.equal(timeline.renewedMs, 300);
  assert.equal(timeline.isHeld, false);
});

test('timeline: removed without having been there changes nothing', () => {
  assert.deepEqual(held().within({ fromMs: 0, toMs: 10 }), []);
  const timeline = held([1, 2]);
  timeline.removed(5);
  assert.equal(timeline.heldAt(3), false);
});

test('timeline: a stretch begins with its first millisecond and ends before its last', () => {
  const timeline = held([100, 200]);
  assert.deepEqual(
    [99, 100, 199, 200].map((atMs) => timeline.heldAt(atMs)),
    [false, true, true, false],
  );
});

const overlaps = [
  { name: 'one after the other', a: held([0, 100]), b: held([100]), both: 0, nobody: 0 },
  { name: 'overlapping', a: held([0, 100]), b: held([60]), both: 40, nobody: 0 },
  { name: 'with a hole', a: held([0, 100]), b: held([130]), both: 0, nobody: 30 },
  { name: 'two overlaps', a: held([0, 100], [300, 400]), b: held([50, 350]), both: 100, nobody: 600 },
  { name: 'never held', a: held(), b: held(), both: 0, nobody: 1_000 },
  { name: 'since before the window', a: held([-500]), b: held([-100]), both: 1_000, nobody: 0 },
];
for (const { name, a, b, both, nobody } of overlaps) {
  test(`time where: ${name}`, () => {
    const window = { fromMs: 0, toMs: 1_000 };
    assert.equal(
      timeWhere([a, b], window, (holders) => holders > 1),
      both,
    );
    assert.equal(
      timeWhere([a, b], window, (holders) => holders === 0),
      nobody,
    );
  });
}

test('timeline: stretches join, and say who held in each', () => {
  const hosts = [
    { host: 'h1', timeline: held([0, 120]) },
    { host: 'h2', timeline: held([100, 110], [150]) },
  ];
  assert.deepEqual(
    stretchesOf(hosts, { fromMs: 50, toMs: 200 }).map(({ holders, fromMs, toMs }) => [
      holders.join(),
      fromMs,
      toMs,
    ]),
    [
      ['h1', 50, 100],
      ['h1,h2', 100, 110],
      ['h1', 110, 120],
      ['', 120, 150],
      ['h2', 150, 200],
    ],
  );
});
