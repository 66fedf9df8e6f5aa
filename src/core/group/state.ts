import type { GroupRecord, RoleName } from '../frame.ts';
import type { MonoMs, NodeName, WallMs } from '../units.ts';
import type { DampingPolicy } from './damping.ts';
import { type Health, WELL } from './health.ts';

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
  /** When it was made: whoever acknowledges a frame that was sent since knows of it. */
  readonly claimedAt: MonoMs;
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
  /** A standby that asks the holder to hand it over: until then. */
  readonly asksUntil: MonoMs | undefined;
  /** How long it waits: what could not be done by then would surprise later. */
  readonly orderUntil: MonoMs;
  readonly noHandoverUntil: MonoMs;
  /** Who is to give up waits until then for somebody to hand over to. */
  readonly waitUntil: MonoMs;
  /** In `init`: not because the process started, but because a lease may have lapsed. */
  readonly lapsed: boolean;
  /** When we claimed, if nothing at all had been received for about a timeout: then it may be our ears that are dead. */
  readonly claimedInSilenceAt: MonoMs | undefined;
  /** Highest effective priority since the claim. */
  readonly peak: number;

  readonly fault: { readonly text: string; readonly until: MonoMs } | undefined;
  /** Failures in a row, for the back-off. */
  readonly failures: number;
  /** What the checks of this node said last. */
  readonly health: Health;
  readonly drained: boolean;
  readonly stopping: boolean;
  readonly frozen: boolean;
  readonly freezeCounter: number;
  readonly heldWhenFrozen: boolean;
  /** Who was last seen active, by number; 0 before anybody was. And when that changed, lately, without an order. */
  readonly lastActive: number;
  readonly moves: readonly MonoMs[];
  /** In `active`: about to give the group away, and what has to be done before that was asked for then. */
  readonly preparing: Preparing | undefined;

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
  readonly announce:
    { readonly from: MonoMs; readonly next: number; readonly contested: boolean } | undefined;

  /** Questions that have not been answered, by kind. */
  readonly asked: { readonly [kind in QuestionKind]?: { readonly id: number; readonly at: MonoMs } };
  /** What the newest question of each kind came to. */
  readonly answers: { readonly [kind in QuestionKind]?: Answer };
  /** In `standby`: elected, and waiting for those who have to agree (asking.ts). */
  readonly asking: Asking | undefined;
  /** Not before then is it asked again. */
  readonly askAgainAt: MonoMs;
  /** The silent peer's host answered: until then it is waited for, once in a vacancy. */
  readonly confirmWaitUntil: MonoMs | undefined;
  /** Since when we may be the ones who are cut off: the witness did not answer, and not every peer has been heard since. */
  readonly witnessLostAt: MonoMs | undefined;
  /** Answers of the witness in a row that were no. */
  readonly witnessNos: number;
  /** When the newest question was asked to which it said yes. */
  readonly witnessYesAt: MonoMs | undefined;
  /** The arbiter's lock is ours until then at least. */
  readonly lockedUntil: MonoMs | undefined;

  /** An announced restart: the VIP stays for the next process. */
  readonly leaving: Leaving | undefined;

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

export type CallKind = 'up' | 'renew' | 'down' | 'look' | 'leave';

/** confirm: is a silent node's host alive? witness: does our own network work? lock: is the arbiter's lock ours? fence: is the silent holder off? */
export type QuestionKind = 'confirm' | 'witness' | 'lock' | 'fence';

export interface Answer {
  readonly outcome: 'yes' | 'no' | 'unknown';
  readonly askedAt: MonoMs;
  readonly text: string;
}

export interface Asking {
  readonly since: MonoMs;
}

export interface Preparing {
  readonly id: number;
  readonly at: MonoMs;
  readonly isDone: boolean;
}

export interface Leaving {
  /** How long the lease is that the VIP is left with. */
  readonly withinMs: number;
  /** The adapter has made it so. */
  readonly isLeft: boolean;
}

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
  /** When that was last. */
  readonly receivedAt: MonoMs;
  /** Since when that has been so without a long break. */
  readonly hearingSince: MonoMs;
  /** Datagrams that arrived during a stall are still being read: no verdicts. */
  readonly draining: boolean;
  /** A drill: this node says nothing and claims nothing (node/drill.ts). */
  readonly playingDead: boolean;
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
  /** The longest that one call of an adapter of this group takes before it is given up. */
  readonly callMs: number;
  readonly failback: { readonly mode: 'auto' | 'manual'; readonly delayMs: number };
  readonly refreshMs: number;
  /** When checks fail on every node: the best of them serves all the same, or nobody does. */
  readonly whenAllUnhealthy: 'best' | 'none';
  /** How often it may move before it stays where it is; undefined for any number of times. */
  readonly damping: DampingPolicy | undefined;
  /** How long what has to be done before the group is given away may take; 0 where there is nothing to do. */
  readonly preDownMs: number;
  readonly asks: AskPolicy;
}

/** Who has to agree before a claim. */
export interface AskPolicy {
  readonly confirm: { readonly ifAlive: 'wait' | 'take'; readonly timeoutMs: number } | undefined;
  readonly witness: { readonly timeoutMs: number } | undefined;
  readonly fence: { readonly timeoutMs: number } | undefined;
  readonly lock: { readonly ttlMs: number; readonly timeoutMs: number } | undefined;
}

export const ASKS_NOBODY: AskPolicy = {
  confirm: undefined,
  witness: undefined,
  fence: undefined,
  lock: undefined,
};

