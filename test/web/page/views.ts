// Reports of the kinds that a page must show well: peace, trouble, many, and hostile.
import type { CheckReport, EventRecord, HookReport, StatusReport } from '../../../src/core/report.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/units.ts';
import {
  groupNamed,
  groupReport,
  node,
  pathReport,
  peerReport,
  statusReport,
  vipReport,
} from '../../fakes/status-report.ts';

const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What a check's report says besides, and the page does not show. */
const unshown = { subject: 'haproxy', numeric: false, behind: 0, withoutResult: 0 };

export const checkReport = (changes: Partial<CheckReport> = {}): CheckReport => ({
  ...unshown,
  name: 'haproxy',
  kind: 'process',
  state: 'up',
  vital: false,
  weight: 2,
  adds: 2,
  sinceMs: 3 * DAY_MS,
  output: 'pid 4711',
  ranAgoMs: 1_200,
  tookMs: 3,
  slow: 0,
  runs: 91_234,
  ...changes,
});

export const hookReport = (changes: Partial<HookReport> = {}): HookReport => ({
  moment: 'post_up',
  command: '/usr/local/lib/sealbeat/primary.sh',
  state: 'done',
  exitCode: 0,
  ranAgoMs: 2 * HOUR_MS,
  tookMs: 340,
  runs: 3,
  failures: 0,
  dropped: 0,
  output: '',
  ...changes,
});

export const eventRecord = (number: number, changes: Partial<EventRecord> = {}): EventRecord => ({
  number,
  at: '2026-03-01T09:57:00.250Z',
  kind: 'role',
  subject: 'web',
  text: 'standby → active',
  cause: 'lb2 was silent for 3.0 s and nobody else held the group',
  ...changes,
});

const events: readonly EventRecord[] = [
  eventRecord(1, { at: '2026-02-26T08:00:00.000Z', kind: 'daemon', subject: '', text: 'started', cause: '' }),
  eventRecord(2, {
    at: '2026-02-26T08:00:01.000Z',
    kind: 'peer',
    subject: 'lb2',
    text: 'silent → alive',
    cause: '',
  }),
  eventRecord(3, {
    at: '2026-03-01T09:56:57.100Z',
    kind: 'peer',
    subject: 'lb2',
    text: 'alive → silent',
    cause: 'nothing heard for 3.0 s on 2 paths',
  }),
  eventRecord(4),
];

export interface Scene {
  readonly report: StatusReport;
  readonly events: readonly EventRecord[];
}

export const peace: Scene = {
  report: statusReport({
    groups: [
      groupReport({
        priority: 103,
        checks: [
          checkReport(),
          checkReport({
            name: 'answers',
            kind: 'http',
            vital: true,
            weight: 0,
            adds: 0,
            output: '200 OK',
            tookMs: 12,
          }),
        ],
        hooks: [
          hookReport(),
          hookReport({ moment: 'pre_down', state: 'never', ranAgoMs: undefined, runs: 0 }),
        ],
      }),
      groupReport({
        name: groupNamed('mail'),
        role: 'standby',
        why: 'lb2 is active and better',
        sinceMs: 26 * HOUR_MS,
        has: false,
        priority: 100,
        basePriority: 100,
        epoch: 7,
        holder: node('lb2'),
        holderKnown: 'direct',
        renewedAgoMs: undefined,
        vips: [vipReport({ address: '10.10.10.43', present: false })],
      }),
    ],
    alerts: [
      {
        name: 'ops@example.org',
        kind: 'mail',
        queued: 0,
        sent: 4,
        failed: 0,
        dropped: 0,
        lastSentAgoMs: 2 * HOUR_MS,
        problem: '',
      },
    ],
  }),
  events,
};

