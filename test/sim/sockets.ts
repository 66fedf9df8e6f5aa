import type { NodeEvent, NodePolicy } from '../../src/core/node/state.ts';
import type { Chance } from './chance.ts';
import { Connection, type End } from './connection.ts';
import type { Host, Timed } from './host.ts';
import type { Lane } from './lanes.ts';
import type { Network } from './network.ts';
import type { Packet } from './packet.ts';

const DIAL_APART_MS_MIN = 100;
const CONNECT_MS_MIN = 1_000;
/** An accepted connection that nobody has proven to be his by then is closed. */
const STRANGER_MS_MAX = 2_000;
const BOUND_PER_PEER = 4;

export interface SocketsHost {
  readonly host: Host;
  readonly hostOf: (number: number) => Host;
  readonly network: Network;
  readonly chance: Chance;
  readonly lanes: readonly Lane[];
  readonly policy: () => NodePolicy;
  /** How many frames a connection's system takes without an acknowledgement. */
  readonly frames: number;
  readonly connections: Set<Connection>;
  readonly now: () => number;
  /** At once, or when the process runs again; never when it is another one by then. */
  readonly deliver: (run: () => void) => void;
}

interface Dialled {
  readonly peer: number;
  readonly path: number;
  readonly lane: number;
  connection: Connection | undefined;
  isReady: boolean;
  attemptAt: number;
}

/** The connections of one process: those that it dials and those on which others dial it (PROTOCOL.md, paths and TCP). */
export class Sockets {
  readonly #on: SocketsHost;
  readonly #dialled: Dialled[] = [];
  readonly #accepted = new Set<End>();
  readonly #troubledAt = new Map<string, number>();
  /** On which connection came what is being read. */
  reading: End | undefined;
  #isOver = false;

  constructor(on: SocketsHost) {
    this.#on = on;
  }

  start(): void {
    const { lanes, policy } = this.#on;
    for (const { number: peer } of policy().peers) {
      lanes.forEach(({ kind, lane }, path) => {
        if (kind !== 'tcp') return;
        const to: Dialled = { peer, path, lane, connection: undefined, isReady: false, attemptAt: -1e9 };
        this.#dialled.push(to);
        this.#dial(to);
      });
    }
  }

  // ── dialling ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #dial(to: Dialled): void {
    if (this.#isOver) return;
    const { host, hostOf, network, chance, frames, connections, policy, now } = this.#on;
    to.attemptAt = now();
    const connection: Connection = new Connection(
      host,
      hostOf(to.peer),
      { network, chance, lane: to.lane, frames },
      {
        onConnect: () => this.#connected(to, connection),
        onRefused: () => {
          if (to.connection !== connection) return;
          this.#trouble(to.peer, to.path);
          this.#again(to);
        },
      },
    );
    connection.dialled.owner = this;
    connection.dialled.boundTo = { peer: to.peer, path: to.path };
    to.connection = connection;
    connections.add(connection);
    host.later(Math.max(policy().timeoutMs, CONNECT_MS_MIN), () => {
      if (to.connection !== connection || to.isReady) return;
      connection.dialled.drop();
      this.#again(to);
    });
  }

