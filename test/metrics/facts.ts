import { newHistogram, observe } from '../../src/core/histogram.ts';
import type { AlertReport, CheckReport, HookReport } from '../../src/core/report.ts';
import type { GroupId } from '../../src/core/units.ts';
import type { Facts } from '../../src/metrics/facts.ts';
import { groupNamed, groupReport, peerReport, statusReport } from '../fakes/status-report.ts';

const check: CheckReport = {
  ...{ name: 'haproxy', kind: 'process', state: 'up', vital: true, weight: 2, adds: 2, sinceMs: 60_000 },
  ...{ subject: 'haproxy', numeric: false, behind: 0, withoutResult: 0 },
  ...{ output: 'pid 4711', ranAgoMs: 250, tookMs: 12.5, slow: 1, runs: 42 },
};
const hook: HookReport = {
  ...{ moment: 'post_up', command: '/etc/hook', state: 'done', exitCode: 0, ranAgoMs: 5_000, tookMs: 80 },
  ...{ runs: 3, failures: 1, dropped: 0, output: '' },
};
const alert: AlertReport = {
  ...{
    name: 'ops',
    kind: 'mail',
    queued: 0,
    sent: 4,
    failed: 1,
    dropped: 0,
    lastSentAgoMs: 1_000,
    problem: '',
  },
};

/** Of a holder that has something to say in every family. */
export function fullFacts(): Facts {
  const beatLateness = newHistogram([1, 2, 5]);
  for (const ms of [0.5, 1, 1.5, 7]) observe(beatLateness, ms);
  const group = groupReport({
    checks: [check],
    hooks: [hook, { ...hook, command: '/etc/other', tookMs: 20 }],
    lock: { leftMs: 8_500, problem: '', agoMs: 1_500 },
  });
  const id = '0011223344556677' as GroupId;
  return {
    status: statusReport({
      peers: [peerReport({ rejects: { replay: 2 } })],
      groups: [group],
      alerts: [alert],
      counters: { 'frames sent': 7, 'rejected: replay': 2, 'rejected: unknown-sender': 1 },
    }),
    counted: {
      groupNames: new Map([[id, groupNamed('web')]]),
      transitions: [{ group: id, from: 'standby', to: 'claiming', cause: 'election', count: 1 }],
      calls: [{ kind: 'renew', ok: 9, failed: 1, took: newHistogram([1, 10]) }],
      answers: [{ question: 'witness', outcome: 'yes', count: 3 }],
      ...{ beatLateness, renewalLateness: newHistogram([0, 10]), stalls: 2, stalledMsMax: 1_250 },
    },
    process: {
      ...{ residentBytes: 4.2e7, cpuSeconds: 1.5, heapUsedBytes: 1e7, heapTotalBytes: 2e7 },
      ...{ startedAtSeconds: 1_772_366_400.25, nodeVersion: '24.0.0' },
    },
  };
}