export interface PeerView {
  readonly number: number;
  readonly name: NodeName;
  readonly alive: boolean;
  readonly twoWay: boolean;
  /** Proven not to hear us. */
  readonly deaf: boolean;
  readonly freshAt: MonoMs | undefined;
  readonly ackedTx: MonoMs | undefined;
  /** When it is late, after its newest fresh frame; what it waits after ours; the longest round trip to it. */
  readonly lateMs: number;
  readonly itsTimeoutMs: number;
  readonly rttMs: number;
  /** Silent, and it said before that it would be back by then; its word on the group stands until that moment. */
  readonly awayUntil: MonoMs | undefined;
  /** Its word on this group in its open session; undefined before it came round. */
  readonly record: GroupRecord | undefined;
  /** Alive, and may still be about to say something on this group. */
  readonly pending: boolean;
  /** It cannot be reached, but says that it is active. */
  readonly unprovenActive: boolean;
  /** It is a standby and wants to be handed the group. */
  readonly asksForIt: boolean;
}

export type GroupEffect =
  | { readonly kind: Exclude<CallKind, 'leave'>; readonly call: number }
  | { readonly kind: 'leave'; readonly call: number; readonly withinMs: number }
  | { readonly kind: 'announce'; readonly contested: boolean }
  | {
      readonly kind: 'ask';
      readonly question: QuestionKind;
      readonly id: number;
      /** The nodes that the question is about, by number. */
      readonly about: readonly number[];
    }
  | { readonly kind: 'unlock' }
  /** It is about to be given away: do what has to be done while the VIP is here, and say `prepared`. */
  | { readonly kind: 'prepare'; readonly id: number }
  /** It stays after all, though it was prepared. */
  | { readonly kind: 'unprepare' }
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
  | { readonly kind: 'failback' }
  /** After a drill: ask the holder for the group that was ours. */
  | { readonly kind: 'askBack' }
  /** Keep the VIP for the next process, for at most this long. */
  | { readonly kind: 'leave'; readonly withinMs: number };

/** What an adapter call came to. */
export interface CallResult {
  readonly kind: CallKind;
  readonly call: number;
  /** For `look`: which of the VIPs are there. For the others 'all' after up and renew, 'none' after down. */
  readonly found: 'all' | 'some' | 'none' | 'failed';
  readonly text: string;
}

/** What a question came to. `unknown` is neither: it could not be asked, or not understood. */
export interface AnswerResult {
  readonly question: QuestionKind;
  readonly id: number;
  readonly outcome: 'yes' | 'no' | 'unknown';
  readonly text: string;
}

/** What an earlier process of this node left for this one. */
export interface Legacy {
  /** It held the group, and the VIP is ours without a question. */
  readonly adopt: boolean;
  readonly epoch: number;
  readonly sticky: boolean;
  readonly drained: boolean;
  readonly frozen: boolean;
  readonly freezeCounter: number;
  readonly heldWhenFrozen: boolean;
  /** Until the checks of the next process have come to a result. */
  readonly health?: Health | undefined;
}

/** For the next process of this node. */
export const legacyOf = (state: GroupState): Legacy => ({
  adopt: state.leaving?.isLeft ?? false,
  epoch: state.leaving === undefined ? state.epochSeen : state.epoch,
  sticky: state.sticky,
  drained: state.drained,
  frozen: state.frozen,
  freezeCounter: state.freezeCounter,
  heldWhenFrozen: state.heldWhenFrozen,
  health: state.health,
});

export function initialGroup(
  now: MonoMs,
  { has, epochSeen, legacy }: { has: boolean; epochSeen: number; legacy?: Legacy | undefined },
): GroupState {
  const adopts = has && legacy?.adopt === true;
  return {
    role: adopts ? 'claiming' : 'init',
    since: now,
    cause: adopts ? 'adopts the VIP that was left for it' : 'started',
    has,
    epoch: adopts ? legacy.epoch : 0,
    claimedAt: now,
    epochSeen: Math.max(epochSeen, legacy?.epoch ?? 0),
    offerUsed: 0,
    heir: 0,
    heirUntil: now,
    overlapping: false,
    byOrder: adopts && legacy.sticky,
    sticky: false,
    order: undefined,
    asksUntil: undefined,
    orderUntil: now,
    noHandoverUntil: now,
    waitUntil: now,
    lapsed: false,
    claimedInSilenceAt: undefined,
    peak: 0,
    fault: undefined,
    failures: 0,
    health: adopts ? (legacy.health ?? WELL) : WELL,
    drained: legacy?.drained ?? false,
    stopping: false,
    frozen: legacy?.frozen ?? false,
    freezeCounter: legacy?.freezeCounter ?? 0,
    heldWhenFrozen: legacy?.heldWhenFrozen ?? false,
    lastActive: 0,
    moves: [],
    preparing: undefined,
    calls: {},
    nextCall: 1,
    renewedAt: undefined,
    renewAgainAt: now,
    upSeen: false,
    lookedAt: now,
    downAgainAt: now,
    putBacks: [],
    announce: undefined,
    asked: {},
    answers: {},
    asking: undefined,
    askAgainAt: now,
    confirmWaitUntil: undefined,
    witnessLostAt: undefined,
    witnessNos: 0,
    witnessYesAt: undefined,
    lockedUntil: undefined,
    leaving: undefined,
    clearSince: undefined,
    otherActiveSince: undefined,
    strays: new Map(),
    steady: new Map(),
    rivals: '',
  };
}
