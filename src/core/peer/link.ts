import { fullBucket, type Bucket } from '../bucket.ts';
import type { GroupRecord } from '../frame.ts';
import { after, type GroupId, type MonoMs, type NodeId, type NodeName } from '../units.ts';
import type { WayPolicy } from '../ways.ts';
import { emptyWindow, type Window } from '../window.ts';
import { emptySentRing, type SentRing } from './sent.ts';

/*
 * What one node knows of one other: session, acknowledgements, liveness, and the newest word on each group. The functions
 * of this folder change a link in place (its rings are large and frames are many), but only the one they are handed, and
 * only by what they are handed: the same calls give the same link.
 */

export interface LinkTiming {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** The longest that an announced restart of a peer is waited for; not at all unless given. */
  readonly restartMs?: number;
}

/** Frames that we send: a session of our own towards this peer. */
export interface Outgoing {
  session: number;
  seq: number;
  startedAt: MonoMs;
  ring: SentRing;
  /** The peer has acknowledged a frame of this very session. */
  everAcked: boolean;
  newestAcked: number;
}

/** Frames that we accept: the peer's open session. */
export interface Incoming {
  readonly session: number;
  readonly window: Window;
  /** Newest frame accepted, even if it was stale: what we acknowledge. */
  newest: number;
  newestEcho: string;
  newestAt: MonoMs;
}

export interface PathState extends WayPolicy {
  /** Frames can be sent: always over UDP, over TCP while there is a connection. */
  ready: boolean;
  sent: number;
  received: number;
  rttMs: number | undefined;
  heardAt: MonoMs | undefined;
  /** Frames sent since the peer last acknowledged one of this path, and when the first of them was. */
  unacked: number;
  unackedSince: MonoMs | undefined;
  /** Until when another answer on this path has to wait. */
  answerAt: MonoMs;
}

/** A peer whose frames open no session, because ours don't reach it: believed in one point only (see unproven.ts). */
export interface Unproven {
  session: number;
  firstSentMs: number;
  firstAt: MonoMs;
  lastSeq: number;
  lastSentMs: number;
  lastAt: MonoMs;
  /** Its numbers and its clock have advanced at a plausible rate. */
  proven: boolean;
  /** When it last said that it holds a group; an older word, even a replayed one, takes nothing back. */
  readonly activeAt: Map<GroupId, MonoMs>;
}

export interface Link {
  readonly name: NodeName;
  /** Place in the sorted list of names, from 1: how frames name nodes. */
  readonly number: number;
  readonly paths: PathState[];
  readonly createdAt: MonoMs;
  /** How often something was said over all paths: more groups than fit take turns by it. */
  rounds: number;

  tx: Outgoing;
  rx: Incoming | undefined;
  readonly retired: number[];
  /** Only an acknowledgement of a frame above this opens another session. */
  openFloor: number;
  sessionsOpened: number;
  /** When the last sessions were opened, newest last. */
  readonly openedAt: MonoMs[];
  /** When our own session may be replaced again, and how long the pause after that will be. */
  ownSessionAt: MonoMs;
  ownSessionPauseMs: number;

  /** Lower bound of (our clock − the peer's session clock), ms; -Infinity before the first acknowledgement. */
  offsetMs: number;
  /** False after our clock stood still, until a frame that was sent since is acknowledged. */
  offsetKnown: boolean;
  offsetAt: MonoMs;
  /** Our clock stood still after we had sent this frame: acknowledgements up to it say nothing about the offset. */
  standFloor: number;
  /** When an acknowledgement last moved. */
  anchorAt: MonoMs;
  /** When the newest of our frames that it acknowledged was sent. */
  ackedTx: MonoMs | undefined;
  deadline: MonoMs;
  alive: boolean;
  /** Since when it has been alive without a break. */
  heardSince: MonoMs;
  /** Since when its frames have been coming without a pause of two intervals. */
  unbrokenSince: MonoMs;
  /** Frames that we sent it since then. */
  sentSinceHeard: number;
  freshAt: MonoMs | undefined;
  jitterMs: number;
  transitMs: number | undefined;
  /** Deadlines were moved for a stall of ours during this silence already. */
  graceUsed: boolean;
  /** When it went silent, for as long as it is. */
  lostAt: MonoMs | undefined;

  /** From its newest fresh frame. */
  saysHearsUs: boolean;
  saysCanReceive: boolean;
  intervalMs: number | undefined;
  timeoutMs: number | undefined;
  digest: string;
  /** Of the parts of its config, once it knows that ours is another; empty before. */
  configParts: readonly string[];
  /** Groups that it wants to be handed. */
  asksFor: readonly GroupId[];
  groupsInAll: number;
  /** With the count of frames that had been believed by then. */
  readonly groups: Map<GroupId, { readonly frame: number; readonly record: GroupRecord }>;
  /** How many of its frames told something new, in this session. */
  believed: number;
  /** "Back within": until when a restart of it, announced in this session, is waited for. */
  promise: { readonly until: MonoMs } | undefined;
  /** When its last announcement was believed: not again before it has lived for a while. */
  promisedAt: MonoMs | undefined;
  /** Which of our keys it knows as our newest. */
  namedOurKey: NodeId | undefined;
  /** With which of its keys it last signed an accepted frame. */
  signedWith: NodeId | undefined;

