import { adapterOf } from './adapter-of.ts';
import type { VhostShape } from './carp-shape.ts';
import { vipsOf, type PlacedVip } from './group-rules.ts';
import { interfacesOn, type Parts } from './parts.ts';
import type { GroupShape } from './schema.ts';
import type { YamlPath } from './yaml-source.ts';

/** A virtual host that the file speaks of, with the nodes that use CARP for it, and where its addresses are there. */
export interface Vhost {
  /** Of the group. */
  readonly name: string;
  /** Whose it is, for others. */
  readonly owner: string;
  readonly path: YamlPath;
  /** Where the file names the interface of its addresses. */
  readonly interfacePath: YamlPath;
  readonly carp: VhostShape;
  readonly addresses: readonly PlacedVip['vip']['address'][];
  readonly nodes: readonly string[];
  /** By node, the interfaces of its addresses. */
  readonly links: ReadonlyMap<string, ReadonlySet<string>>;
  /** By node, its carp interface. */
  readonly interfaces: ReadonlyMap<string, string>;
}

export const carpNodes = (parts: Parts, group: GroupShape): readonly string[] =>
  [...parts.nodes.keys()].filter((node) => adapterOf(group, node) === 'carp');

const textOfNumbers = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

/** That of the group first, then those that VIPs bring along; VIPs that say the same share one. */
export function vhostsOf(parts: Parts, name: string, group: GroupShape): readonly Vhost[] {
  if (group.carp === undefined) return [];
  const vips = vipsOf(name, group);
  const nodes = carpNodes(parts, group);
  const about = { name, nodes };
  const shared = {
    ...{
      owner: `group ${name}`,
      path: ['groups', name, 'carp'],
      interfacePath: ['groups', name, 'interface'],
    },
    carp: group.carp,
    vips: vips.filter(({ carp }) => carp === undefined),
  };
  const same = Map.groupBy(
    vips.filter(({ carp }) => carp !== undefined),
    ({ carp }) => JSON.stringify([carp?.vhid, carp?.interface, carp?.unicast], textOfNumbers),
  );
  const own = [...same.values()].map((those) => {
    const { vip, path, interfacePath, carp } = those[0]!;
    const owner = `${vip.address.text} of group ${name}`;
    return { owner, path: [...path, 'carp'], interfacePath, carp: carp!, vips: those };
  });
  return [shared, ...own].map(({ vips: those, ...one }) => ({
    ...{ ...about, ...one },
    addresses: those.map(({ vip }) => vip.address),
    links: linksOf(those, nodes),
    interfaces: interfacesOn(nodes, one.carp.interface),
  }));
}

function linksOf(vips: readonly PlacedVip[], nodes: readonly string[]): Map<string, Set<string>> {
  const perVip = vips.map(({ interfaces }) => interfacesOn(nodes, interfaces));
  const links = nodes.map((node) => {
    const names = perVip.map((byNode) => byNode.get(node)).filter((link) => link !== undefined);
    return [node, new Set(names)] as const;
  });
  return new Map(links);
}

/** Nodes on which two have addresses on the same interface, with that interface. */
export function sharedLinks(
  one: Vhost,
  other: Vhost,
): readonly { readonly node: string; readonly link: string }[] {
  return [...one.links].flatMap(([node, on]) =>
    [...on].filter((link) => other.links.get(node)?.has(link)).map((link) => ({ node, link })),
  );
}
