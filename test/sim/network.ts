import type { Chance } from './chance.ts';
import type { Packet } from './packet.ts';
import { Way, type Transport, type WayMood } from './way.ts';

export interface Datagram {
  readonly from: number;
  readonly to: number;
  /** Which of the paths between the two. */
  readonly lane: number;
  readonly packet: Packet;
  readonly sentAt: number;
}

/** Sees every frame as it is sent, over whatever path; true takes it off the wire. */
export type Tap = (datagram: Datagram) => boolean;

const HOSTS_MAX = 9;
const NO_WAYS: readonly Way[] = [];

/**
 * What is between hosts: paths side by side, one way at a time. Datagrams are lost, late, doubled and reordered as each way
 * says; connections.ts makes streams of the ways whose transport is TCP.
 */
export class Network {
  /** By pair: the ways of all paths. */
  readonly #ways: (Way[] | undefined)[] = [];
  readonly #chance: Chance;
  readonly later: (ms: number, run: () => void) => void;
  readonly #deliver: (datagram: Datagram, isCopy: boolean) => void;
  readonly #now: () => number;
  tap: Tap = () => false;

  constructor(
    chance: Chance,
    { now, later }: { now: () => number; later: (ms: number, run: () => void) => void },
    deliver: (datagram: Datagram, isCopy: boolean) => void,
  ) {
    this.#chance = chance;
    this.#now = now;
    this.later = later;
    this.#deliver = deliver;
  }

  addWay(from: number, to: number, transport: Transport, mood: WayMood): void {
    (this.#ways[from * HOSTS_MAX + to] ??= []).push(new Way(transport, mood, this.#now));
  }

  way(from: number, to: number, lane = 0): Way {
    const way = this.#ways[from * HOSTS_MAX + to]?.[lane];
    if (way === undefined) throw new Error(`no way from host ${from} to host ${to} over path ${lane}`);
    return way;
  }

  /** One direction over every path. */
  lanes(from: number, to: number): readonly Way[] {
    return this.#ways[from * HOSTS_MAX + to] ?? NO_WAYS;
  }

  ways(): readonly Way[] {
    return this.#ways.flatMap((ways) => ways ?? NO_WAYS);
  }

  send(datagram: Datagram): void {
    if (this.tap(datagram)) return;
    const way = this.way(datagram.from, datagram.to, datagram.lane);
    if (!this.passes(way)) return;
    this.#carry(datagram, way, false);
    if (this.#chance.is(way.duplicates)) this.#carry(datagram, way, true);
  }

  #carry(datagram: Datagram, way: Way, isCopy: boolean): void {
    this.later(this.takesMs(way), () => this.#deliver(datagram, isCopy));
  }

  /** Whether something sent now arrives at all. */
  passes(way: Way): boolean {
    return !way.cut && !this.#chance.is(way.loss);
  }

  takesMs(way: Way): number {
    const late = this.#chance.is(way.late) ? this.#chance.between(0, way.lateMs) : 0;
    return way.delayMs + this.#chance.between(0, way.jitterMs) + late;
  }
}
