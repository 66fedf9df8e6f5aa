import type { GroupRecord } from '../../../src/core/frame.ts';
import {
  ASKS_NOBODY,
  initialGroup,
  type GroupPolicy,
  type GroupState,
  type GroupView,
  type PeerView,
} from '../../../src/core/group/state.ts';
import type { GroupId, MonoMs, NodeName, WallMs } from '../../../src/core/units.ts';

/** The moment at which every case of the table takes place; times in it count from here, negative is the past. */
export const at = (ms: number): MonoMs => (1_000_000 + ms) as MonoMs;

export const policy: GroupPolicy = {
  intervalMs: 250,
  timeoutMs: 3_000,
  startupMs: 6_000,
  unprovenMs: 60_000,
  leaseMs: 1_000,
  overlapAllowed: true,
  callMs: 15_000,
  failback: { mode: 'auto', delayMs: 10_000 },
  refreshMs: 60_000,
  whenAllUnhealthy: 'best',
  damping: undefined,
  preDownMs: 0,
  asks: ASKS_NOBODY,
};

export const word = (said: Partial<GroupRecord> = {}): GroupRecord => ({
  id: '00000000000000aa' as GroupId,
  role: 'standby',
  priority: 100,
  base: 100,
  has: false,
  sticky: false,
  frozen: false,
  overlap: true,
  checksOnly: false,
  heir: 0,
  holder: 0,
  holderRole: 'init',
  holderPriority: 0,
  freezeCounter: 0,
  epoch: 0,
  ...said,
});

export const holding = (said: Partial<GroupRecord> = {}): GroupRecord =>
  word({ role: 'active', has: true, epoch: 80, ...said });

/** A peer that is alive and hears us, whatever it says. */
export const peer = (
  number: number,
  said: GroupRecord | undefined,
  more: Partial<PeerView> = {},
): PeerView => ({
  number,
  name: `lb${number}` as NodeName,
  alive: true,
  twoWay: true,
  deaf: false,
  freshAt: at(-10),
  ackedTx: at(-20),
  lateMs: 300,
  itsTimeoutMs: 3_000,
  rttMs: 1,
  awayUntil: undefined,
  record: said,
  pending: false,
  unprovenActive: false,
  asksForIt: false,
  ...more,
});

export const dead = (number: number, said: GroupRecord | undefined): PeerView =>
  peer(number, said, { alive: false, twoWay: false, freshAt: at(-3_000), ackedTx: at(-3_000) });

/** We are lb2 of three, with priority 100, so that there is one better and one worse name. */
export const view = (peers: readonly PeerView[], more: Partial<GroupView> = {}): GroupView => ({
  now: at(0),
  wall: 1_000 as WallMs,
  self: { number: 2, name: 'lb2' as NodeName },
  names: ['lb1', 'lb2', 'lb3'] as NodeName[],
  peers,
  basePriority: 100,
  policy,
  canReceive: true,
  receivedAt: at(-10),
  hearingSince: at(-100_000),
  draining: false,
  playingDead: false,
  stalledAt: at(-100_000),
  isTimer: true,
  beatDue: false,
  stalledMs: 0,
  healed: false,
  ...more,
});

const fresh = (more: Partial<GroupState>): GroupState => ({
  ...initialGroup(at(-100_000), { has: false, epochSeen: 0 }),
  lookedAt: at(-500),
  ...more,
});

export const init = (more: Partial<GroupState> = {}): GroupState =>
  fresh({ role: 'init', since: at(-1_000), ...more });

export const standby = (more: Partial<GroupState> = {}): GroupState =>
  fresh({ role: 'standby', since: at(-50_000), ...more });

export const claiming = (more: Partial<GroupState> = {}): GroupState =>
  fresh({
    role: 'claiming',
    since: at(-5),
    has: true,
    epoch: 81,
    epochSeen: 81,
    calls: { up: { id: 1, at: at(-5) } },
    nextCall: 2,
    ...more,
  });

export const active = (more: Partial<GroupState> = {}): GroupState =>
  fresh({
    role: 'active',
    since: at(-50_000),
    has: true,
    epoch: 81,
    epochSeen: 81,
    peak: 100,
    renewedAt: at(-100),
    lookedAt: at(-500),
    upSeen: true,
    nextCall: 2,
    announce: { from: at(-20_000), next: 6, contested: false },
    ...more,
  });

export const releasing = (more: Partial<GroupState> = {}): GroupState =>
  fresh({
    role: 'releasing',
    since: at(-100),
    has: true,
    epoch: 81,
    epochSeen: 81,
    renewedAt: at(-200),
    downAgainAt: at(500),
    nextCall: 2,
    ...more,
  });

/** In an overlapping handover to `heir`. */
export const handing = (heir: number, more: Partial<GroupState> = {}): GroupState =>
  releasing({ heir, overlapping: true, ...more });

/** A peer that has been alive at its priority for as long as failback wants. */
export const steady = (number: number, priority: number, forMs: number): Partial<GroupState> => ({
  steady: new Map([[number, { priority, since: at(-forMs) }]]),
});
