import type { PathSettings } from '../core/settings.ts';
import type { MonoMs } from '../core/units.ts';
import type { Connection } from './tcp-connection.ts';

/** One of our own TCP paths, and the connections on which one peer dials us there. */
export interface Accepted {
  readonly kind: 'tcp-in';
  readonly on: PathSettings;
  readonly connections: Set<Bound>;
  readonly ready: boolean;
  /** Over each of them; false when all skipped it. */
  send(frame: Uint8Array): boolean;
  /** Ends all of them: the peer dials again. */
  redial(): void;
}

/** A connection on which a frame of a peer was accepted. */
export interface Bound {
  readonly connection: Connection;
  heardAt: MonoMs;
}

export function acceptedOn(on: PathSettings): Accepted {
  const connections = new Set<Bound>();
  return {
    kind: 'tcp-in',
    on,
    connections,
    get ready() {
      return connections.size > 0;
    },
    send(frame) {
      let taken = false;
      for (const { connection } of connections) taken = connection.send(frame) || taken;
      return taken;
    },
    redial() {
      for (const { connection } of connections) connection.drop();
      connections.clear();
    },
  };
}

const BOUND_PER_PEER = 4;

/** Of a peer's connections, the one but `newest` that has carried nothing for the longest; undefined while there are few. */
export function oneTooMany(
  ways: readonly Accepted[],
  newest: Bound,
): { readonly way: Accepted; readonly bound: Bound } | undefined {
  const others = ways
    .flatMap((way) => [...way.connections].map((bound) => ({ way, bound })))
    .filter(({ bound }) => bound !== newest);
  if (others.length < BOUND_PER_PEER) return undefined;
  return others.reduce((idle, one) => (one.bound.heardAt < idle.bound.heardAt ? one : idle));
}
