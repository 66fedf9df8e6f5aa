import { isAbsolute } from 'node:path';
import type { AdapterName } from '../core/settings.ts';
import { hostAdapterOf } from './adapter-of.ts';
import type { VhostShape } from './carp-shape.ts';
import { closest } from './closest.ts';
import { parseIpAddress } from './ip-address.ts';
import { interfacesOn, ownValue, type Parts } from './parts.ts';
import { GROUPS_MAX, type GroupShape, type InterfaceShape, type VipShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';
import type { VipAddress } from './vip-address.ts';
import type { YamlPath } from './yaml-source.ts';

/** IFNAMSIZ less the final zero, which also bounds a label; other systems allow 31 (illumos LIFNAMSIZ). */
const LINUX_NAME_CHARACTERS = 15;
const NAME_CHARACTERS = 31;
/** Narrower than what kernels take: these names travel through `ip -batch`, which knows quotes and comments. */
const INTERFACE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;
const GROUPS_IN_ONE_FRAME = 35;

export function groupFindings(parts: Parts): readonly Finding[] {
  const groups = [...parts.groups].filter((entry): entry is [string, GroupShape] => entry[1] !== undefined);
  return [
    ...howMany(parts.groups.size),
    ...groups.flatMap(([name, group]) => [
      ...unknownNodes(parts, ['groups', name, 'interface'], group.interface),
      ...unknownNodes(parts, ['groups', name, 'adapter'], group.adapter),
      ...unknownNodes(parts, ['groups', name, 'priority'], group.priority),
      ...vipsOf(name, group).flatMap((vip) => vipFindings(parts, group, vip)),
      ...whoCanHold(parts, name, group),
    ]),
    ...addressesUsedTwice(parts, groups),
    ...addressesOfPaths(parts, groups),
  ];
}

/** One address of a group, with its own or the group's interface, and where the file says so. */
export interface PlacedVip {
  readonly path: YamlPath;
  readonly vip: VipAddress;
  readonly label: string;
  readonly interfaces: InterfaceShape | undefined;
  readonly interfacePath: YamlPath;
  readonly carp: VhostShape | undefined;
}

export function vipsOf(name: string, group: GroupShape): readonly PlacedVip[] {
  return group.vips.map((shape, index) => {
    const path = ['groups', name, 'vips', index];
    const own = isWrittenOut(shape) ? shape.interface : undefined;
    return {
      path,
      vip: isWrittenOut(shape) ? shape.address : shape,
      label: isWrittenOut(shape) ? shape.label : '',
      carp: isWrittenOut(shape) ? shape.carp : undefined,
      interfaces: own ?? group.interface,
      interfacePath: own === undefined ? ['groups', name, 'interface'] : [...path, 'interface'],
    };
  });
}

const isWrittenOut = (shape: VipShape): shape is Exclude<VipShape, VipAddress> => 'label' in shape;

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });

function howMany(count: number): readonly Finding[] {
  if (count === 0) return [error(['groups'], 'there is no group; without one nothing can be held')];
  if (count > GROUPS_MAX) return [error(['groups'], `there are ${count} groups; ${GROUPS_MAX} at most`)];
  if (count <= GROUPS_IN_ONE_FRAME) return [];
  const text = `there are ${count} groups; a heartbeat carries ${GROUPS_IN_ONE_FRAME}, so they take turns and changes go first`;
  return [{ severity: 'note', path: ['groups'], atKey: true, text }];
}

export function unknownNodes({ nodes }: Parts, path: YamlPath, byNode: unknown): readonly Finding[] {
  if (typeof byNode !== 'object' || byNode === null) return [];
  // A node that stands beside it is not meant; while nodes are still missing, every other name looks like one that is there.
  const unnamed = [...nodes.keys()].filter((name) => !Object.hasOwn(byNode, name));
  return Object.keys(byNode)
    .filter((name) => !nodes.has(name))
    .map((name) => {
      const near = closest(name, unnamed);
      const meant =
        near === undefined ? `; the nodes are ${[...nodes.keys()].join(', ')}` : `; did you mean "${near}"?`;
      return { severity: 'error', path: [...path, name], atKey: true, text: `is not a node${meant}` };
    });
}

function vipFindings(parts: Parts, group: GroupShape, placed: PlacedVip): readonly Finding[] {
  if (placed.interfaces === undefined) {
    return [
      error(placed.path, 'has no interface; give the group an "interface", or this address one of its own'),
    ];
  }
  const names = interfacesOn(parts.nodes.keys(), placed.interfaces);
  const wrong = [...names].flatMap(([node, name]) =>
    whyNoInterface(name, hostAdapterOf(group, node) ?? 'auto'),
  );
  return [
    ...[...new Set(wrong)].map((why) => error(placed.interfacePath, why)),
    ...(placed.interfacePath.includes('vips')
      ? unknownNodes(parts, placed.interfacePath, placed.interfaces)
      : []),
    ...labelFindings(placed, names),
  ];
}

