import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { examine } from '../../src/config/load.ts';
import { lostBeatsCovered, overlapMs } from '../../src/config/timing.ts';
import { pairWith } from './example-file.ts';

// timeout ≥ lease + 1.2 s + k intervals; boundaries in pairs.
const covered: readonly [
  intervalMs: number,
  timeoutMs: number,
  leaseSeconds: number,
  beats: number | undefined,
][] = [
  [250, 3000, 1, 3],
  [250, 2950, 1, 3],
  [250, 2949, 1, 2],
  [250, 2200, 1, 0],
  [250, 2199, 1, -1],
  [100, 3000, 2, -2],
  [10, 60_000, 1, 5780],
  [250, 3000, 0, undefined],
];
for (const [intervalMs, timeoutMs, leaseSeconds, beats] of covered) {
  test(`timing: ${intervalMs} ms, ${timeoutMs} ms and a lease of ${leaseSeconds} s cover ${beats} lost heartbeats`, () => {
    assert.equal(lostBeatsCovered({ intervalMs, timeoutMs, leaseSeconds }), beats);
  });
}

test('timing: either there is an overlap or no lost heartbeat too many', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 60_000 }),
      fc.integer({ min: 10, max: 60_000 }),
      fc.integer({ min: 1, max: 60 }),
      (intervalMs, timeoutMs, leaseSeconds) => {
        const beats = lostBeatsCovered({ intervalMs, timeoutMs, leaseSeconds }) ?? assert.fail();
        assert.equal(beats < 0, overlapMs({ timeoutMs, leaseSeconds }) > 0);
        if (beats >= 0) assert.ok(timeoutMs >= leaseSeconds * 1000 + 1200 + beats * intervalMs);
      },
    ),
  );
});

const rows: readonly { name: string; changes: [string, string][]; problems: readonly RegExp[] }[] = [
  {
    name: '1.7 intervals',
    changes: [
      ['250ms', '10s'],
      ['timeout: 3s', 'timeout: 17s'],
    ],
    problems: [/^warning 17s is 1.70 intervals of 10s; below 2/],
  },
  {
    name: 'just under 1.7 intervals',
    changes: [
      ['250ms', '10s'],
      ['timeout: 3s', 'timeout: 16999ms'],
    ],
    problems: [/^error 16999ms is 1.70 intervals of 10s, and at least 1.7 are needed: write 17s or more/],
  },
  {
    name: '2 intervals',
    changes: [
      ['250ms', '10s'],
      ['timeout: 3s', 'timeout: 20s'],
    ],
    problems: [],
  },
  { name: 'just over the lease', changes: [['timeout: 3s', 'timeout: 2200ms']], problems: [] },
  {
    name: 'just under the lease',
    changes: [['timeout: 3s', 'timeout: 2100ms']],
    problems: [
      /^warning 2100ms is shorter than the lease of 1s \+ 1.2s: after a freeze two nodes may hold an address for up to 0.1s; write 2200ms or more/,
    ],
  },
  {
    name: 'a long lease',
    changes: [['lease: 1s', 'lease: 4s']],
    problems: [/for up to 2.2s; write 5200ms or more/],
  },
  {
    name: 'a start as long as the timeout',
    changes: [['timeout: 3s', 'timeout: 3s\n  startup: 3s']],
    problems: [],
  },
  {
    name: 'a start shorter than the timeout',
    changes: [['timeout: 3s', 'timeout: 3s\n  startup: 2s']],
    problems: [/^warning 2s is shorter than the timeout of 3s/],
  },
];
for (const { name, changes, problems } of rows) {
  test(`timing: ${name}`, () => {
    const found = examine(pairWith(...changes)).problems.map(
      ({ severity, text }) => `${severity} ${text.replace(/^[\w.]+: /, '')}`,
    );
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, expected] of problems.entries()) assert.match(found[index] ?? '', expected);
  });
}
