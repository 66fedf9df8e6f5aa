import { GROUPS_PER_FRAME, type Body, type GroupRecord } from '../frame.ts';
import {
  bestHolder,
  directHolders,
  effectivePriority,
  isOnlyUnhealthy,
  ownPriority,
} from '../group/election.ts';
import type { GroupState, GroupView } from '../group/state.ts';
import { isTwoWay, type Link } from '../peer/link.ts';
import { noteSent } from '../peer/sent.ts';
import type { GroupId, MonoMs } from '../units.ts';
import { bitmapBelow } from '../window.ts';
import { asksFor } from './drill.ts';
import { promisedMs } from './leaving.ts';
import type { NodeEffect, NodeState } from './state.ts';
import { canReceive, viewsAt, type Views } from './view.ts';

/** As many as fit the shortest hello, so that an answer is never longer than its question. */
export const GROUPS_PER_HELLO_ANSWER = 12;

export interface FrameKind {
  readonly probe?: boolean;
  /** Answers a hello that opened nothing: names that very hello instead of the newest frame. */
  readonly answerTo?: { readonly seq: number; readonly echo: string };
  readonly answer?: boolean;
}

const NO_ECHO = '0000000000000000';

/** What we say of ourselves in one group; `recipient` is left out of the holders that we pass on. */
export function recordOf(id: GroupId, state: GroupState, view: GroupView, recipient: number): GroupRecord {
  const holder = bestHolder(directHolders(state, view).filter(({ number }) => number !== recipient));
  const speaksOfClaim =
    state.role === 'claiming' || state.role === 'active' || state.role === 'releasing' || state.heir !== 0;
  const handingOver = state.heir !== 0;
  return {
    id,
    role: state.role,
    priority: effectivePriority(state, view),
    base: ownPriority(state, view),
    has: state.has,
    sticky: handingOver ? state.byOrder : state.sticky,
    frozen: state.frozen,
    overlap: handingOver ? state.overlapping : view.policy.overlapAllowed,
    checksOnly: isOnlyUnhealthy(state, view),
    heir: state.heir,
    holder: holder?.number ?? 0,
    holderRole: holder?.role ?? 'init',
    holderPriority: holder?.priority ?? 0,
    freezeCounter: state.freezeCounter,
    epoch: speaksOfClaim ? state.epoch : state.epochSeen,
  };
}

function recordsFor(node: NodeState, link: Link, views: Views, limit: number): readonly GroupRecord[] {
  const groups = node.policy.groups;
  // By round, not by frame: each path alone must show every group.
  const start = groups.length > limit ? (link.rounds * limit) % groups.length : 0;
  const turn = [...groups.slice(start), ...groups.slice(0, start)].slice(0, limit);
  return turn.map(({ id }) => recordOf(id, node.groups.get(id)!, views(id), link.number));
}

function recordsOf(node: NodeState, link: Link, kind: FrameKind, views: Views): readonly GroupRecord[] {
  const limit = kind.answerTo === undefined ? GROUPS_PER_FRAME : GROUPS_PER_HELLO_ANSWER;
  return recordsFor(node, link, views, limit);
}

/**
 * The next beat to a peer while nothing has changed since the groups' rules were last asked: what the last one said is
 * said again. The records are kept until they are asked again.
 */
export function composeSameBeat(
  node: NodeState,
  link: Link,
  path: number,
  now: MonoMs,
  probe: boolean,
): NodeEffect {
  if (node.policy.groups.length > GROUPS_PER_FRAME) return composeFrame(node, link, path, now, { probe });
  let records = node.recordsSaid.get(link.number);
  if (records === undefined) {
    records = recordsOf(node, link, {}, viewsAt(node, now));
    node.recordsSaid.set(link.number, records);
  }
  return frameOf(node, link, path, now, { probe }, () => records);
}