  unproven: Unproven | undefined;
  /** No signature is checked before, for a frame that opens nothing. */
  unprovenCheckAt: MonoMs;
  /** (session, seq) of hellos answered. */
  readonly answered: Map<string, true>;
  readonly helloBucket: Bucket;
  readonly answerBucket: Bucket;
  helloAt: MonoMs;
  /** Probe rounds sent during the present silence. */
  probesSent: number;
  /** When the first of them was sent. */
  probingSince: MonoMs | undefined;
  /** No transport evidence starts another series of probes before. */
  troubleAt: MonoMs;
  readonly rejects: Map<string, number>;
}

export const HELLO_RATE = { perSecond: 50, burst: 50 } as const;
export const ANSWER_RATE = { perSecond: 200, burst: 20 } as const;
const NEVER = -1e15 as MonoMs;

export function newOutgoing(session: number, now: MonoMs): Outgoing {
  return { session, seq: 0, startedAt: now, ring: emptySentRing(), everAcked: false, newestAcked: 0 };
}

const newPath = ({ transport, theirs }: WayPolicy, now: MonoMs): PathState => ({
  transport,
  theirs,
  ready: transport === 'udp',
  sent: 0,
  received: 0,
  rttMs: undefined,
  heardAt: undefined,
  unacked: 0,
  unackedSince: undefined,
  answerAt: now,
});

export function newLink(
  { name, number, ways }: { name: NodeName; number: number; ways: readonly WayPolicy[] },
  session: number,
  now: MonoMs,
): Link {
  return {
    name,
    number,
    createdAt: now,
    rounds: 0,
    paths: ways.map((way) => newPath(way, now)),
    tx: newOutgoing(session, now),
    rx: undefined,
    retired: [],
    openFloor: 0,
    sessionsOpened: 0,
    openedAt: [],
    ownSessionAt: now,
    ownSessionPauseMs: 0,
    offsetMs: Number.NEGATIVE_INFINITY,
    offsetKnown: true,
    offsetAt: now,
    standFloor: 0,
    anchorAt: now,
    ackedTx: undefined,
    deadline: NEVER,
    alive: false,
    heardSince: now,
    unbrokenSince: now,
    sentSinceHeard: 0,
    freshAt: undefined,
    jitterMs: 0,
    transitMs: undefined,
    graceUsed: false,
    lostAt: undefined,
    saysHearsUs: false,
    saysCanReceive: true,
    intervalMs: undefined,
    timeoutMs: undefined,
    digest: '',
    configParts: [],
    asksFor: [],
    groupsInAll: 0,
    groups: new Map(),
    believed: 0,
    promise: undefined,
    promisedAt: undefined,
    namedOurKey: undefined,
    signedWith: undefined,
    unproven: undefined,
    unprovenCheckAt: now,
    answered: new Map(),
    helloBucket: fullBucket(HELLO_RATE.burst, now),
    answerBucket: fullBucket(ANSWER_RATE.burst, now),
    helloAt: now,
    probesSent: 0,
    probingSince: undefined,
    troubleAt: now,
    rejects: new Map(),
  };
}

export const newIncoming = (session: number, now: MonoMs): Incoming => ({
  session,
  window: emptyWindow(),
  newest: 0,
  newestEcho: '0000000000000000',
  newestAt: now,
});

/**
 * A peer that beats more slowly than we do, because its config is another, gets a longer timeout: 2.5 of its own
 * intervals, at most ten of our timeouts. With one config for all the operator's timeout stands, however short.
 */
export function timeoutOf(intervalMs: number | undefined, timing: LinkTiming): number {
  if (intervalMs === undefined || intervalMs <= timing.intervalMs) return timing.timeoutMs;
  return Math.min(Math.max(timing.timeoutMs, 2.5 * intervalMs), 10 * timing.timeoutMs);
}

export const timeoutFor = (link: Link, timing: LinkTiming): number => timeoutOf(link.intervalMs, timing);

/** How long an acknowledgement counts; who speaks seldom is not told often that it is heard. */
const hearingMs = (link: Link, timing: LinkTiming): number =>
  Math.max(timeoutFor(link, timing), 2.5 * timing.intervalMs);

/** It acknowledged a frame that we sent less than a timeout ago. */
export const hearsUs = (link: Link, now: MonoMs, timing: LinkTiming): boolean =>
  link.ackedTx !== undefined && now - link.ackedTx < hearingMs(link, timing);

/**
 * Its frames come, and for two timeouts it has not acknowledged anything: perhaps it has lost track of our session. Stale
 * ones count too. A node that went on from a snapshot may speak in a session that its peer has retired: nothing that it
 * hears is fresh then, ever.
 */
