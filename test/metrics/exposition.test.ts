// Goal: what is exported is what Prometheus reads: by rows for the format, by promtool for all of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { newHistogram, observe } from '../../src/core/histogram.ts';
import { exposition } from '../../src/metrics/exposition.ts';
import { FAMILIES } from '../../src/metrics/families.ts';
import { family, type Family, type Put } from '../../src/metrics/family.ts';
import { needs } from '../vip/lab.ts';
import { fullFacts } from './facts.ts';

const textOf = (...families: readonly Family[]): string => [...exposition(families, fullFacts())].join('');

const rows: readonly { name: string; labels: readonly string[]; put: (put: Put) => void; lines: string }[] = [
  { name: 'a number', labels: [], put: (put) => put(0.25), lines: 'x 0.25\n' },
  { name: 'yes', labels: ['a'], put: (put) => put(true, 'b'), lines: 'x{a="b"} 1\n' },
  { name: 'no', labels: ['a', 'c'], put: (put) => put(false, 'b', 'd'), lines: 'x{a="b",c="d"} 0\n' },
  {
    name: 'what has to be escaped',
    labels: ['a'],
    put: (put) => put(1, 'back\\slash "quoted"\nnext'),
    lines: 'x{a="back\\\\slash \\"quoted\\"\\nnext"} 1\n',
  },
  {
    name: 'a large number',
    labels: [],
    put: (put) => put(14_200_000_000_000_001),
    lines: 'x 14200000000000000\n',
  },
  { name: 'without end', labels: [], put: (put) => put(Number.POSITIVE_INFINITY), lines: 'x +Inf\n' },
  { name: 'not a number', labels: [], put: (put) => put(Number.NaN), lines: 'x NaN\n' },
];
for (const { name, labels, put, lines } of rows) {
  test(`exposition: ${name}`, () =>
    assert.equal(
      textOf(family('x', 'gauge', 'Why', labels, (_, to) => put(to))),
      `# HELP x Why\n# TYPE x gauge\n${lines}`,
    ));
}

test('exposition: what is not known is left out, and a family of which nothing is known wholly', () =>
  assert.equal(textOf(family('x', 'gauge', 'Why', [], (_, put) => put(undefined))), ''));

test('exposition: buckets of a histogram count what is below them', () => {
  const histogram = newHistogram([1, 10]);
  for (const ms of [0, 1, 1.5, 10, 11, 9_999]) observe(histogram, ms);
  assert.equal(
    textOf(family('x_seconds', 'histogram', 'Why', ['a'], (_, put) => put(histogram, 'b'))),
    [
      ...['# HELP x_seconds Why', '# TYPE x_seconds histogram'],
      ...['x_seconds_bucket{a="b",le="0.001"} 2', 'x_seconds_bucket{a="b",le="0.01"} 4'],
      ...[
        'x_seconds_bucket{a="b",le="+Inf"} 6',
        'x_seconds_sum{a="b"} 10.0225',
        'x_seconds_count{a="b"} 6',
        '',
      ],
    ].join('\n'),
  );
});

test('exposition: every family has a sample, and is named as Prometheus wants it', () => {
  for (const one of FAMILIES) {
    assert.notEqual(textOf(one), '', `${one.name}: the facts of this test have nothing of it`);
    assert.equal(one.type === 'counter', one.name.endsWith('_total'), one.name);
    assert.doesNotMatch(one.help, /[.\n]$/, one.name);
  }
  assert.equal(new Set(FAMILIES.map(({ name }) => name)).size, FAMILIES.length);
});

test('exposition: promtool reads all of it and has nothing to say', (t) => {
  if (!needs(t, ['promtool'], { root: false })) return;
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: textOf(...FAMILIES),
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
});
