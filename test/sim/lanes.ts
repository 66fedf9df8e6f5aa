import { wayPolicies, waysTo, type WayPolicy } from '../../src/core/ways.ts';
import type { PathSettings } from '../../src/core/settings.ts';
import type { Transport } from './way.ts';

/*
 * Every node lists the same paths in the same order, so the n-th of one and the n-th of another are one lane of the network:
 * datagrams go along it, and connections that either of the two dials.
 */

/** The way of a link that frames name by their place, as the network sees it. */
export interface Lane {
  readonly kind: 'udp' | 'tcp' | 'tcp-in';
  readonly lane: number;
}

const pathsOf = (transports: readonly Transport[]): readonly PathSettings[] =>
  transports.map((transport, port) => ({ transport, host: 'lb', port, url: `${transport}://lb:${port}` }));

export function lanesOver(transports: readonly Transport[]): readonly Lane[] {
  const paths = pathsOf(transports);
  return waysTo(paths, paths).map((way) => ({
    kind: way.kind,
    lane: way.kind === 'tcp-in' ? way.on.port : way.to.port,
  }));
}

export const waysOver = (transports: readonly Transport[]): readonly WayPolicy[] =>
  wayPolicies(pathsOf(transports), pathsOf(transports));