/** One frame to one peer over one path, with a number of its own; remembered so that its acknowledgement is known. */
export function composeFrame(
  node: NodeState,
  link: Link,
  path: number,
  now: MonoMs,
  kind: FrameKind = {},
  views?: Views,
): NodeEffect {
  return frameOf(node, link, path, now, kind, () => recordsOf(node, link, kind, views ?? viewsAt(node, now)));
}

function frameOf(
  node: NodeState,
  link: Link,
  path: number,
  now: MonoMs,
  kind: FrameKind,
  records: () => readonly GroupRecord[],
): NodeEffect {
  const { tx, rx } = link;
  tx.seq += 1;
  noteSent(tx.ring, tx.seq, now, path);
  link.sentSinceHeard += 1;
  const over = link.paths[path]!;
  over.sent += 1;
  // The answer to a hello goes to whoever asked, who may be replaying it: it is no measure of what this way carries.
  if (kind.answerTo === undefined) {
    over.unacked += 1;
    over.unackedSince ??= now;
  }
  const heard = kind.answerTo === undefined && rx !== undefined && rx.newest > 0;
  const acked = heard ? bitmapBelow(rx.window, rx.newest) : { low: 0, high: 0 };
  const body: Body = {
    // Also while the peer has not opened our session: two that start anew at the same moment would else each take the
    // other's old session for the open one, and neither would ever ask.
    hello: rx === undefined || !tx.everAcked,
    probe: kind.probe ?? false,
    answer: (kind.answer ?? false) || kind.answerTo !== undefined,
    hearsYou: link.alive,
    canReceive: canReceive(node, now),
    versionMax: 1,
    path: over.theirs,
    intervalUs: Math.round(node.policy.intervalMs * 1_000),
    timeoutUs: Math.round(node.policy.timeoutMs * 1_000),
    session: tx.session,
    seq: tx.seq,
    sentUs: Math.max(0, Math.round((now - tx.startedAt) * 1_000)),
    ack: kind.answerTo?.seq ?? (heard ? rx.newest : 0),
    echo: kind.answerTo?.echo ?? (heard ? rx.newestEcho : NO_ECHO),
    // Rounded down: a delay that is said too long would make our clock look further ahead than it is.
    ackDelayUs: heard ? Math.max(0, Math.floor((now - rx.newestAt) * 1_000)) : 0,
    ackedLow: acked.low,
    ackedHigh: acked.high,
    yourKey: node.policy.peers.find(({ number }) => number === link.number)!.newestKey,
    digest: node.policy.digest,
    promiseMs: promisedMs(node),
    groupsInAll: node.policy.groups.length,
    groups: records(),
    // Not in the answer to a hello, which must not be longer than its question.
    asksFor: kind.answerTo === undefined ? asksFor(node, now) : [],
    configParts: drifts(node, link) && kind.answerTo === undefined ? node.policy.partDigests : [],
  };
  return { kind: 'send', peer: link.number, path, body };
}

const drifts = ({ policy }: NodeState, { digest }: Link): boolean =>
  digest !== '' && digest !== policy.digest;

/** Everything whose change must be heard at once: roles, heirs, VIPs, priorities, who is alive and who holds. */
export function sayable(node: NodeState, views: Views, now: MonoMs): string {
  const parts = node.links.map((link) => `${link.number}${link.alive ? '+' : '-'}`);
  for (const { id } of node.policy.groups) {
    const { role, priority, base, has, sticky, frozen, overlap, checksOnly, heir, freezeCounter, ...other } =
      recordOf(id, node.groups.get(id)!, views(id), 0);
    // All but the epoch, which changes only with the role. Written out: this runs in every callback.
    parts.push(
      `${role} ${priority} ${base} ${has} ${sticky} ${frozen} ${overlap} ${checksOnly} ${heir} ${freezeCounter}`,
      `${other.holder} ${other.holderRole} ${other.holderPriority}`,
    );
  }
  parts.push(`${promisedMs(node)} ${asksFor(node, now).join()}`);
  return parts.join(' ');
}

export const isHeardBothWays = (node: NodeState, link: Link, now: MonoMs): boolean =>
  isTwoWay(link, now, node.policy);
