import { placeOf, unicastFindings } from './carp-unicast-rules.ts';
import { VHID_MAX, type VhostShape } from './carp-shape.ts';
import { carpNodes, sharedLinks, vhostsOf, type Vhost } from './carp-vhosts.ts';
import { unknownNodes, vipsOf } from './group-rules.ts';
import type { Parts } from './parts.ts';
import type { GroupShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

const CARP_INTERFACE = /^carp\d{1,5}$/;

/** What the shapes of `carp` can't say. */
export function carpFindings(parts: Parts): readonly Finding[] {
  const groups = [...parts.groups].flatMap(([name, group]) => (group ? [{ name, group }] : []));
  const vhosts = groups.flatMap(({ name, group }) => vhostsOf(parts, name, group));
  return [
    ...groups.flatMap((one) => wantedAndThere(parts, one)),
    ...vhosts.flatMap((one) => [
      ...unknownNodes(parts, [...one.path, 'interface'], one.carp.interface),
      ...interfaceNames(one),
      ...carpOnCarp(one),
      ...oneLinkEach(one),
      ...unicastFindings(parts, one),
    ]),
    ...groups.flatMap(withoutPassword),
    ...oneOnEachLink(vhosts),
    ...vhidsTwice(vhosts),
    ...interfacesTwice(vhosts),
  ];
}

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });

interface Named {
  readonly name: string;
  readonly group: GroupShape;
}

function wantedAndThere(parts: Parts, { name, group }: Named): readonly Finding[] {
  const nodes = carpNodes(parts, group);
  const own = vipsOf(name, group).find(({ carp }) => carp !== undefined);
  if (group.carp !== undefined && nodes.length > 0) return [];
  if (nodes.length > 0) {
    const text = `is carp on ${nodes.join(', ')}, and there is no "carp" beside it; write for instance carp: { vhid: 1 }`;
    return [error(['groups', name, 'adapter'], text)];
  }
  const paths = [
    ...(group.carp === undefined ? [] : [['groups', name, 'carp']]),
    ...(own === undefined ? [] : [[...own.path, 'carp']]),
  ];
  const unused = 'is used by no node; write "adapter: carp" beside it, or remove it';
  return paths.map((path) => ({ ...error(path, unused), atKey: true }));
}

function interfaceNames({ path, carp, interfaces }: Vhost): readonly Finding[] {
  const wrong = [...new Set(interfaces.values())].filter((name) => !CARP_INTERFACE.test(name));
  return wrong.map((name) =>
    error(
      whereIn([...path, 'interface'], carp.interface, interfaces, name),
      `"${name}" is not a carp interface; write for instance carp0, and leave ${name} at the "interface" of the group`,
    ),
  );
}

/** The place for it is the section: ifconfig would be asked to put a carp interface on a carp interface. */
function carpOnCarp({ interfacePath, carp, links }: Vhost): readonly Finding[] {
  const wrong = [...new Set([...links.values()].flatMap((on) => [...on]))].filter((link) =>
    CARP_INTERFACE.test(link),
  );
  const remedy =
    carp.interface === undefined ? (link: string) => `, and ${link} in the carp section` : () => '';
  return wrong.map((link) =>
    error(
      interfacePath,
      `${link} is a carp interface; write the network card that it is on here${remedy(link)}`,
    ),
  );
}

/** One carp interface belongs to one physical interface; FreeBSD, which has none, may have a vhid on several. */
function oneLinkEach({ path, carp, links, interfaces }: Vhost): readonly Finding[] {
  const split = [...interfaces].filter(([node]) => (links.get(node)?.size ?? 0) > 1);
  return split.slice(0, 1).map(([node, name]) => {
    const on = [...links.get(node)!];
    const instead = `carp: { vhid: ${(carp.vhid % VHID_MAX) + 1}, interface: carp${Number(name.slice(4)) + 1} }`;
    const text = `${name} belongs to one interface, but on ${node} the addresses are on ${on.join(' and ')}; write one of its own at each address on ${on.at(-1)}, for instance ${instead}`;
    return error(whereIn([...path, 'interface'], carp.interface, interfaces, name), text);
  });
}

/** The addresses of a group on one interface are taken and left together, as one virtual host. */
function oneOnEachLink(vhosts: readonly Vhost[]): readonly Finding[] {
  return vhosts.flatMap((one, place) => {
    const other = vhosts.slice(0, place).find((before) => before.name === one.name && isOtherOn(before, one));
    if (other === undefined) return [];
    const [{ link, node } = { link: '', node: '' }] = sharedLinks(one, other);
    const text = `is another than that of ${other.owner}, and both are on ${link} of ${node}; addresses of a group on one interface are one virtual host: write the same, or make a group for each`;
    return [error(one.path, text)];
  });
}

const isOtherOn = (one: Vhost, other: Vhost): boolean =>
  sharedLinks(one, other).some(
    ({ node }) =>
      one.carp.vhid !== other.carp.vhid || one.interfaces.get(node) !== other.interfaces.get(node),
  );

function vhidsTwice(groups: readonly Vhost[]): readonly Finding[] {
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
      `${one.carp.vhid} is the vhid of ${other.owner} too, on ${link} of ${node}; every group on a network needs its own${instead}`,
    );
  });
}

function interfacesTwice(groups: readonly Vhost[]): readonly Finding[] {
  return usedTwice(groups, ({ interfaces }) =>
    [...interfaces].map(([node, name]) => ({ key: `${node} ${name}`, node, name })),
  ).map(({ one, other, use: { node, name } }) =>
    error(
      whereIn([...one.path, 'interface'], one.carp.interface, one.interfaces, name),
      `${name} is the carp interface of ${other.owner} too, on ${node}; every virtual host needs its own`,
    ),
  );
}

/** Each that uses what an earlier one uses, once; two of a group on the same interface are another matter. */
function usedTwice<Use extends { readonly key: string }>(
  groups: readonly Vhost[],
  usesOf: (group: Vhost) => readonly Use[],
): readonly { readonly one: Vhost; readonly other: Vhost; readonly use: Use }[] {
  const users = new Map<string, Vhost>();
  return groups.flatMap((one) => {
    const uses = usesOf(one);
    const use = uses.find(({ key }) => users.has(key));
    const other = use && users.get(use.key);
    for (const { key } of uses) if (!users.has(key)) users.set(key, one);
    if (use === undefined || other === undefined) return [];
    return one.name === other.name && sharedLinks(one, other).length > 0 ? [] : [{ one, other, use }];
  });
}

/** One password serves all virtual hosts of a group. */
function withoutPassword({ name, group: { carp } }: Named): readonly Finding[] {
  if (carp === undefined || carp.password_file !== undefined) return [];
  const text = `has no password_file, so that any host on the network can speak for vhid ${carp.vhid}`;
  return [{ severity: 'note', path: ['groups', name, 'carp'], atKey: true, text }];
}

/** The entry of the first node that has this value, where it is written per node. */
function whereIn(
  path: YamlPath,
  written: VhostShape['interface'],
  byNode: ReadonlyMap<string, string>,
  value: string,
): YamlPath {
  const node = [...byNode].find(([, name]) => name === value)?.[0];
  return node === undefined ? path : placeOf(path, written, node);
}
