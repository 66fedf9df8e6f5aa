import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import type { StatusReport } from '../../src/core/report.ts';
import type { NodeId } from '../../src/core/units.ts';
import { statusText } from '../../src/cli/status-text.ts';
import {
  checkReport,
  groupNamed,
  groupReport,
  node,
  pathReport,
  peerReport,
  statusReport,
  vipReport,
} from '../fakes/status-report.ts';

const notHere = [
  vipReport({ present: false }),
  vipReport({ address: '2001:db8::42', prefixLength: 128, present: false }),
];
const standby = groupReport({
  role: 'standby',
  why: 'lb1 is active and better',
  has: false,
  priority: 100,
  basePriority: 100,
  holder: node('lb1'),
  holderKnown: 'direct',
  renewedAgoMs: undefined,
  vips: notHere,
});

const views: Readonly<Record<string, StatusReport>> = {
  peace: statusReport(),
  alerts: statusReport({
    alerts: [
      {
        ...{ name: 'mail', kind: 'mail', queued: 3, sent: 12, failed: 1, dropped: 2 },
        ...{ lastSentAgoMs: 754_000, problem: 'mail.example.net: connection refused' },
      },
      {
        ...{ name: 'chat', kind: 'webhook', queued: 0, sent: 0, failed: 0, dropped: 0 },
        ...{ lastSentAgoMs: undefined, problem: '' },
      },
    ],
  }),
  rotation: statusReport({
    keyIds: ['0123456789abcdef', 'fedcba9876543210'] as NodeId[],
    peers: [
      peerReport({ knowsOurKey: 'newest' }),
      peerReport({ name: node('lb3'), knowsOurKey: 'older' }),
      peerReport({ name: node('lb4'), knowsOurKey: 'unknown' }),
    ],
  }),
  standby: statusReport({ node: node('lb2'), peers: [peerReport({ name: node('lb1') })], groups: [standby] }),
  fault: statusReport({
    alarms: ['web cannot be held here: ip was not permitted to add 10.10.10.42/32 on eth0'],
    groups: [
      groupReport({
        ...standby,
        fault:
          'ip address replace 10.10.10.42/32 dev eth0: RTNETLINK answers: Operation not permitted (exit 2)',
        why: 'the addresses could not be added; tried again in 8 s',
        priority: 0,
        basePriority: 101,
        holder: node('lb2'),
      }),
    ],
  }),
  script: statusReport({
    groups: [
      groupReport({
        adapter: 'script',
        renewedAgoMs: undefined,
        notes: ['no show script: that the VIPs are here is what vip-up.sh last said, nobody has looked'],
      }),
    ],
  }),
  checks: statusReport({
    groups: [
      groupReport({
        priority: 97,
        arithmetic: {
          base: 101,
          terms: [
            { name: 'haproxy', adds: 2 },
            { name: 'load', adds: -6 },
          ],
          sum: 97,
          priority: 97,
          failed: [],
        },
        checks: [
          checkReport(),
          checkReport({
            ...{ name: 'load', kind: 'file', subject: '/run/load', weight: 1, numeric: true, adds: -6 },
            output: '-6',
          }),
          checkReport({
            ...{ name: 'page', kind: 'http', subject: 'http://127.0.0.1/', vital: true, weight: 0, adds: 0 },
            ...{ output: 'no answer in 1 s', tookMs: 1_000, slow: 4, withoutResult: 4, behind: 1 },
          }),
          checkReport({
            ...{ name: 'uplink', kind: 'interface', subject: 'eth1', state: 'down', weight: 10, adds: 0 },
            output: 'has no carrier',
          }),
          checkReport({
            ...{
              name: 'well',
              kind: 'command',
              subject: '/usr/local/bin/well -q',
              state: 'unknown',
              adds: 0,
            },
            ...{ output: '', ranAgoMs: undefined, tookMs: undefined, runs: 0 },
          }),
        ],
      }),
    ],
  }),
  'vital-check': statusReport({
    alarms: ['web: the vital check haproxy fails: no such process'],
    groups: [
      groupReport({
        ...standby,
        why: 'check haproxy failed',
        priority: 0,
        failingElsewhere: [node('lb2')],
        arithmetic: { base: 100, terms: [], sum: 100, priority: 0, failed: ['haproxy'] },
        checks: [checkReport({ state: 'down', vital: true, weight: 0, adds: 0, output: 'no such process' })],
      }),
    ],
  }),
  'thousand-checks': statusReport({
    groups: [
      groupReport({
        checks: Array.from({ length: 1_000 }, (_, at) =>
          checkReport({
            ...{ name: `c${at}`, vital: true, weight: 0, adds: 0, subject: `p${at}`, output: 'runs as 7' },
            ...(at === 500 ? { state: 'down' as const, output: 'no such process' } : {}),
          }),
        ),
      }),
    ],
  }),
  'one-way': statusReport({
    alarms: ['lb2 is heard but does not hear this node: a one-way cut between lb1 and lb2'],
    peers: [
      peerReport({
        hearsUs: false,
        paths: [
          pathReport({ rttMs: undefined, lossPercent: 100 }),
          pathReport({ url: 'tcp://192.168.1.2:7112', up: false, rttMs: undefined, lossPercent: undefined }),
        ],
      }),
    ],
    groups: [
      groupReport({
        ...standby,
        why: 'yielded to lb2, which is active and cannot hear this node',
        holder: node('lb2'),
      }),
    ],
  }),
  alarm: statusReport({
    configProblem: 'sealbeat.yaml:3:14: unknown key "intervall", did you mean "interval"?',
    alarms: [
      'the config file was refused, the old one is in force: sealbeat.yaml:3:14: unknown key "intervall", did you mean "interval"?',
      'lb3 has another config than this node: 1122334455667788 there, 9f3c0d1e2a4b5c6d here',
    ],
    peers: [
      peerReport(),
      peerReport({
        name: node('lb3'),
        state: 'suspect',
        heardAgoMs: 1_900,
        sessions: 3,
        configDrift: true,
        paths: [pathReport({ url: 'udp://10.10.10.3:7112', lossPercent: 41, rttMs: 37.4 })],
        rejects: { stale: 2, box: 11, signature: 0 },
      }),
    ],
    groups: [
      groupReport({
        renewedAgoMs: 1_250,
        vips: [vipReport(), vipReport({ address: '2001:db8::42', prefixLength: 128, present: false })],
        priority: 99,
        frozen: true,
        sticky: true,
      }),
    ],
    counters: { 'reject.magic': 3, stalls: 0 },
  }),
  unproven: statusReport({
    peers: [peerReport({ state: 'unproven', hearsUs: false, sessions: 0 })],
    groups: [
      groupReport({
        ...standby,
        role: 'init',
        why: 'just started, asks its peers first',
        sinceMs: 1_400,
        holder: node('lb2'),
      }),
    ],
  }),
  away: statusReport({
    node: node('lb2'),
    restarting: true,
    alarms: ['lb1 restarts: it is waited for another 2.4 s'],
    peers: [
      peerReport({ name: node('lb1'), state: 'silent', hearsUs: false, heardAgoMs: 3_100, awayForMs: 2_400 }),
    ],
    groups: [groupReport({ ...standby, holderKnown: 'away', backWithinMs: 2_400 })],
  }),
  asking: statusReport({
    node: node('lb2'),
    alarms: ['web: the witness does not answer: 10.0.0.1: no answer in 1 s'],
    peers: [peerReport({ name: node('lb1'), state: 'silent', hearsUs: false, heardAgoMs: 3_400 })],
    groups: [
      groupReport({
        ...standby,
        holder: '',
        holderKnown: 'nobody',
        asking: { questions: ['confirm', 'lock'], sinceMs: 400 },
        witness: { answers: false, text: '10.0.0.1: no answer in 1 s', agoMs: 400 },
        lock: { leftMs: undefined, problem: 'lb1 has the lock', agoMs: 1_400 },
      }),
    ],
  }),
  locked: statusReport({
    groups: [
      groupReport({
        witness: { answers: true, text: '10.0.0.1: connected', agoMs: 61_000 },
        lock: { leftMs: 8_200, problem: '', agoMs: 1_800 },
      }),
      groupReport({ lock: { leftMs: undefined, problem: 'etcd: no answer in 1 s', agoMs: undefined } }),
    ],
  }),
  nobody: statusReport({
    alarms: ['nobody holds web'],
    peers: [
      peerReport({ state: 'silent', hearsUs: false, heardAgoMs: 65_000 }),
      peerReport({
        name: node('lb3'),
        state: 'silent',
        hearsUs: false,
        heardAgoMs: undefined,
        sessions: 0,
        paths: [],
      }),
    ],
    groups: [
      groupReport({
        ...standby,
        why: 'drained by the operator',
        drained: true,
        priority: 0,
        holder: '',
        holderKnown: 'nobody',
      }),
      groupReport({
        ...standby,
        name: groupNamed('mail'),
        role: 'releasing',
        has: true,
        heir: node('lb2'),
        holder: node('lb2'),
        holderKnown: 'second-hand',
        vips: [vipReport({ address: '10.10.10.43' })],
      }),
    ],
  }),
};