export function whyNoInterface(name: string, adapter: AdapterName): readonly string[] {
  if (adapter === 'simulated') {
    return isAbsolute(name) && !/[\u0000-\u001f]/.test(name)
      ? []
      : [
          `"${name}" is not an absolute path; the simulated adapter needs a directory in the place of an interface`,
        ];
  }
  if (isAbsolute(name))
    return [`"${name}" is a path; only "adapter: simulated" has directories as interfaces`];
  const [device = '', alias] = name.split(':');
  if (alias !== undefined && INTERFACE_NAME.test(device)) {
    return [
      `"${name}" is a label, not an interface; write ${device}, and "label: ${name}" at the address if you want it`,
    ];
  }
  if (!INTERFACE_NAME.test(name)) return [`"${name}" is not the name of an interface`];
  const max = adapter === 'linux' ? LINUX_NAME_CHARACTERS : NAME_CHARACTERS;
  return name.length > max ? [`"${name}" is too long for an interface: ${max} characters at most`] : [];
}

function labelFindings(
  { path, label, vip }: PlacedVip,
  interfaces: ReadonlyMap<string, string>,
): readonly Finding[] {
  if (label === '') return [];
  const at = [...path, 'label'];
  if (vip.address.family === 6) return [error(at, 'only IPv4 addresses have labels; remove it')];
  if (label.length > LINUX_NAME_CHARACTERS) {
    return [error(at, `"${label}" has ${label.length} characters; ${LINUX_NAME_CHARACTERS} at most`)];
  }
  const other = [...interfaces].find(([, name]) => !label.startsWith(`${name}:`));
  if (other)
    return [
      error(at, `"${label}" must start with the interface and a colon, which is ${other[1]}: on ${other[0]}`),
    ];
  return /^[A-Za-z0-9_.+-]+:[A-Za-z0-9_.+-]+$/.test(label)
    ? []
    : [error(at, `"${label}" is not a label; write for instance ${label.split(':')[0]}:vip`)];
}

function whoCanHold({ nodes }: Parts, name: string, group: GroupShape): readonly Finding[] {
  const perVip = vipsOf(name, group).map(({ interfaces }) => interfacesOn(nodes.keys(), interfaces));
  const able = [...nodes.keys()].filter((node) => perVip.every((interfaces) => interfaces.has(node)));
  if (perVip.some((interfaces) => interfaces.size === 0)) return []; // said already, at the interface
  const path = ['groups', name];
  if (able.length === 0)
    return [error(path, 'no node has an interface for all of its addresses, so nobody can hold it')];
  if (able.length === 1) {
    const text = `only ${able[0]} has interfaces for all of its addresses, so nobody can take over`;
    return [{ severity: 'warning', path, atKey: true, text }];
  }
  const priorities = able.map(
    (node) => [node, ownValue(group.priority, node) ?? nodes.get(node)?.priority] as const,
  );
  const known = priorities.filter((entry): entry is readonly [string, number] => entry[1] !== undefined);
  return equalPriorities(name, new Map(known));
}

function equalPriorities(name: string, priorities: ReadonlyMap<string, number>): readonly Finding[] {
  const [first, ...others] = priorities.values();
  if (others.length === 0 || others.some((priority) => priority !== first)) return [];
  const preferred = [...priorities.keys()].sort().at(-1);
  return [
    {
      severity: 'note',
      path: ['groups', name],
      atKey: true,
      text: `all its nodes have priority ${first}, so the name decides: ${preferred} is preferred`,
    },
  ];
}

function addressesUsedTwice({ nodes }: Parts, groups: readonly [string, GroupShape][]): readonly Finding[] {
  const users = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, group] of groups) {
    for (const { path, vip, interfaces } of vipsOf(name, group)) {
      const places = [...interfacesOn(nodes.keys(), interfaces)].map(
        ([node, link]) => `${vip.address.text} ${node} ${link}`,
      );
      const taken = places.map((place) => users.get(place)).find((user) => user !== undefined);
      if (taken !== undefined) {
        const whose =
          taken === name
            ? 'stands twice in this group'
            : `is in group ${taken} too; an address belongs to one group`;
        findings.push(error(path, `${vip.address.text} ${whose}`));
      }
      for (const place of places) users.set(place, users.get(place) ?? name);
    }
  }
  return findings;
}

/** Beats to a virtual address reach its holder, whoever that is. */
function addressesOfPaths({ nodes }: Parts, groups: readonly [string, GroupShape][]): readonly Finding[] {
  const owners = new Map(
    [...nodes].flatMap(([name, node]) =>
      (node?.paths ?? []).map(({ host }) => [parseIpAddress(host)?.text ?? host, name]),
    ),
  );
  return groups.flatMap(([name, group]) =>
    vipsOf(name, group).flatMap(({ path, vip: { address } }) => {
      const owner = owners.get(address.text);
      if (owner === undefined) return [];
      return [
        error(
          path,
          `${address.text} is the address of a path of ${owner}; a virtual address must not be one that a node has for itself`,
        ),
      ];
    }),
  );
}
