import type { Host } from './host.ts';
import type { Network } from './network.ts';
import type { Packet } from './packet.ts';
import type { Way } from './way.ts';

const RETRANSMIT_MS_MIN = 200;
const RETRANSMIT_MS_MAX = 60_000;

/** A frame, or the end of the stream. */
export type Segment = Packet | 'end';

export interface StreamRoute {
  readonly from: Host;
  readonly to: Host;
  readonly there: Way;
  readonly back: Way;
  readonly network: Network;
  /** How many frames the sender's system keeps until they are acknowledged. */
  readonly frames: number;
}

/**
 * One direction of a connection, as systems carry it: in order, each once. What is lost is sent again after 200 ms, after
 * twice that, and so on, and all that was sent behind it waits. What was written lives on when its writer is dead.
 */
export class Stream {
  readonly #route: StreamRoute;
  readonly #deliver: (segment: Segment) => void;
  /** In the sender's system, the first one being number `#first`. */
  readonly #unacked: Segment[] = [];
  #first = 0;
  /** In the sender's process: written, but not taken by the system. */
  #waiting: Segment | undefined;
  #backOff = 1;
  /** Up to here, what was sent may be lost. */
  #recoverTo = 0;
  #timer = 0;
  #isOver = false;
  #expected = 0;
  readonly #early = new Map<number, Segment>();

  constructor(route: StreamRoute, deliver: (segment: Segment) => void) {
    this.#route = route;
    this.#deliver = deliver;
  }

  /** False when the last write has not left the process: then this one is skipped. */
  write(packet: Packet): boolean {
    if (this.#isOver || this.#waiting !== undefined) return false;
    if (this.#unacked.length >= this.#route.frames) this.#waiting = packet;
    else this.#push(packet);
    return true;
  }

  /** Nothing more is written; what the system has goes out all the same. */
  finish(): void {
    this.#waiting = undefined;
    this.#push('end');
  }

  /** Everything that is under way is worth nothing any more. */
  stop(): void {
    this.#isOver = true;
  }

  #push(segment: Segment): void {
    this.#unacked.push(segment);
    this.#transmit(this.#first + this.#unacked.length - 1);
    if (this.#unacked.length === 1) this.#arm();
  }

  #transmit(number: number): void {
    const { network, there, from, to } = this.#route;
    const segment = this.#unacked[number - this.#first];
    if (segment === undefined || from.pausedAt !== undefined || !network.passes(there)) return;
    network.later(network.takesMs(there), () => {
      if (this.#isOver || to.pausedAt !== undefined || to.receiveDead) return;
      this.#arrives(number, segment);
    });
  }

  #arrives(number: number, segment: Segment): void {
    if (number >= this.#expected) this.#early.set(number, segment);
    for (let next = this.#early.get(this.#expected); next !== undefined;) {
      this.#early.delete(this.#expected);
      this.#expected += 1;
      this.#deliver(next);
      if (this.#isOver) return;
      next = this.#early.get(this.#expected);
    }
    const { network, back, from } = this.#route;
    if (!network.passes(back)) return;
    const upTo = this.#expected;
    network.later(network.takesMs(back), () => {
      if (!this.#isOver && from.pausedAt === undefined && !from.receiveDead) this.#acked(upTo);
    });
  }

  #acked(upTo: number): void {
    if (upTo <= this.#first) return;
    this.#unacked.splice(0, upTo - this.#first);
    this.#first = upTo;
    this.#backOff = 1;
    if (this.#waiting !== undefined && this.#unacked.length < this.#route.frames) {
      const packet = this.#waiting;
      this.#waiting = undefined;
      this.#push(packet);
    }
    if (upTo < this.#recoverTo) this.#transmit(upTo);
    this.#arm();
  }

  #arm(): void {
    const timer = ++this.#timer;
    if (this.#unacked.length === 0) return;
    const { there, back, from } = this.#route;
    const ms = RETRANSMIT_MS_MIN + 2 * (there.delayMs + back.delayMs);
    from.later(Math.min(ms * this.#backOff, RETRANSMIT_MS_MAX), () => {
      if (this.#isOver || timer !== this.#timer) return;
      this.#backOff *= 2;
      this.#recoverTo = this.#first + this.#unacked.length;
      this.#transmit(this.#first);
      this.#arm();
    });
  }
}
