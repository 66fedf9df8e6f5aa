import { nameFrom, neighbourOf } from './names.ts';

export interface PlacedNode {
  readonly name: string;
  readonly addresses: string[];
  /** Whether there is a config of it; of the others only an address is known, or less. */
  readonly seen: boolean;
}

/** What a node with a config says of itself. */
export interface OwnNode {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** By node, the peers that it has for one and the same thing. */
export type Peering = ReadonlyMap<string, { readonly peers: readonly string[] }>;

export interface NodeOptions {
  /** Names for nodes that have no config. */
  readonly spareNames: readonly string[];
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  /** What was looked for in vain, for the note about a node without an address. */
  readonly lookedFor: string;
}

const PATHS_MAX = 4;

/** Who the nodes are and where they are reached: from their own configs, from those of their peers, from the command line. */
export function placeNodes(
  own: readonly OwnNode[],
  peerings: readonly Peering[],
  options: NodeOptions,
  notes: string[],
): readonly PlacedNode[] {
  for (const { name, addresses } of own)
    for (const address of unique(addresses).slice(PATHS_MAX))
      notes.push(`${address} is left out: ${name} has ${PATHS_MAX} paths already, and more there cannot be`);
  const nodes: PlacedNode[] = own.map(({ name, addresses }) => ({
    name,
    addresses: unique(addresses).slice(0, PATHS_MAX),
    seen: true,
  }));
  const fresh = newNode(nodes, options, notes);
  for (const peering of peerings) placePeers(peering, nodes, fresh, notes);
  for (const { name, address } of options.peers) {
    const node = nodes.find((one) => one.name === name) ?? { name, addresses: [], seen: false };
    if (!nodes.includes(node)) nodes.push(node);
    if (node.addresses.includes(address)) continue;
    if (node.addresses.length < PATHS_MAX) node.addresses.push(address);
    else
      notes.push(`${address} is left out: ${name} has ${PATHS_MAX} paths already, and more there cannot be`);
  }
  if (nodes.length === 1) fresh(undefined);
  for (const { name, addresses } of nodes) {
    if (addresses.length === 0)
      notes.push(
        `no address of ${name} is known (${options.lookedFor}): run again with --peer ${name}=ADDRESS, or write it into "paths"`,
      );
  }
  return nodes;
}

type Fresh = (address: string | undefined) => PlacedNode;

function newNode(nodes: PlacedNode[], { spareNames, peers }: NodeOptions, notes: string[]): Fresh {
  const spare = [...spareNames];
  return (address) => {
    const taken = new Set(nodes.map(({ name }) => name));
    const asked =
      peers.find((peer) => peer.address === address && !taken.has(peer.name))?.name ?? spare.shift();
    const first = nodes[0]?.name ?? 'node1';
    const name = asked === undefined ? neighbourOf(first, taken) : nameFrom(asked, taken, 'node');
    const where = address === undefined ? '' : ` at ${address}`;
    if (asked === undefined)
      notes.push(
        `${name} is a made-up name for the node${where}; --name ${first} --name NAME gives it its own`,
      );
    const node: PlacedNode = { name, addresses: [], seen: false };
    nodes.push(node);
    return node;
  };
}

/** Each peer is a node that we have, the one whose address is not known, or a new one. */
function placePeers(peering: Peering, nodes: PlacedNode[], fresh: Fresh, notes: string[]): void {
  for (const [node, { peers }] of peering) {
    const unknown = peers.filter((peer) => !nodes.some(({ addresses }) => addresses.includes(peer)));
    const open = nodes.filter(
      ({ name, seen, addresses }) =>
        name !== node &&
        !addresses.some((address) => peers.includes(address)) &&
        (!seen || addresses.length === 0),
    );
    // Each is listed once here, so one more address means one of those that were not named yet.
    for (const [nth, peer] of unknown.entries()) {
      const owner = open[nth] ?? fresh(peer);
      if (owner.addresses.length < PATHS_MAX) owner.addresses.push(peer);
      else
        notes.push(
          `${peer} is left out: ${owner.name} has ${PATHS_MAX} paths already, and more there cannot be`,
        );
    }
  }
}

export const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
