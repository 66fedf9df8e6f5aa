import type { GroupView, PeerView } from '../group/state.ts';
import { isProvenDeaf, isTwoWay } from '../peer/link.ts';
import { saysActiveUnproven } from '../peer/unproven.ts';
import type { GroupId, MonoMs, WallMs } from '../units.ts';
import type { NodeState } from './state.ts';

export interface Moment {
  readonly stalledMs: number;
  readonly healed: boolean;
  readonly beatDue: boolean;
}
const QUIET: Moment = { stalledMs: 0, healed: false, beatDue: false };

/**
 * Proof of hearing: something was received within half a timeout, but at least a second. Half, so that the last frame of
 * the very peer that is about to be called dead is no proof (a receive-dead interface at a standby looks just like that).
 */
export const canReceive = (node: NodeState, now: MonoMs): boolean =>
  now - node.receivedAt <= Math.max(node.policy.timeoutMs / 2, 1_000);

export function noteReceived(node: NodeState, now: MonoMs): void {
  if (!canReceive(node, now)) node.hearingSince = now;
  node.receivedAt = now;
}

/** What one group's machine is told at this moment. */
export function viewOf(node: NodeState, id: GroupId, now: MonoMs, moment: Moment = QUIET): GroupView {
  const config = node.policy.groups.find((group) => group.id === id)!;
  const peers = node.links.map((link): PeerView => {
    const openedAt = link.openedAt.at(-1);
    return {
      number: link.number,
      name: link.name,
      alive: link.alive,
      twoWay: isTwoWay(link, now, node.policy),
      deaf: isProvenDeaf(link, now, node.policy),
      freshAt: link.freshAt,
      ackedTx: link.ackedTx,
      record: link.groups.get(id)?.record,
      pending: openedAt !== undefined && now - openedAt < node.policy.timeoutMs,
      unprovenActive: saysActiveUnproven(link, id, now, node.policy),
    };
  });
  return {
    now,
    wall: (now + node.wallMinusMono) as WallMs,
    self: node.policy.self,
    names: node.policy.names,
    peers,
    basePriority: config.basePriority,
    policy: config.policy,
    canReceive: canReceive(node, now),
    hearingSince: node.hearingSince,
    draining: node.drainUntil !== undefined,
    ...moment,
  };
}
