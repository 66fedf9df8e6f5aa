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
    changes: [['lease: 1s', 'lease: 4s\nrestart: 4s']],
    problems: [/for up to 2.2s; write 5200ms or more/],
  },
  {
    name: 'a start as long as the timeout',
    changes: [['timeout: 3s', 'timeout: 5s\n  startup: 5s']],
    problems: [],
  },
  {
    name: 'a start shorter than the timeout',
    changes: [['timeout: 3s', 'timeout: 6s\n  startup: 5s']],
    problems: [/^warning 5s is shorter than the timeout of 6s/],
  },
  {
    name: 'a start as long as a restart, a lease and a second',
    changes: [['timeout: 3s', 'timeout: 3s\n  startup: 5s']],
    problems: [],
  },
  {
    name: 'a start just shorter than that',
    changes: [['timeout: 3s', 'timeout: 3s\n  startup: 4999ms']],
    problems: [
      /^warning 4999ms is shorter than restart \+ lease \+ 1s, which is 5s: a node that starts while another one restarts could claim beside it; write 5s or more, or a shorter restart$/,
    ],
  },
  {
    name: 'a short start where nobody asks for patience',
    changes: [
      ['timeout: 3s', 'timeout: 3s\n  startup: 3s'],
      ['lease: 1s', 'lease: 1s\nrestart: off'],
    ],
    problems: [],
  },
  {
    name: 'the longest restart',
    changes: [['lease: 1s', 'lease: 1s\nrestart: 10s']],
    problems: [],
  },
  {
    name: 'a restart as long as the lease',
    changes: [
      ['timeout: 3s', 'timeout: 5s'],
      ['lease: 1s', 'lease: 3s'],
    ],
    problems: [],
  },
  {
    name: 'a restart shorter than the lease',
    changes: [
      ['timeout: 3s', 'timeout: 6s'],
      ['lease: 1s', 'lease: 4s'],
    ],
    problems: [
      /^warning 4s is longer than "restart", 3s, so that "sealbeat restart" is always refused; write restart: 4s or more, or off$/,
    ],
  },
  {
    name: 'a lease longer than any restart',
    changes: [
      ['timeout: 3s', 'timeout: 13s'],
      ['lease: 1s', 'lease: 11s'],
    ],
    problems: [/^warning 11s is longer than "restart", 3s, .* always refused; write restart: off$/],
  },
  {
    name: 'a restart just too long',
    changes: [['lease: 1s', 'lease: 1s\nrestart: 11s']],
    problems: [/^error 11s is out of range: 0ms to 10s$/],
  },
  {
    name: 'a restart of half seconds',
    changes: [['lease: 1s', 'lease: 1s\nrestart: 1500ms']],
    problems: [/^error 1500ms is not a whole number of seconds, in which a promise to be back is made$/],
  },
  {
    name: 'a witness that answers just in time',
    changes: [['    vips', '    witness: { probes: [ping://10.9.9.9], timeout: 2400ms }\n    vips']],
    problems: [],
  },
  {
    name: 'a witness that answers just too late',
    changes: [['    vips', '    witness: { probes: [ping://10.9.9.9], timeout: 2401ms }\n    vips']],
    problems: [
      /^warning 2401ms is longer than 0.9 heartbeat timeouts less 1.2 intervals: a holder that is cut off lets go before its witness can answer; write 2400ms or less, or a heartbeat.timeout of 3002ms or more$/,
    ],
  },
  {
    name: 'a witness with the longer timeout that the sentence names',
    changes: [
      ['timeout: 3s', 'timeout: 3002ms'],
      ['    vips', '    witness: { probes: [ping://10.9.9.9], timeout: 2401ms }\n    vips'],
    ],
    problems: [],
  },
  {
    name: 'a witness that is only listed, in a fast cluster',
    changes: [
      ['timeout: 3s', 'timeout: 1s'],
      ['lease: 1s', 'lease: off\nrestart: off'],
      ['    vips', '    witness: [ping://10.9.9.9]\n    vips'],
    ],
    problems: [/^warning it is off/, /^warning 1s, the default, is longer than .* write 600ms or less, or/],
  },
  {
    name: 'a witness that no timeout could save',
    changes: [
      ['250ms', '10ms'],
      ['timeout: 3s', 'timeout: 20ms'],
      ['lease: 1s', 'lease: off\nrestart: off'],
      ['    vips', '    witness: { probes: [ping://10.9.9.9], timeout: 10ms }\n    vips'],
    ],
    problems: [/^warning it is off/, /write a heartbeat.timeout of 25ms or more$/],
  },
  {
    name: 'a confirm that takes longer than the timeout',
    changes: [['    vips', '    confirm: { probes: ["ping://{peer}"], timeout: 1m }\n    vips']],
    problems: [],
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

// The default of heartbeat.startup: two timeouts, and no less than restart + lease + 1 s.
const startups: readonly [
  timeout: string,
  lease: string,
  restart: string,
  startupMs: number,
  restartMs: number,
][] = [
  ['3s', '1s', '3s', 6000, 3000],
  ['2500ms', '1s', '3s', 5000, 3000],
  ['2499ms', '1s', '3s', 5000, 3000],
  ['2501ms', '1s', '3s', 5002, 3000],
  ['3s', '1s', '10s', 12_000, 10_000],
  ['3s', '10s', '10s', 21_000, 10_000],
  ['1s', '1s', 'off', 2000, 0],
  ['1s', '1s', '0s', 2000, 0],
  ['1s', '1s', '1s', 3000, 1000],
  ['1s', 'off', '10s', 2000, 0],
];
for (const [timeout, lease, restart, startupMs, restartMs] of startups) {
  test(`timing: with a timeout of ${timeout}, lease ${lease} and restart ${restart} a start takes ${startupMs} ms`, () => {
    const text = pairWith(
      ['timeout: 3s', `timeout: ${timeout}`],
      ['lease: 1s', `lease: ${lease}\nrestart: ${restart}`],
    );
    const { settings } = examine(text);
    assert.equal(settings?.heartbeat.startupMs, startupMs);
    assert.equal(settings?.restartMs, restartMs);
  });
}