const golden = (name: string): URL => new URL(`../golden/status/${name}.txt`, import.meta.url);

for (const [name, report] of Object.entries(views)) {
  test(`status text: ${name}`, () => {
    const text = statusText(report, { columns: 80, colour: false });
    // UPDATE_GOLDEN=1 writes what is shown now; look at the difference before you keep it.
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden(name), text);
    assert.equal(text, readFileSync(golden(name), 'utf8'));
  });

  test(`status text: ${name}, no line is wider than the terminal`, () => {
    for (const columns of [60, 80, 132, 200]) {
      const lines = statusText(report, { columns, colour: false }).split('\n');
      assert.deepEqual(
        lines.filter((line) => line.length > columns),
        [],
      );
    }
  });

  test(`status text: ${name}, colour changes nothing but the colour`, () => {
    const coloured = statusText(report, { columns: 80, colour: true });
    assert.match(coloured, /\u001b\[1m/);
    assert.equal(stripVTControlCharacters(coloured), statusText(report, { columns: 80, colour: false }));
  });
}

test('status text: what a tool or a peer said cannot move the cursor', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (said) => {
      const report = statusReport({
        alarms: [said],
        configProblem: said,
        configPath: said,
        groups: [groupReport({ fault: said, why: said, vips: [vipReport({ link: said })] })],
        peers: [peerReport({ paths: [pathReport({ url: said })], rejects: { [said]: 1 } })],
        counters: { [said]: 1 },
      });
      assert.doesNotMatch(
        statusText(report, { columns: 80, colour: false }),
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
      );
    }),
  );
});

test('status text: the alarms are those of the report, each once', () => {
  const configProblem = 'sealbeat.yaml:3:14: unknown key';
  const report = statusReport({ configProblem, alarms: [`refused: ${configProblem}`, 'two'] });
  const text = statusText(report, { columns: 200, colour: false });
  assert.deepEqual(text.match(/^ALARM .*$/gm), [
    'ALARM  refused: sealbeat.yaml:3:14: unknown key',
    'ALARM  two',
  ]);
});

test('status text: a VIP is shown with the age of the look', () => {
  const vips = [vipReport({ lookedAgoMs: 2_000 }), vipReport({ present: false, lookedAgoMs: 2_000 })];
  const text = statusText(statusReport({ groups: [groupReport({ vips })] }), { columns: 100, colour: false });
  assert.match(text, /eth0  present \(looked 2 s ago\)\n.*eth0  MISSING \(looked 2 s ago\)\n/);
});

test('status text: no group and no peer is no fault of the text', () => {
  assert.match(
    statusText(statusReport({ groups: [], peers: [] }), { columns: 80, colour: false }),
    /^lb1 in cluster mail/,
  );
});
