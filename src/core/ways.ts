import type { PathSettings } from './settings.ts';

/**
 * One way between this node and a peer. Each side numbers the ways to the other: first the paths that the other lists, in
 * the order of the config, then its own TCP paths, over which the other dials it. Frames name a way by its place in the
 * recipient's list, so that what arrives needs no translation.
 */
export type Way =
  /** Datagrams to a path that the peer lists. */
  | { readonly kind: 'udp'; readonly to: PathSettings }
  /** A connection that we dial to a path that the peer lists. */
  | { readonly kind: 'tcp'; readonly to: PathSettings }
  /** Connections that the peer dials to a path of ours. */
  | { readonly kind: 'tcp-in'; readonly on: PathSettings };

/** What the machine knows of a way. */
export interface WayPolicy {
  readonly transport: 'udp' | 'tcp';
  /** Its place in the peer's list. */
  readonly theirs: number;
}

export function waysTo(own: readonly PathSettings[], peers: readonly PathSettings[]): readonly Way[] {
  return [
    ...peers.map((to): Way => ({ kind: to.transport, to })),
    ...own.filter(({ transport }) => transport === 'tcp').map((on): Way => ({ kind: 'tcp-in', on })),
  ];
}

/**
 * The same ways as the peer numbers them. UDP paths of the two nodes go in pairs, by their order; where one lists fewer, its
 * last one stands for the rest, and where it lists none, its first way does.
 */
export function wayPolicies(
  own: readonly PathSettings[],
  peers: readonly PathSettings[],
): readonly WayPolicy[] {
  const theirWays = waysTo(peers, own);
  const theirUdp = theirWays.flatMap(({ kind }, place) => (kind === 'udp' ? [place] : []));
  const theirsOf = (way: Way, rank: number): number => {
    if (way.kind === 'udp') return theirUdp[Math.min(rank, theirUdp.length - 1)] ?? 0;
    return theirWays.findIndex((theirs) =>
      way.kind === 'tcp'
        ? theirs.kind === 'tcp-in' && theirs.on === way.to
        : theirs.kind === 'tcp' && theirs.to === way.on,
    );
  };
  let udp = 0;
  return waysTo(own, peers).map((way) => ({
    transport: way.kind === 'udp' ? 'udp' : 'tcp',
    theirs: theirsOf(way, way.kind === 'udp' ? udp++ : 0),
  }));
}

/** Nodes that list as many UDP paths as each other and nothing else. */
export const udpWays = (count: number): readonly WayPolicy[] =>
  Array.from({ length: count }, (_, theirs) => ({ transport: 'udp', theirs }));
