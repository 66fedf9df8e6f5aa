import { parseIpAddress, type IpAddress } from './ip-address.ts';
import { ownValue } from './parts.ts';
import type { VhostShape } from './carp-shape.ts';
import type { NodeShape } from './schema.ts';

/** Where the nodes receive unicast advertisements. */
export interface CarpPeers {
  /** By node, its own address. */
  readonly own: ReadonlyMap<string, IpAddress>;
  readonly problems: readonly { readonly node: string; readonly text: string }[];
}

export function peersOf(
  unicast: VhostShape['unicast'],
  nodes: readonly string[],
  shapes: ReadonlyMap<string, Pick<NodeShape, 'paths'> | undefined>,
): CarpPeers {
  const own = new Map<string, IpAddress>();
  const problems: { node: string; text: string }[] = [];
  for (const node of nodes) {
    const found =
      typeof unicast === 'object' ? named(unicast, node) : ofFirstPath(node, nodes, shapes.get(node));
    if (typeof found === 'string') problems.push({ node, text: found });
    else if (found !== undefined) own.set(node, found);
  }
  return { own, problems };
}

const named = (unicast: Record<string, IpAddress>, node: string): IpAddress | string =>
  ownValue(unicast, node) ?? `has no address for ${node}; name one for each node that uses CARP here`;

/** Undefined where the node's own section is wrong, which has been said. */
function ofFirstPath(
  node: string,
  nodes: readonly string[],
  shape: Pick<NodeShape, 'paths'> | undefined,
): IpAddress | string | undefined {
  const [path] = shape?.paths ?? [];
  if (path === undefined) return undefined;
  const address = parseIpAddress(path.host);
  if (address) return address;
  const instead = nodes.map((name) => `${name}: ADDRESS`).join(', ');
  return `the first path of ${node}, ${path.url}, leads to a name, and CARP needs an address; write { ${instead} }`;
}
