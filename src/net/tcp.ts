import type { Clock, Log, Random } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import type { MonoMs, NodeName } from '../core/units.ts';
import { waysTo } from '../core/ways.ts';
import type { Names } from './names.ts';
import { acceptedOn, oneTooMany, type Accepted, type Bound } from './tcp-accepted.ts';
import type { Connection, Over } from './tcp-connection.ts';
import { startDialling, type Dialled, type TcpTiming } from './tcp-dial.ts';
import { listenTcp, type Owner } from './tcp-listen.ts';

/** Another node, as the sockets need it. */
export interface Peer {
  readonly name: NodeName;
  /** Its place in the sorted list of names, from 1. */
  readonly number: number;
  readonly paths: readonly PathSettings[];
}

/** Connections from and to peers. One that goes is made again, for ever. */
export interface TcpLink {
  /** The ways to a peer that are connections, each at its place (core/ways.ts); undefined for one over UDP. */
  waysOf(peer: number): readonly (Dialled | Accepted | undefined)[];
  /** What a reload changes. Connections to the same paths and of the same peers live on; `onReady` says which there are. */
  setPeers(peers: readonly Peer[], timing: TcpTiming): void;
  /** Frames taken from connections since the start. */
  received(): number;
  close(): void;
}

export interface TcpOptions {
  /** This node's own paths: the TCP ones are listened on. */
  readonly own: readonly PathSettings[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly names: Names;
  readonly count: (what: string) => void;
  readonly onFrame: (frame: Uint8Array, over: Over) => void;
  /** A way has its first connection now, or has lost its last. */
  readonly onReady: (peer: number, path: number, ready: boolean) => void;
  /** A connection of a peer was refused, reset or ended. At most once per timeout and way. */
  readonly onTrouble: (peer: number, code: string) => void;
}

interface Known {
  peer: Peer;
  ways: readonly (Dialled | Accepted | undefined)[];
  readonly troubledAt: WeakMap<Dialled | Accepted, MonoMs>;
}

/** Throws OperatorError PORT_TAKEN, and then nothing is left open. Nobody is dialled before `setPeers`. */
export async function openTcp(options: TcpOptions): Promise<TcpLink> {
  const { own, clock, random, log, names, count, onReady } = options;
  const known = new Map<NodeName, Known>();
  let timing: TcpTiming = { intervalMs: 0, timeoutMs: 0 };
  let received = 0;
  let closed = false;

  const onFrame = (frame: Uint8Array, over: Over): void => {
    received += 1;
    if (!closed) options.onFrame(frame, over);
  };
  const tellReady = ({ peer, ways }: Known, way: Dialled | Accepted): void => {
    const place = ways.indexOf(way);
    if (place >= 0 && !closed) onReady(peer.number, place, way.ready);
  };
  const tellTrouble = ({ peer, ways, troubledAt }: Known, way: Dialled | Accepted, code: string): void => {
    const last = troubledAt.get(way);
    if (closed || !ways.includes(way)) return;
    if (last !== undefined && clock.nowMs() - last < timing.timeoutMs) return;
    troubledAt.set(way, clock.nowMs());
    options.onTrouble(peer.number, code);
  };

  const bind = (one: Known, way: Accepted, connection: Connection): Owner => {
    const bound: Bound = { connection, heardAt: clock.nowMs() };
    way.connections.add(bound);
    const surplus = oneTooMany(
      one.ways.filter((other) => other?.kind === 'tcp-in'),
      bound,
    );
    if (surplus !== undefined) {
      count('connections closed: too many of a peer');
      surplus.bound.connection.drop();
      surplus.way.connections.delete(surplus.bound);
      if (!surplus.way.ready) tellReady(one, surplus.way);
    }
    if (way.connections.size === 1) tellReady(one, way);
    return {
      heard() {
        bound.heardAt = clock.nowMs();
      },
      lost(code) {
        if (!way.connections.delete(bound)) return;
        if (!way.ready) tellReady(one, way);
        tellTrouble(one, way, code);
      },
    };
  };
  const claim = (connection: Connection, node: number, path: number): Owner | undefined => {
    const one = [...known.values()].find(({ peer }) => peer.number === node);
    const way = one === undefined ? undefined : cameOn(one.ways, connection, path);
    return one === undefined || way === undefined ? undefined : bind(one, way, connection);
  };

  const dial = (to: PathSettings, one: Known): Dialled => {
    const way = startDialling(to, {
      ...{ clock, names, count, onFrame, timing: () => timing },
      onReady: () => tellReady(one, way),
      onTrouble: (code) => tellTrouble(one, way, code),
    });
    return way;
  };
  /** The same ways as before, as far as the config still has them. */
  const waysFor = (one: Known, paths: readonly PathSettings[]): Known['ways'] => {
    const old = one.ways;
    return waysTo(own, paths).map((way) => {
      if (way.kind === 'udp') return undefined;
      if (way.kind === 'tcp-in')
        return old.find((same) => same?.kind === 'tcp-in' && same.on === way.on) ?? acceptedOn(way.on);
      return old.find((same) => same?.kind === 'tcp' && isSame(same.to, way.to)) ?? dial(way.to, one);
    });
  };
  const forget = ({ ways }: Known, kept: Known['ways'] = []): void => {
    for (const way of ways) {
      if (way === undefined || kept.includes(way)) continue;
      if (way.kind === 'tcp') way.close();
      else way.redial();
    }
  };

  const listeners = await listenTcp({ own, clock, random, log, count, onFrame, claim });
  let byNumber: readonly (Known | undefined)[] = [];
  return {
    waysOf: (peer) => byNumber[peer]?.ways ?? [],
    setPeers(peers, newTiming) {
      if (closed) return;
      timing = newTiming;
      for (const [name, one] of known) {
        if (peers.some((peer) => peer.name === name)) continue;
        known.delete(name);
        forget(one);
        one.ways = [];
      }
      for (const peer of peers) {
        const one = known.get(peer.name) ?? { peer, ways: [], troubledAt: new WeakMap() };
        const ways = waysFor(one, peer.paths);
        forget(one, ways);
        one.peer = peer;
        one.ways = ways;
        known.set(peer.name, one);
      }
      const places: (Known | undefined)[] = [];
      for (const one of known.values()) places[one.peer.number] = one;
      byNumber = places;
      for (const one of known.values())
        for (const way of one.ways) if (way?.ready === true) tellReady(one, way);
    },
    received: () => received,
    close() {
      if (closed) return;
      closed = true;
      listeners.close();
      for (const one of known.values()) forget(one);
      known.clear();
    },
  };
}

const isSame = (one: PathSettings, other: PathSettings): boolean =>
  one.host === other.host && one.port === other.port;

/**
 * Which of our TCP paths a connection came on: the one that its frame names, if that has the port on which it came. (Two
 * of our paths may share a port, and while configs differ the sender numbers our paths in its own way.)
 */
function cameOn(
  ways: readonly (Dialled | Accepted | undefined)[],
  { socket }: Connection,
  path: number,
): Accepted | undefined {
  const possible = ways
    .filter((way) => way?.kind === 'tcp-in')
    .filter(({ on }) => on.port === socket.localPort);
  return (
    possible.find((way) => way === ways[path]) ??
    possible.find(({ on }) => on.host === socket.localAddress) ??
    possible[0]
  );
}
