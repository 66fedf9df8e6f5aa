import { seconds } from '../core/group/moves.ts';
import type { NodeState } from '../core/node/state.ts';
import type { Link } from '../core/peer/link.ts';
import type { GroupId, MonoMs } from '../core/units.ts';

/** What this node knows of the others, a line each: whoever reads a mail wants to know who is left. */
export const nodeLines = (node: NodeState, group: GroupId, now: MonoMs): readonly string[] =>
  node.links.map((link) => `${link.name}: ${stateOf(link, group, now)}`);

function stateOf({ alive, freshAt, groups }: Link, group: GroupId, now: MonoMs): string {
  const heard = freshAt === undefined ? 'never heard' : `last heard ${seconds(now - freshAt)} ago`;
  if (!alive) return `silent, ${heard}`;
  const record = groups.get(group)?.record;
  if (record === undefined) return 'alive';
  return `alive, ${record.role}${record.priority === 0 ? ', cannot hold it' : ''}`;
}