/** A silent peer, a fault, a check that is down, long names, long addresses. */
export const trouble: Scene = {
  report: statusReport({
    alarms: [
      'lb3-in-the-other-building-rack-7 is silent',
      'web: ip address replace 10.10.10.42/32 dev eth0: RTNETLINK answers: Operation not permitted (exit 2)',
    ],
    peers: [
      peerReport(),
      peerReport({
        name: node('lb3-in-the-other-building-rack-7'),
        state: 'silent',
        hearsUs: false,
        heardAgoMs: 41_000,
        sessions: 3,
        configDrift: true,
        configDiffers: ['timing', 'groups'] as never,
        paths: [
          pathReport({
            url: 'udp://[2001:db8:85a3:1234:5678:8a2e:370:7334]:7112',
            up: false,
            rttMs: undefined,
            lossPercent: 100,
          }),
          pathReport({ url: 'tcp://192.168.1.3:7112', up: false, rttMs: undefined, lossPercent: undefined }),
        ],
        rejects: { stale: 2, box: 11 },
      }),
    ],
    groups: [
      groupReport({
        role: 'standby',
        fault:
          'ip address replace 10.10.10.42/32 dev eth0: RTNETLINK answers: Operation not permitted (exit 2)',
        why: 'the addresses could not be added; tried again in 8 s',
        sinceMs: 12_400,
        has: false,
        priority: 0,
        basePriority: 101,
        holder: node('lb2'),
        holderKnown: 'direct',
        renewedAgoMs: undefined,
        vips: [
          vipReport({ present: false }),
          vipReport({
            address: '2001:db8:85a3:1234:5678:8a2e:370:42',
            prefixLength: 128,
            link: 'enp0s31f6.1234',
            present: false,
          }),
        ],
        checks: [
          checkReport({ state: 'down', adds: 0, sinceMs: 14_000, output: 'no process is named haproxy' }),
          checkReport({
            name: 'answers',
            kind: 'http',
            state: 'down',
            vital: true,
            weight: 0,
            adds: 0,
            sinceMs: 14_000,
            output: 'GET http://127.0.0.1:8404/: connection refused',
            tookMs: 1,
          }),
        ],
        hooks: [
          hookReport({
            moment: 'on_fault',
            state: 'failed',
            exitCode: 3,
            ranAgoMs: 12_000,
            runs: 1,
            failures: 1,
            output: 'conntrackd: can’t connect to the daemon',
          }),
        ],
      }),
      groupReport({
        name: groupNamed('firewall-inside-and-outside'),
        frozen: true,
        priority: 96,
        vips: [
          vipReport({ address: '192.168.100.1', prefixLength: 24, link: 'vlan100' }),
          vipReport({
            address: '192.168.101.1',
            prefixLength: 24,
            link: 'vlan101',
            present: false,
            lookedAgoMs: 2_300,
          }),
        ],
        checks: [
          checkReport({
            name: 'gateway',
            kind: 'ping',
            state: 'unknown',
            weight: -5,
            adds: -5,
            output: 'no answer in 1 s',
            tookMs: 1_000,
            slow: 4,
            runs: 200,
          }),
        ],
      }),
    ],
    alerts: [
      {
        name: 'ops@example.org',
        kind: 'mail',
        queued: 3,
        sent: 4,
        failed: 0,
        dropped: 0,
        lastSentAgoMs: 2 * HOUR_MS,
        problem: 'mail.example.org:587: connection refused',
      },
    ],
  }),
  events: [
    ...events,
    eventRecord(5, {
      at: '2026-03-01T11:59:19.000Z',
      kind: 'peer',
      subject: 'lb3-in-the-other-building-rack-7',
      text: 'alive → silent',
      cause: 'nothing heard for 3.0 s on 2 paths',
    }),
    eventRecord(6, {
      at: '2026-03-01T11:59:47.850Z',
      text: 'active → standby',
      cause: 'the addresses could not be added',
    }),
  ],
};

/** Eight nodes and a hundred groups, the size that the page is measured with. */
export function many(groups = 100, peers = 7): Scene {
  return {
    report: statusReport({
      peers: Array.from({ length: peers }, (_, place) => peerReport({ name: node(`lb${place + 2}`) })),
      groups: Array.from({ length: groups }, (_, place) =>
        groupReport({
          name: groupNamed(`service-${place + 1}`),
          sinceMs: place * 100 * SECOND_MS + 500,
          priority: 103,
          vips: [vipReport({ address: `10.10.${place}.42`, lookedAgoMs: 1_000 })],
          checks: [checkReport()],
        }),
      ),
    }),
    events: Array.from({ length: 40 }, (_, place) => eventRecord(place + 1)),
  };
}

export const EVIL = `"><script>document.title='pwned'</script><img src=x onerror="document.title='pwned'">'</script><!--`;

/** Every text that comes from a tool, a peer or the config is an attack. */
export const hostile: Scene = {
  report: statusReport({
    alarms: [EVIL],
    cluster: EVIL,
    configPath: EVIL,
    configProblem: EVIL,
    peers: [peerReport({ paths: [pathReport({ url: EVIL })], rejects: { [EVIL]: 1 } })],
    groups: [
      groupReport({
        fault: EVIL,
        why: EVIL,
        notes: [EVIL],
        adapter: EVIL,
        vips: [vipReport({ address: EVIL, link: EVIL })],
        checks: [checkReport({ name: EVIL, kind: EVIL as never, state: 'down', output: EVIL })],
        hooks: [
          hookReport({
            command: EVIL,
            moment: EVIL as never,
            state: 'failed',
            output: `${EVIL}\u202e\u0007`,
          }),
        ],
      }),
    ],
    alerts: [
      {
        name: EVIL,
        kind: 'mail',
        queued: 0,
        sent: 0,
        failed: 1,
        dropped: 0,
        lastSentAgoMs: undefined,
        problem: EVIL,
      },
    ],
  }),
  events: [eventRecord(1, { subject: EVIL, text: EVIL, cause: EVIL, at: EVIL })],
};