export function ignoresUs(link: Link, now: MonoMs, timing: LinkTiming): boolean {
  const isHeard = link.alive || (link.rx !== undefined && now - link.rx.newestAt < timeoutFor(link, timing));
  if (!isHeard || hearsUs(link, now, timing)) return false;
  return now - Math.max(link.heardSince, link.ackedTx ?? link.heardSince) >= 2 * hearingMs(link, timing);
}

export const readyPaths = (link: Link): number => link.paths.filter(({ ready }) => ready).length;

export const longestRttMs = (link: Link): number => Math.max(0, ...link.paths.map(({ rttMs }) => rttMs ?? 0));

export const isTwoWay = (link: Link, now: MonoMs, timing: LinkTiming): boolean =>
  link.alive && hearsUs(link, now, timing);

/**
 * A network that has just come back may carry one direction a second before the other: kernels that have lost a neighbour's
 * hardware address ask for it once a second.
 */
const FOUND_MS = 1_200;

/**
 * Alive, does not hear us, says so itself, and not only because its word was under way: its acknowledgement has not moved
 * for two intervals during which its frames kept coming, and it had three of our frames to hear. (A pair that heals just
 * before one of them would have called the other dead has nothing but old words to go by: both would let go.) A peer that says that it
 * cannot receive anything at all is not deaf to us alone and gets no such respect.
 */
export function isProvenDeaf(link: Link, now: MonoMs, timing: LinkTiming): boolean {
  if (!link.alive || link.saysHearsUs || !link.saysCanReceive || hearsUs(link, now, timing)) return false;
  const quietFor =
    now - Math.max(link.unbrokenSince, link.ackedTx === undefined ? link.unbrokenSince : link.anchorAt);
  // Its acknowledgement of what we sent when we began to hear it cannot be here before a round trip is over.
  const wordsMs = 2 * Math.max(link.intervalMs ?? 0, timing.intervalMs) + 2 * longestRttMs(link);
  const patience = Math.max(wordsMs, Math.min(FOUND_MS, timing.timeoutMs));
  return quietFor >= patience && link.sentSinceHeard >= 3 * Math.max(1, readyPaths(link));
}

/**
 * The same peer in another config. Other keys end both sessions; but whether it lives, and what it said, stands until its
 * deadline: a reload must not make a healthy holder look dead.
 */
export function relink(
  link: Link,
  { number, ways }: { readonly number: number; readonly ways: readonly WayPolicy[] },
  newSession: number | undefined,
  now: MonoMs,
): Link {
  // A path that is another now starts anew; over TCP, whether there is a connection is told anew.
  const states = ways.map((way, place) => {
    const old = link.paths[place];
    if (old === undefined || old.transport !== way.transport) return newPath(way, now);
    return { ...old, ...way, ready: way.transport === 'udp' };
  });
  const same = { ...link, number, paths: states };
  if (newSession === undefined) return same;
  return { ...same, rx: undefined, tx: newOutgoing(newSession, now), openFloor: 0, standFloor: 0 };
}

/** Starts a session of our own anew, so that a peer that has lost track of us can find it again. */
export function renewOwnSession(link: Link, session: number, now: MonoMs, timing: LinkTiming): boolean {
  if (now < link.ownSessionAt) return false;
  link.tx = newOutgoing(session, now);
  link.openFloor = 0;
  link.standFloor = 0;
  link.ownSessionPauseMs = Math.min(Math.max(2 * timing.timeoutMs, 2 * link.ownSessionPauseMs), 60_000);
  link.ownSessionAt = after(now, link.ownSessionPauseMs);
  return true;
}

/** Our clock stood still, as another peer's clock shows: this one's has gone on too. */
export function noteClockStood(link: Link, ms: number): void {
  link.offsetMs -= ms;
  link.offsetKnown = false;
  link.standFloor = link.tx.seq;
}

/** A connection that holds this many frames unacknowledged, or its oldest for a timeout, carries nothing any more. */
const UNACKED_MAX = 32;

export const isStuck = (
  { transport, ready, unacked, unackedSince }: PathState,
  now: MonoMs,
  { timeoutMs }: LinkTiming,
): boolean =>
  transport === 'tcp' &&
  ready &&
  unackedSince !== undefined &&
  (unacked >= UNACKED_MAX || now - unackedSince >= timeoutMs);

export function setReady(path: PathState, ready: boolean): void {
  path.ready = ready;
  path.unacked = 0;
  path.unackedSince = undefined;
}

/**
 * We said nothing on purpose, and do so again: that it acknowledged nothing meanwhile proves nothing, neither that it is deaf nor
 * that a connection is stuck.
 */
export function speaksAgain(link: Link, now: MonoMs): void {
  link.heardSince = now;
  link.unbrokenSince = now;
  link.sentSinceHeard = 0;
  for (const path of link.paths) setReady(path, path.ready);
}

export const countReject = (link: Link, reason: string): void => {
  link.rejects.set(reason, (link.rejects.get(reason) ?? 0) + 1);
};
