import type { GroupSettings, VhostSettings } from '../../core/settings.ts';
import type { NodeName } from '../../core/units.ts';

/** A virtual host as one node has it. */
export interface VhostHere {
  readonly vhid: number;
  /** OpenBSD and NetBSD; undefined where the config names none for this node. */
  readonly bearer: string | undefined;
  /** Whom it advertises to; empty for everybody. */
  readonly peer: string;
}

export const vhostHere = ({ vhid, interfaces, peers }: VhostSettings, node: NodeName): VhostHere => ({
  ...{ vhid, bearer: interfaces.get(node) },
  peer: peers.get(node) ?? '',
});

/** By interface of this node, those that VIPs bring along; all other interfaces have that of the group. */
export function ownVhosts({ vips }: Pick<GroupSettings, 'vips'>, node: NodeName): Map<string, VhostHere> {
  const own = vips.flatMap(({ interfaces, carp }) => {
    const link = interfaces.get(node);
    return link === undefined || carp === undefined ? [] : [[link, vhostHere(carp, node)] as const];
  });
  return new Map(own);
}