  #again(to: Dialled): void {
    if (to.connection !== undefined) this.#on.connections.delete(to.connection);
    to.connection = undefined;
    to.isReady = false;
    const apart = Math.max(this.#on.policy().intervalMs, DIAL_APART_MS_MIN);
    this.#on.host.later(Math.max(0, to.attemptAt + apart - this.#on.now()), () => {
      this.#on.deliver(() => {
        if (to.connection === undefined) this.#dial(to);
      });
    });
  }

  #connected(to: Dialled, connection: Connection): void {
    if (this.#isOver || to.connection !== connection) return;
    to.isReady = true;
    this.#ready(to.peer, to.path, true);
  }

  // ── being dialled ──────────────────────────────────────────────────────────────────────────────────────────────────

  accepts(end: End): void {
    this.#accepted.add(end);
    this.#on.host.later(STRANGER_MS_MAX, () => {
      if (end.boundTo === undefined && this.#accepted.delete(end)) end.drop();
    });
  }

  /** A frame that came on a connection was accepted: it shows whose the connection is. */
  belongsTo(end: End, peer: number, path: number): void {
    end.heardAt = this.#on.now();
    const way = this.#on.lanes[path];
    if (end.boundTo !== undefined || !this.#accepted.has(end) || way?.kind !== 'tcp-in') return;
    const others = [...this.#accepted].filter(({ boundTo }) => boundTo?.peer === peer);
    if (others.length >= BOUND_PER_PEER) {
      const idle = others.reduce((one, other) => (other.heardAt < one.heardAt ? other : one));
      this.#accepted.delete(idle);
      idle.drop();
      this.#unready(idle);
    }
    end.boundTo = { peer, path };
    if (this.#boundTo(peer, path).length === 1) this.#ready(peer, path, true);
  }

  #boundTo(peer: number, path: number): readonly End[] {
    const bound: End[] = [];
    for (const end of this.#accepted)
      if (end.boundTo?.peer === peer && end.boundTo.path === path) bound.push(end);
    return bound;
  }

  #unready({ boundTo }: End): void {
    if (boundTo === undefined || this.#boundTo(boundTo.peer, boundTo.path).length > 0) return;
    this.#ready(boundTo.peer, boundTo.path, false);
  }

  // ── frames ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  send(peer: number, path: number, packet: Packet): void {
    for (const end of this.#endsOf(peer, path)) end.send(packet);
  }

  /** Back on the connection on which the question came. */
  answer(peer: number, path: number, packet: Packet): void {
    if (this.reading !== undefined) this.reading.send(packet);
    else this.send(peer, path, packet);
  }

  #endsOf(peer: number, path: number): readonly End[] {
    if (this.#on.lanes[path]?.kind === 'tcp-in') return this.#boundTo(peer, path);
    const to = this.#dialled.find((one) => one.peer === peer && one.path === path);
    return to?.isReady && to.connection !== undefined ? [to.connection.dialled] : [];
  }

  receives(end: End, packet: Packet): void {
    this.#on.host.receive(packet, false, end);
  }

  /** What came on it is no frame of a peer. */
  refuses(end: End): void {
    end.drop();
    this.#lost(end);
  }

  /** The core says that its frames are not acknowledged. */
  redial(peer: number, path: number): void {
    if (this.#on.lanes[path]?.kind === 'tcp-in') {
      for (const end of this.#boundTo(peer, path)) {
        this.#accepted.delete(end);
        end.drop();
      }
      return;
    }
    const to = this.#dialled.find((one) => one.peer === peer && one.path === path);
    if (to?.connection === undefined) return;
    to.connection.dialled.drop();
    this.#again(to);
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The other side, or a system, has ended it. */
  ended(end: End): void {
    if (this.#isOver) return;
    const { boundTo } = end;
    const wasOurs = this.#lost(end);
    if (wasOurs && boundTo !== undefined) this.#trouble(boundTo.peer, boundTo.path);
  }

  #lost(end: End): boolean {
    if (this.#accepted.delete(end)) {
      this.#unready(end);
      return true;
    }
    const to = this.#dialled.find(({ connection }) => connection === end.connection);
    if (to === undefined) return false;
    const wasReady = to.isReady;
    this.#again(to);
    if (wasReady) this.#ready(to.peer, to.path, false);
    return true;
  }

  /** The process has ended: its system sends what it has taken, and closes. */
  leave(): void {
    this.#isOver = true;
    for (const { connection } of this.#dialled) {
      if (connection === undefined) continue;
      this.#on.connections.delete(connection);
      connection.dialled.drop();
    }
    for (const end of this.#accepted) end.drop();
    this.#accepted.clear();
  }

  #ready(peer: number, path: number, ready: boolean): void {
    this.#tell((at) => ({ ...at, kind: 'way', peer, path, ready }));
  }

  /** After a reload nothing is known of any connection. */
  tellsAgain(): void {
    for (const { isReady, peer, path } of this.#dialled) if (isReady) this.#ready(peer, path, true);
    for (const { boundTo } of this.#accepted)
      if (boundTo !== undefined) this.#ready(boundTo.peer, boundTo.path, true);
  }

  #tell(eventAt: (at: Timed) => NodeEvent): void {
    this.#on.deliver(() => void this.#on.host.feed(eventAt));
  }

  /** At most once in a timeout: whoever can reset connections must not be able to make a node ask without end. */
  #trouble(peer: number, path: number): void {
    const way = `${peer}/${path}`;
    const { now, policy } = this.#on;
    if (now() - (this.#troubledAt.get(way) ?? -1e9) < policy().timeoutMs) return;
    this.#troubledAt.set(way, now());
    this.#tell((at) => ({ ...at, kind: 'trouble', peer }));
  }
}
