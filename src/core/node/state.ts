import type { Body, GroupRecord } from '../frame.ts';
import type {
  AnswerResult,
  CallResult,
  GroupEffect,
  GroupOrder,
  GroupPolicy,
  GroupState,
} from '../group/state.ts';
import type { Health } from '../group/health.ts';
import type { Arrived } from '../peer/receive.ts';
import type { Link } from '../peer/link.ts';
import type { GroupId, GroupName, MonoMs, NodeId, NodeName, WallMs } from '../units.ts';
import type { WayPolicy } from '../ways.ts';
import type { PlayingDead } from './drill.ts';

/** What a node is told at its start and on a reload; made from Settings by daemon/policy.ts. */
export interface NodePolicy {
  readonly self: { readonly number: number; readonly name: NodeName };
  /** All names in order; a node's number is its place + 1. */
  readonly names: readonly NodeName[];
  readonly peers: readonly PeerPolicy[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** The longest that a restarting peer is waited for; 0 for not at all. */
  readonly restartMs: number;
  readonly digest: string;
  /** Of the config's parts, in their order on the wire. */
  readonly partDigests: readonly string[];
  readonly groups: readonly GroupConfig[];
}

export interface PeerPolicy {
  readonly name: NodeName;
  readonly number: number;
  /** As this node numbers them (ways.ts). */
  readonly ways: readonly WayPolicy[];
  /** Its newest key in our config: told to it in every frame. */
  readonly newestKey: NodeId;
}

export interface GroupConfig {
  readonly id: GroupId;
  readonly name: GroupName;
  readonly basePriority: number;
  readonly policy: GroupPolicy;
}

/** Everything that one node knows. Its links and maps change in place; only step() changes them (step.ts). */
export interface NodeState {
  policy: NodePolicy;
  readonly links: Link[];
  readonly groups: Map<GroupId, GroupState>;
  /** Session numbers come from here: unique, not secret. */
  seed: bigint;
  startedAt: MonoMs;
  nextBeatAt: MonoMs;
  burst: { left: number; at: MonoMs } | undefined;
  /** When step() wanted to be called again: later means that this process stood still. */
  wakeAt: MonoMs;
  /** When the groups' rules want to be asked again although nothing is heard. */
  groupsWakeAt: MonoMs;
  /** From when on they want to be asked before the next beat. */
  groupsBeatAt: MonoMs;
  /** When something that they are told changes by time alone. */
  viewsChangeAt: MonoMs;
  /** What the last frames said of the groups, by peer; empty after the rules were asked. */
  readonly recordsSaid: Map<number, readonly GroupRecord[]>;
  drainUntil: MonoMs | undefined;
  /** When this process last came out of a stall that was longer than a beat. */
  stalledAt: MonoMs;
  wallMinusMono: number;
  /** When something was last received on the VIPs' interfaces. */
  receivedAt: MonoMs;
  /** Since when something has been received there without a long break. */
  hearingSince: MonoMs;
  /** What the last frames said, to notice a change. */
  said: string;
  /** This process ends and the next one goes on: where that stands. */
  leaving: NodeLeaving | undefined;
  /** A drill is under way. */
  playingDead: PlayingDead | undefined;
  stalls: number;
  stalledMsMax: number;
}

export interface NodeLeaving {
  readonly withinMs: number;
  readonly since: MonoMs;
  /** When the peers were first told. */
  saidAt: MonoMs | undefined;
}

interface At {
  readonly now: MonoMs;
  readonly wall: WallMs;
}

export type NodeEvent = At &
  (
    | { readonly kind: 'tick' }
    /** After a stall: nothing is waiting in the sockets any more. */
    | { readonly kind: 'drained' }
    | { readonly kind: 'frame'; readonly from: number; readonly arrived: Arrived }
    | { readonly kind: 'called'; readonly group: GroupId; readonly result: CallResult }
    | { readonly kind: 'answered'; readonly group: GroupId; readonly result: AnswerResult }
    /** The checks of this node have come to another result for a group. */
    | { readonly kind: 'health'; readonly group: GroupId; readonly health: Health }
    /** What has to be done before the group is given away is done, or has failed. */
    | { readonly kind: 'prepared'; readonly group: GroupId; readonly id: number }
    /** The system reports a change of this group's VIPs. */
    | { readonly kind: 'hint'; readonly group: GroupId }
    | { readonly kind: 'carrier'; readonly up: boolean }
    /** A counter of received packets has moved. */
    | { readonly kind: 'received' }
    /** A way over TCP has a connection that takes frames, or has none any more. */
    | { readonly kind: 'way'; readonly peer: number; readonly path: number; readonly ready: boolean }
    /** A socket error towards a peer, a reset: a reason to ask, never a proof. */
    | { readonly kind: 'trouble'; readonly peer: number }
    /** A drill: play dead, for at most this long. */
    | { readonly kind: 'playDead'; readonly forMs: number }
    /** The host was suspended. */
    | { readonly kind: 'slept'; readonly ms: number }
    | { readonly kind: 'ordered'; readonly group: GroupId | undefined; readonly order: GroupOrder }
  );

export type NodeEffect =
  | { readonly kind: 'send'; readonly peer: number; readonly path: number; readonly body: Body }
  | { readonly kind: 'group'; readonly group: GroupId; readonly effect: GroupEffect }
  | { readonly kind: 'peer'; readonly name: NodeName; readonly text: string; readonly cause: string }
  | { readonly kind: 'node'; readonly text: string; readonly cause: string }
  /** What was sent over this way's connections is not acknowledged: end them, and dial again. */
  | { readonly kind: 'redial'; readonly peer: number; readonly path: number }
  /** Every peer knows that we will be back, and the VIPs are left: the process may end. */
  | { readonly kind: 'left' }
  /** Not every peer could be told in time, or nothing could be left: everything is given up instead, as with a stop. */
  | { readonly kind: 'notLeft'; readonly cause: string }
  /** The drill is over, and we speak again. `taken`: others hold everything that they could take. */
  | { readonly kind: 'cameAlive'; readonly taken: boolean; readonly cause: string }
  /** Read what waits in the sockets, then say 'drained'. */
  | { readonly kind: 'drain' };

export interface NodeStep {
  readonly effects: readonly NodeEffect[];
  /** The verdict on a frame; undefined for other events. */
  readonly verdict: string | undefined;
  readonly wakeAt: MonoMs;
}
