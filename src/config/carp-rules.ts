import { adapterOf } from './adapter-of.ts';
import { peersOf } from './carp-peers.ts';
import { VHID_MAX, type CarpShape } from './carp-shape.ts';
import { unknownNodes, vipsOf } from './group-rules.ts';
import { interfacesOn, type Parts } from './parts.ts';
import type { GroupShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

const CARP_INTERFACE = /^carp\d{1,5}$/;

/** What the shape of `carp` can't say. */
export function carpFindings(parts: Parts): readonly Finding[] {
  const groups = [...parts.groups].flatMap(([name, group]) => (group ? [placed(parts, name, group)] : []));
  const known = groups.flatMap(({ carp, ...rest }) => (carp ? [{ ...rest, carp }] : []));
  return [
    ...groups.flatMap(wantedAndThere),
    ...known.flatMap((one) => [
      ...unknownNodes(parts, [...one.path, 'interface'], one.carp.interface),
      ...interfaceNames(one),
      ...carpOnCarp(one),
      ...oneLinkEach(one),
      ...withoutPassword(one),
      ...unicastFindings(parts, one),
    ]),
    ...vhidsTwice(known),
    ...interfacesTwice(known),
  ];
}

/** A group with the nodes that use CARP for it, and where it has its addresses there. */
interface Placed {
  readonly name: string;
  readonly path: YamlPath;
  readonly group: GroupShape;
  readonly carp: CarpShape | undefined;
  readonly nodes: readonly string[];
  /** By node, the interfaces of its addresses. */
  readonly links: ReadonlyMap<string, ReadonlySet<string>>;
  /** By node, its carp interface. */
  readonly interfaces: ReadonlyMap<string, string>;
}
type WithCarp = Placed & { readonly carp: CarpShape };

function placed(parts: Parts, name: string, group: GroupShape): Placed {
  const nodes = [...parts.nodes.keys()].filter((node) => adapterOf(group, node) === 'carp');
  const perVip = vipsOf(name, group).map(({ interfaces }) => interfacesOn(nodes, interfaces));
  const links = nodes.map((node) => {
    const names = perVip.map((byNode) => byNode.get(node)).filter((link) => link !== undefined);
    return [node, new Set(names)] as const;
  });
  return {
    name,
    path: ['groups', name, 'carp'],
    group,
    carp: group.carp,
    nodes,
    links: new Map(links),
    interfaces: interfacesOn(nodes, group.carp?.interface),
  };
}

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });

function wantedAndThere({ name, path, carp, nodes }: Placed): readonly Finding[] {
  if (nodes.length > 0 && carp === undefined) {
    const text = `is carp on ${nodes.join(', ')}, and there is no "carp" beside it; write for instance carp: { vhid: 1 }`;
    return [error(['groups', name, 'adapter'], text)];
  }
  if (nodes.length > 0 || carp === undefined) return [];
  return [
    { ...error(path, 'is used by no node; write "adapter: carp" beside it, or remove it'), atKey: true },
  ];
}

function interfaceNames({ path, carp, interfaces }: WithCarp): readonly Finding[] {
  const wrong = [...new Set(interfaces.values())].filter((name) => !CARP_INTERFACE.test(name));
  return wrong.map((name) =>
    error(
      whereIn([...path, 'interface'], carp.interface, interfaces, name),
      `"${name}" is not a carp interface; write for instance carp0, and leave ${name} at the "interface" of the group`,
    ),
  );
}

/** The place for it is the section: ifconfig would be asked to put a carp interface on a carp interface. */
function carpOnCarp({ name, carp, links }: WithCarp): readonly Finding[] {
  const wrong = [...new Set([...links.values()].flatMap((on) => [...on]))].filter((link) =>
    CARP_INTERFACE.test(link),
  );
  const remedy =
    carp.interface === undefined ? (link: string) => `, and ${link} in the carp section` : () => '';
  return wrong.map((link) =>
    error(
      ['groups', name, 'interface'],
      `${link} is a carp interface; write the network card that it is on here${remedy(link)}`,
    ),
  );
}

/** One carp interface belongs to one physical interface; FreeBSD, which has none, may have a vhid on several. */
function oneLinkEach({ path, carp, links, interfaces }: WithCarp): readonly Finding[] {
  const split = [...interfaces].filter(([node]) => (links.get(node)?.size ?? 0) > 1);
  return split.slice(0, 1).map(([node, name]) => {
    const on = [...links.get(node)!].join(' and ');
    const text = `${name} belongs to one interface, but on ${node} the addresses are on ${on}; make a group for each, with a carp interface of its own`;
    return error(whereIn([...path, 'interface'], carp.interface, interfaces, name), text);
  });
}

