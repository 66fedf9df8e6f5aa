import type { CarpSettings, VhostSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import { adapterOf } from './adapter-of.ts';
import { peersOf } from './carp-peers.ts';
import type { VhostShape } from './carp-shape.ts';
import { interfacesOn } from './parts.ts';
import type { GroupShape, NodeShape } from './schema.ts';

type Nodes = ReadonlyMap<string, NodeShape | undefined>;

/** The `carp` of a group without errors, in the words of core/settings.ts. */
export function carpOf(group: GroupShape, shapes: Nodes): CarpSettings | undefined {
  const { carp } = group;
  if (carp === undefined) return undefined;
  return {
    ...vhostOf(carp, group, shapes),
    advbaseSeconds: carp.advbase,
    passwordFile: carp.password_file ?? '',
  };
}

/** That of the group, or of one of its VIPs. */
export function vhostOf(carp: VhostShape, group: GroupShape, shapes: Nodes): VhostSettings {
  const nodes = [...shapes.keys()].filter((node) => adapterOf(group, node) === 'carp');
  return {
    vhid: carp.vhid,
    interfaces: interfacesOn(nodes, carp.interface) as Map<NodeName, string>,
    peers: carp.unicast === false ? new Map() : othersOf(peersOf(carp.unicast, nodes, shapes).own),
  };
}

/** By node, the address of the other one. */
function othersOf(own: ReadonlyMap<string, { readonly text: string }>): Map<NodeName, string> {
  const [one, other] = [...own];
  if (one === undefined || other === undefined) return new Map();
  return new Map([
    [one[0] as NodeName, other[1].text],
    [other[0] as NodeName, one[1].text],
  ]);
}
