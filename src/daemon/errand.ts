import type { GroupState, GroupView, PeerView } from '../core/group/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { NodeState } from '../core/node/state.ts';
import type { Errand } from '../core/ports.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { MonoMs, NodeName } from '../core/units.ts';

/** What an operator's program is told of a group at this moment. */
export function errandOf(
  group: GroupSettings,
  { node, self, now }: { node: NodeState | undefined; self: NodeName; now: MonoMs },
): Errand {
  const state = node?.groups.get(group.id);
  // Before the start is complete, and for a group that has left the config.
  if (node === undefined || state === undefined)
    return { group: group.name, node: self, epoch: 0, role: 'init', peer: '', cause: '' };
  const view = viewOf(node, group.id, now);
  return {
    group: group.name,
    node: self,
    epoch: Math.max(state.epoch, state.epochSeen),
    role: state.role,
    peer: counterpart(state, view),
    cause: state.cause,
  };
}

/** Who gets it from us, or who had it before us: the heir, else the peer that last said that it had it. */
function counterpart(state: GroupState, { names, peers }: GroupView): NodeName | '' {
  if (state.heir !== 0) return names[state.heir - 1] ?? '';
  const having = peers.filter(hadIt).toSorted((a, b) => (b.record?.epoch ?? 0) - (a.record?.epoch ?? 0));
  if (having[0] !== undefined) return having[0].name;
  return peers.length === 1 ? peers[0]!.name : '';
}

const hadIt = ({ record, unprovenActive }: PeerView): boolean =>
  unprovenActive || record?.has === true || record?.role === 'active' || record?.role === 'releasing';