function vhidsTwice(groups: readonly WithCarp[]): readonly Finding[] {
  return usedTwice(groups, ({ links, carp }) =>
    [...links].flatMap(([node, on]) =>
      [...on].map((link) => ({ key: `${node} ${link} ${carp.vhid}`, node, link })),
    ),
  ).map(({ one, other, use: { node, link } }) => {
    const used = new Set(
      groups.filter((group) => group.links.get(node)?.has(link)).map(({ carp }) => carp.vhid),
    );
    const free = Array.from({ length: VHID_MAX }, (_, index) => index + 1).find((vhid) => !used.has(vhid));
    const instead = free === undefined ? '' : `; write for instance ${free}`;
    return error(
      [...one.path, 'vhid'],
      `${one.carp.vhid} is the vhid of group ${other.name} too, on ${link} of ${node}; every group on a network needs its own${instead}`,
    );
  });
}

function interfacesTwice(groups: readonly WithCarp[]): readonly Finding[] {
  return usedTwice(groups, ({ interfaces }) =>
    [...interfaces].map(([node, name]) => ({ key: `${node} ${name}`, node, name })),
  ).map(({ one, other, use: { node, name } }) =>
    error(
      whereIn([...one.path, 'interface'], one.carp.interface, one.interfaces, name),
      `${name} is the carp interface of group ${other.name} too, on ${node}; every group needs its own`,
    ),
  );
}

/** Each group that uses what an earlier one uses, once. */
function usedTwice<Use extends { readonly key: string }>(
  groups: readonly WithCarp[],
  usesOf: (group: WithCarp) => readonly Use[],
): readonly { readonly one: WithCarp; readonly other: WithCarp; readonly use: Use }[] {
  const users = new Map<string, WithCarp>();
  return groups.flatMap((one) => {
    const uses = usesOf(one);
    const use = uses.find(({ key }) => users.has(key));
    const other = use && users.get(use.key);
    for (const { key } of uses) if (!users.has(key)) users.set(key, one);
    return use && other ? [{ one, other, use }] : [];
  });
}

function withoutPassword({ path, carp }: WithCarp): readonly Finding[] {
  if (carp.password_file !== undefined) return [];
  const text = `has no password_file, so that any host on the network can speak for vhid ${carp.vhid}`;
  return [{ severity: 'note', path, atKey: true, text }];
}

function unicastFindings(parts: Parts, { path, carp, group, nodes, name }: WithCarp): readonly Finding[] {
  if (carp.unicast === false || nodes.length === 0) return [];
  const at = [...path, 'unicast'];
  const strangers = unknownNodes(parts, at, carp.unicast);
  if (strangers.length > 0) return strangers;
  if (nodes.length !== 2) {
    const text = `reaches one other node, but ${nodes.length === 1 ? `only ${nodes[0]} uses` : `${nodes.length} nodes use`} CARP here; leave it out, and advertisements are multicast`;
    return [error(at, text)];
  }
  const { problems } = peersOf(carp.unicast, nodes, parts.nodes);
  if (problems.length > 0)
    return problems.map(({ node, text }) => error(placeOf(at, carp.unicast, node), text));
  return wrongAddresses(parts, { at, carp, nodes, vips: vipsOf(name, group).map(({ vip }) => vip.address) });
}

function wrongAddresses(
  parts: Parts,
  {
    at,
    carp,
    nodes,
    vips,
  }: { at: YamlPath; carp: CarpShape; nodes: readonly string[]; vips: readonly Address[] },
): readonly Finding[] {
  return [...peersOf(carp.unicast, nodes, parts.nodes).own].flatMap(([node, { text, family }]) => {
    const place = placeOf(at, carp.unicast, node);
    if (vips.some((vip) => vip.text === text))
      return [
        error(place, `${text} is a virtual address of this group; name one that ${node} has for itself`),
      ];
    if (vips.some((vip) => vip.family === family)) return [];
    const why = `${text} is an IPv${family} address, and CARP speaks only in the families of the virtual addresses; write an IPv${vips[0]?.family ?? 4} address of ${node}`;
    return [error(place, why)];
  });
}

type Address = { readonly text: string; readonly family: 4 | 6 };

const placeOf = (at: YamlPath, written: unknown, node: string): YamlPath =>
  typeof written === 'object' && written !== null && Object.hasOwn(written, node) ? [...at, node] : at;

/** The entry of the first node that has this value, where it is written per node. */
function whereIn(
  path: YamlPath,
  written: CarpShape['interface'],
  byNode: ReadonlyMap<string, string>,
  value: string,
): YamlPath {
  const node = [...byNode].find(([, name]) => name === value)?.[0];
  return node === undefined ? path : placeOf(path, written, node);
}
