import type { Chance } from './chance.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';
import type { Packet } from './packet.ts';
import type { Sockets } from './sockets.ts';
import { Stream, type Segment } from './stream.ts';

const ASK_AGAIN_MS = 1_000;
/** How often a process that ends leaves something unread: then its system resets the connection. */
const UNREAD_SHARE = 0.3;

/** What an end is an end of. */
export interface Carrier {
  /** False when the frame is skipped. */
  write(end: End, packet: Packet): boolean;
  left(end: End): void;
}

/** One side of a connection: a stream out, and the process that has the socket, if it still does. */
export class End {
  readonly host: Host;
  readonly connection: Carrier;
  owner: Sockets | undefined;
  /** Whose it is: to whom it was dialled, or whose frame was accepted on it. */
  boundTo: { readonly peer: number; readonly path: number } | undefined;
  heardAt = 0;

  constructor(host: Host, connection: Carrier) {
    this.host = host;
    this.connection = connection;
  }

  /** False when the frame is skipped. */
  send(packet: Packet): boolean {
    return this.connection.write(this, packet);
  }

  /** The process lets go of it, or has ended. */
  drop(): void {
    this.owner = undefined;
    this.connection.left(this);
  }
}

export interface Wire {
  readonly network: Network;
  readonly chance: Chance;
  readonly lane: number;
  readonly frames: number;
}

/** One connection over one lane, from the first packet to the last. */
export class Connection implements Carrier {
  readonly dialled: End;
  readonly accepted: End;
  readonly #wire: Wire;
  readonly #out: Stream;
  readonly #in: Stream;
  #state: 'opening' | 'open' | 'over' = 'opening';
  #isAccepted = false;
  readonly #onConnect: () => void;
  readonly #onRefused: () => void;

  constructor(
    dialler: Host,
    listener: Host,
    wire: Wire,
    { onConnect, onRefused }: { onConnect: () => void; onRefused: () => void },
  ) {
    this.#wire = wire;
    this.#onConnect = onConnect;
    this.#onRefused = onRefused;
    this.dialled = new End(dialler, this);
    this.accepted = new End(listener, this);
    const { network, lane, frames } = wire;
    const there = network.way(dialler.number, listener.number, lane);
    const back = network.way(listener.number, dialler.number, lane);
    const out = { from: dialler, to: listener, there, back, network, frames };
    const into = { from: listener, to: dialler, there: back, back: there, network, frames };
    this.#out = new Stream(out, (segment) => this.#deliver(this.accepted, segment));
    this.#in = new Stream(into, (segment) => this.#deliver(this.dialled, segment));
    this.#ask(0);
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  #other(end: End): End {
    return end === this.dialled ? this.accepted : this.dialled;
  }

  /** Something goes to `end` unless it is lost or nobody is there to take it. */
  #reach(end: End, run: () => void): void {
    const { network, lane } = this.#wire;
    const way = network.way(this.#other(end).host.number, end.host.number, lane);
    if (!network.passes(way)) return;
    network.later(network.takesMs(way), () => {
      if (end.host.pausedAt === undefined && !end.host.receiveDead) run();
    });
  }

  // ── opening ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #ask(times: number): void {
    const { host } = this.dialled;
    if (this.#state !== 'opening') return;
    this.#reach(this.accepted, () => {
      if (this.accepted.host.agent === undefined) this.#reach(this.dialled, () => this.#refused());
      else this.#reach(this.dialled, () => this.#opened());
    });
    host.later(ASK_AGAIN_MS * 2 ** times, () => this.#ask(times + 1));
  }

  #refused(): void {
    if (this.#state !== 'opening') return;
    this.end();
    this.#onRefused();
  }

  #opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    this.#reach(this.accepted, () => this.#accept());
    this.#onConnect();
  }

  #accept(): void {
    if (this.#isAccepted || this.#state !== 'open') return;
    this.#isAccepted = true;
    const sockets = this.accepted.host.agent?.sockets;
    if (sockets === undefined) return this.#reset(this.dialled);
    this.accepted.owner = sockets;
    sockets.accepts(this.accepted);
  }

  // ── carrying ───────────────────────────────────────────────────────────────────────────────────────────────────────

  write(end: End, packet: Packet): boolean {
    if (this.#state !== 'open') return false;
    return (end === this.dialled ? this.#out : this.#in).write(packet);
  }

  #deliver(end: End, segment: Segment): void {
    if (end === this.accepted) this.#accept();
    if (this.#state !== 'open') return;
    const { owner } = end;
    if (segment === 'end') {
      this.end();
      owner?.ended(end);
    } else if (owner === undefined) this.#reset(this.#other(end));
    else owner.receives(end, segment);
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  end(): void {
    this.#state = 'over';
    this.#out.stop();
    this.#in.stop();
  }

  /** The system of the other side says that there is nobody any more. */
  #reset(end: End): void {
    this.#reach(end, () => this.resets(end));
  }

  /** A reset arrives at one side, of whatever origin. */
  resets(end: End): void {
    const { owner } = end;
    if (this.#state === 'opening' && end === this.dialled) return this.#refused();
    if (this.#state !== 'open') return;
    this.end();
    owner?.ended(end);
    // The other side finds out by what it sends next, or is told as well.
    const other = this.#other(end);
    if (other.owner !== undefined) this.#reach(other, () => other.owner?.ended(other));
  }

  left(end: End): void {
    if (this.#state === 'opening') return this.end();
    if (this.#state !== 'open') return;
    const other = this.#other(end);
    if (other.owner === undefined && this.#isAccepted) return this.end();
    if (this.#wire.chance.is(UNREAD_SHARE)) {
      this.end();
      const { owner } = other;
      if (owner !== undefined) this.#reach(other, () => owner.ended(other));
    } else (end === this.dialled ? this.#out : this.#in).finish();
  }
}
