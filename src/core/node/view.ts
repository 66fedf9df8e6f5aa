import { GROUPS_PER_FRAME, type GroupRecord } from '../frame.ts';
import type { GroupView, PeerView } from '../group/state.ts';
import { isProvenDeaf, isTwoWay, longestRttMs, timeoutFor, type Link } from '../peer/link.ts';
import { lateAt } from '../peer/suspicion.ts';
import { saysActiveUnproven, unprovenUntil } from '../peer/unproven.ts';
import { CONFIG_PARTS } from '../settings.ts';
import type { GroupId, MonoMs, WallMs } from '../units.ts';
import { asksOf, isMute } from './drill.ts';
import type { NodePolicy, NodeState } from './state.ts';

export interface Moment {
  readonly stalledMs: number;
  readonly healed: boolean;
  readonly beatDue: boolean;
  readonly isTimer: boolean;
}
const QUIET: Moment = { stalledMs: 0, healed: false, beatDue: false, isTimer: false };

/** The shell looks at the counters twice a second, and a verdict may come a little after its deadline. */
const RECEPTION_SLACK_MS = 750;

/**
 * Proof of hearing: something was received within the longest timeout of a peer, at least 2 s. The last frame of the very
 * peer that is about to be called dead counts: on a quiet network it is all that a standby hears, because the clients
 * speak to the holder, and asking for more would keep a group without service until some client asks for the address.
 */
export const canReceive = (node: NodeState, now: MonoMs): boolean => {
  const longest = node.links.reduce((ms, link) => Math.max(ms, timeoutFor(link, node.policy)), 2_000);
  return now - node.receivedAt <= longest + RECEPTION_SLACK_MS;
};

/** The earliest moment at which a view of now differs although nothing is received; `now` when that cannot be said. */
export function viewsChangeAt(node: NodeState, now: MonoMs): MonoMs {
  let next = Number.POSITIVE_INFINITY;
  for (const link of node.links) {
    if (link.unproven !== undefined) {
      const until = unprovenUntil(link.unproven, node.policy);
      if (until > now) next = Math.min(next, until);
    }
    const awayUntil = link.promise?.until;
    if (awayUntil !== undefined && awayUntil > now) next = Math.min(next, awayUntil);
    if (!link.alive) continue;
    // Each further frame of one that cannot hear us, or that was not asked since our stall, is a step towards a verdict.
    const asked = (link.freshAt ?? 0) > node.stalledAt && (link.ackedTx ?? 0) > node.stalledAt;
    if (!link.saysHearsUs || !asked) return now;
    next = Math.min(next, (link.ackedTx ?? now) + timeoutFor(link, node.policy));
    const pendingUntil = (link.openedAt.at(-1) ?? now) + pendingMs(node, link);
    if (pendingUntil > now) next = Math.min(next, pendingUntil);
  }
  if (canReceive(node, now)) next = Math.min(next, node.receivedAt + node.policy.timeoutMs);
  return Math.max(next, now) as MonoMs;
}

export function noteReceived(node: NodeState, now: MonoMs): void {
  if (!canReceive(node, now)) node.hearingSince = now;
  node.receivedAt = now;
}

/** How long after a session was opened a group may still not have come round: with many groups, a turn takes several beats. */
function pendingMs(node: NodeState, link: Link): number {
  const beats = Math.ceil(node.policy.groups.length / GROUPS_PER_FRAME) + 1;
  return Math.max(node.policy.timeoutMs, beats * (link.intervalMs ?? node.policy.intervalMs));
}

/** Each group's view of one and the same moment. Good until a link changes. */
export type Views = (id: GroupId) => GroupView;

/** What the groups' machines are told at this moment: what is known of the peers is looked up once for all groups. */
export function viewsAt(node: NodeState, now: MonoMs, moment: Moment = QUIET): Views {
  const { self, names } = node.policy;
  const common = {
    now,
    wall: (now + node.wallMinusMono) as WallMs,
    self,
    names,
    canReceive: canReceive(node, now),
    receivedAt: node.receivedAt,
    hearingSince: node.hearingSince,
    draining: node.drainUntil !== undefined,
    playingDead: isMute(node),
    stalledAt: node.stalledAt,
    ...moment,
  };
  const peers = node.links.map((link) => {
    const openedAt = link.openedAt.at(-1);
    return {
      number: link.number,
      name: link.name,
      alive: link.alive,
      twoWay: isTwoWay(link, now, node.policy),
      deaf: isProvenDeaf(link, now, node.policy),
      freshAt: link.freshAt,
      ackedTx: link.ackedTx,
      lateMs: lateAt(link, node.policy) - (link.freshAt ?? link.heardSince),
      itsTimeoutMs: link.timeoutMs ?? node.policy.timeoutMs,
      rttMs: longestRttMs(link),
      awayUntil: link.alive ? undefined : link.promise?.until,
      pending: openedAt !== undefined && now - openedAt < pendingMs(node, link),
    };
  });
  const made = new Map<GroupId, GroupView>();
  return (id) => {
    let view = made.get(id);
    if (view !== undefined) return view;
    const { basePriority, policy } = node.policy.groups.find((group) => group.id === id)!;
    view = {
      ...common,
      basePriority,
      policy,
      peers: node.links.map((link, index): PeerView => ({
        ...peers[index]!,
        record: understood(link, link.groups.get(id)?.record, node.policy),
        asksForIt: link.alive && asksOf(link, id),
        unprovenActive: saysActiveUnproven(link, id, now, node.policy),
      })),
    };
    made.set(id, view);
    return view;
  };
}

const NODES_PART = CONFIG_PARTS.indexOf('nodes');

/**
 * Frames name nodes by their place in the list of names. A peer that is known to have another list means somebody else by a
 * number: what it says of others is left out until the lists are the same again, what it says of itself stands.
 */
function understood(
  { digest, configParts }: Link,
  record: GroupRecord | undefined,
  policy: NodePolicy,
): GroupRecord | undefined {
  const theirs = digest === policy.digest ? undefined : configParts[NODES_PART];
  if (record === undefined || theirs === undefined || theirs === policy.partDigests[NODES_PART])
    return record;
  return { ...record, heir: 0, holder: 0, holderRole: 'init', holderPriority: 0 };
}

/** What one group's machine is told at this moment. */
export const viewOf = (node: NodeState, id: GroupId, now: MonoMs, moment: Moment = QUIET): GroupView =>
  viewsAt(node, now, moment)(id);
