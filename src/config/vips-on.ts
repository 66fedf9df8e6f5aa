import type { Vip } from '../core/ports.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';

/**
 * A group's addresses as this node would hold them. Empty when one of them has no interface here: a group moves as a
 * whole, so such a node can't hold it.
 */
export function vipsOn({ vips }: GroupSettings, node: NodeName): readonly Vip[] {
  const here = vips.flatMap(({ address, family, prefixLength, label, interfaces }): Vip[] => {
    const link = interfaces.get(node);
    return link === undefined ? [] : [{ address, family, prefixLength, link, label }];
  });
  return here.length === vips.length ? here : [];
}
