import type { NodeState } from '../core/node/state.ts';
import type { Settings } from '../core/settings.ts';

const NAMED_MAX = 5;

/** The state in one line, as `systemctl status` shows it: "active in web; standby in db; 1 of 1 peers heard". */
export function statusLine(node: NodeState, { groups }: Pick<Settings, 'groups'>): string {
  const inRole = (role: string): readonly string[] =>
    groups.filter(({ id }) => node.groups.get(id)?.role === role).map(({ name }) => name);
  const drained = groups.filter(({ id }) => node.groups.get(id)?.drained === true).map(({ name }) => name);
  const parts = [
    ...(['active', 'claiming', 'releasing', 'standby', 'init'] as const).map((role) => ({
      word: role === 'init' ? 'starting' : role,
      names: inRole(role),
    })),
    { word: 'drained', names: drained },
  ]
    .filter(({ names }) => names.length > 0)
    .map(
      ({ word, names }) =>
        `${word} in ${names.length > NAMED_MAX ? `${names.length} groups` : names.join(', ')}`,
    );
  const heard = node.links.filter(({ alive }) => alive).length;
  return [...parts, `${heard} of ${node.links.length} peers heard`].join('; ');
}
