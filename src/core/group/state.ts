import type { GroupRecord, RoleName } from '../frame.ts';
import type { MonoMs, NodeName, WallMs } from '../units.ts';

/** One node's place in one group. Replaced, never changed: every transition is a new value (machine.ts). */
export interface GroupState {
  readonly role: RoleName;
  readonly since: MonoMs;
  /** Why the role was entered, a sentence. */
  readonly cause: string;
  /** The VIP is or may be on our interface. */
  readonly has: boolean;

  /** Of our newest claim. */
  readonly epoch: number;
  /** Highest that was ever seen or stored. */
  readonly epochSeen: number;
  /** The giver's epoch of the handover that we last obeyed: an offer is good once. */
  readonly offerUsed: number;

  /** Whom we want to take over, by number; 0 for nobody. */
  readonly heir: number;
  /** Until when a standby goes on naming its heir. */
  readonly heirUntil: MonoMs;
  /** In `releasing`: we keep the VIP until the heir is active. */
  readonly overlapping: boolean;
  /** The handover under way, or the placement we were given, was an operator's order. */
  readonly byOrder: boolean;
  readonly sticky: boolean;
  /** An operator's order that waits to be carried out: a node's number, 0 for the best one, -1 for a failback. */
  readonly order: number | undefined;
  /** How long it waits: what could not be done by then would surprise later. */
  readonly orderUntil: MonoMs;
  readonly noHandoverUntil: MonoMs;
  /** Who is to give up waits until then for somebody to hand over to. */
  readonly waitUntil: MonoMs;
  /** In `init`: not because the process started, but because a lease may have lapsed. */
  readonly lapsed: boolean;
  /** Highest effective priority since the claim. */
  readonly peak: number;

  readonly fault: { readonly text: string; readonly until: MonoMs } | undefined;
  /** Failures in a row, for the back-off. */
  readonly failures: number;
  readonly drained: boolean;
  readonly stopping: boolean;
  readonly frozen: boolean;
  readonly freezeCounter: number;
  readonly heldWhenFrozen: boolean;

  /** Adapter calls that have not been answered, by kind; numbers tell answers apart. */
  readonly calls: { readonly [kind in CallKind]?: { readonly id: number; readonly at: MonoMs } };
  readonly nextCall: number;
  /** When the newest lease that is known to be in force was asked for. */
  readonly renewedAt: MonoMs | undefined;
  /** After a renewal that failed: not before then. */
  readonly renewAgainAt: MonoMs;
  readonly upSeen: boolean;
  readonly lookedAt: MonoMs;
  readonly downAgainAt: MonoMs;
  readonly putBacks: readonly MonoMs[];
  readonly announce: { readonly from: MonoMs; readonly next: number } | undefined;

  /** Since when nothing has stood against a claim of ours. */
  readonly clearSince: MonoMs | undefined;
  readonly otherActiveSince: MonoMs | undefined;
  /** Peers with the VIP on their interface that neither hold it nor hand it over, by number, since when. */
  readonly strays: ReadonlyMap<number, MonoMs>;
  /** Since when a peer has been alive at no lower priority than now. */
  readonly steady: ReadonlyMap<number, { readonly priority: number; readonly since: MonoMs }>;
  /** Rivals known at the last look around, by number. */
  readonly rivals: string;
}

export type CallKind = 'up' | 'renew' | 'down' | 'look';

/** What the machine is told of the world each time it is asked; nothing else may influence it. */
export interface GroupView {
  readonly now: MonoMs;
  /** Only for the floor of a new epoch. */
  readonly wall: WallMs;
  readonly self: { readonly number: number; readonly name: NodeName };
  readonly names: readonly NodeName[];
  readonly peers: readonly PeerView[];
  readonly basePriority: number;
  readonly policy: GroupPolicy;
  /** Something was received on the VIP's interfaces lately. */
  readonly canReceive: boolean;
  /** Since when that has been so without a long break. */
  readonly hearingSince: MonoMs;
  /** Datagrams that arrived during a stall are still being read: no verdicts. */
  readonly draining: boolean;
  /** When we last came out of a stall longer than a beat: what was heard before may be out of date in every way. */
  readonly stalledAt: MonoMs;
  /** The callback is a timer's. Sockets were read before it, so that nothing newer than what is known lies unread. */
  readonly isTimer: boolean;
  /** A beat goes out right after this look around. */
  readonly beatDue: boolean;
  /** By how much this callback was late; 0 for not at all. */
  readonly stalledMs: number;
  /** A peer was found again, or a carrier came back, in this callback. */
  readonly healed: boolean;
}

export interface GroupPolicy {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startupMs: number;
  readonly unprovenMs: number;
  /** 0 for VIPs without a lease. */
  readonly leaseMs: number;
  /** The adapter can live with the VIP on two hosts for the moment of a handover. */
  readonly overlapAllowed: boolean;
  readonly failback: { readonly mode: 'auto' | 'manual'; readonly delayMs: number };
  readonly refreshMs: number;
}

export interface PeerView {
  readonly number: number;
  readonly name: NodeName;
  readonly alive: boolean;
  readonly twoWay: boolean;
  /** Proven not to hear us. */
  readonly deaf: boolean;
  readonly freshAt: MonoMs | undefined;
  readonly ackedTx: MonoMs | undefined;
  /** Its word on this group in its open session; undefined before it came round. */
  readonly record: GroupRecord | undefined;
  /** Alive, and may still be about to say something on this group. */
  readonly pending: boolean;
  /** It cannot be reached, but says that it is active. */
  readonly unprovenActive: boolean;
}

export type GroupEffect =
  | { readonly kind: CallKind; readonly call: number }
  | { readonly kind: 'announce' }
  | { readonly kind: 'remember'; readonly epoch: number }
  | { readonly kind: 'moved'; readonly from: RoleName; readonly to: RoleName; readonly cause: string }
  | { readonly kind: 'told'; readonly text: string; readonly cause: string };

export interface GroupStep {
  readonly state: GroupState;
  readonly effects: readonly GroupEffect[];
}

export type GroupOrder =
  | { readonly kind: 'stop' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'undrain' }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'thaw' }
  | { readonly kind: 'switchover'; readonly to: number }
  | { readonly kind: 'failback' };

/** What an adapter call came to. */
export interface CallResult {
  readonly kind: CallKind;
  readonly call: number;
  /** For `look`: which of the VIPs are there. For the others 'all' after up and renew, 'none' after down. */
  readonly found: 'all' | 'some' | 'none' | 'failed';
  readonly text: string;
}

export function initialGroup(
  now: MonoMs,
  { has, epochSeen }: { has: boolean; epochSeen: number },
): GroupState {
  return {
    role: 'init',
    since: now,
    cause: 'started',
    has,
    epoch: 0,
    epochSeen,
    offerUsed: 0,
    heir: 0,
    heirUntil: now,
    overlapping: false,
    byOrder: false,
    sticky: false,
    order: undefined,
    orderUntil: now,
    noHandoverUntil: now,
    waitUntil: now,
    lapsed: false,
    peak: 0,
    fault: undefined,
    failures: 0,
    drained: false,
    stopping: false,
    frozen: false,
    freezeCounter: 0,
    heldWhenFrozen: false,
    calls: {},
    nextCall: 1,
    renewedAt: undefined,
    renewAgainAt: now,
    upSeen: false,
    lookedAt: now,
    downAgainAt: now,
    putBacks: [],
    announce: undefined,
    clearSince: undefined,
    otherActiveSince: undefined,
    strays: new Map(),
    steady: new Map(),
    rivals: '',
  };
}
