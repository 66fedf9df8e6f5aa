import type {
  CheckReport,
  GroupReport,
  PathReport,
  PeerReport,
  StatusReport,
  VipReport,
} from '../../src/core/report.ts';
import type { GroupName, NodeName } from '../../src/core/units.ts';

export const node = (name: string): NodeName => name as NodeName;
export const groupNamed = (name: string): GroupName => name as GroupName;

export const vipReport = (changes: Partial<VipReport> = {}): VipReport => ({
  address: '10.10.10.42',
  prefixLength: 32,
  link: 'eth0',
  present: true,
  ...changes,
});

export const pathReport = (changes: Partial<PathReport> = {}): PathReport => ({
  url: 'udp://10.10.10.2:7112',
  up: true,
  rttMs: 0.42,
  lossPercent: 0,
  sent: 12_345,
  received: 12_340,
  ...changes,
});

export const peerReport = (changes: Partial<PeerReport> = {}): PeerReport => ({
  name: node('lb2'),
  state: 'alive',
  hearsUs: true,
  heardAgoMs: 118,
  timeoutMs: 3_000,
  intervalMs: 250,
  sessions: 1,
  configDrift: false,
  paths: [pathReport(), pathReport({ url: 'tcp://192.168.1.2:7112', rttMs: 0.81, sent: 12_344 })],
  rejects: {},
  ...changes,
});

export const checkReport = (changes: Partial<CheckReport> = {}): CheckReport => ({
  name: 'haproxy',
  kind: 'process',
  subject: 'haproxy',
  state: 'up',
  vital: false,
  weight: 2,
  numeric: false,
  adds: 2,
  sinceMs: 3_723_000,
  output: 'runs as 1234',
  ranAgoMs: 412,
  tookMs: 0.6,
  slow: 0,
  behind: 0,
  runs: 1_861,
  withoutResult: 0,
  ...changes,
});

export const groupReport = (changes: Partial<GroupReport> = {}): GroupReport => ({
  name: groupNamed('web'),
  role: 'active',
  fault: '',
  why: 'lb2 was silent for 3.0 s and nobody else held the group',
  sinceMs: 2 * 3_600_000 + 3 * 60_000,
  has: true,
  priority: 101,
  basePriority: 101,
  epoch: 12,
  holder: node('lb1'),
  holderKnown: 'self',
  heir: '',
  drained: false,
  frozen: false,
  sticky: false,
  renewedAgoMs: 112,
  vips: [vipReport(), vipReport({ address: '2001:db8::42', prefixLength: 128 })],
  adapter: 'auto',
  notes: [],
  ...changes,
});

/** lb1 of a healthy pair, holding the group. */
export const statusReport = (changes: Partial<StatusReport> = {}): StatusReport => ({
  at: '2026-03-01T12:00:00.250Z',
  version: '0.1.0',
  node: node('lb1'),
  cluster: 'mail',
  upForMs: 3 * 86_400_000 + 4 * 3_600_000,
  configPath: '/etc/sealbeat/sealbeat.yaml',
  configDigest: '9f3c0d1e2a4b5c6d',
  configProblem: '',
  intervalMs: 250,
  timeoutMs: 3_000,
  leaseSeconds: 1,
  peers: [peerReport()],
  groups: [groupReport()],
  alarms: [],
  counters: {},
  ...changes,
});
