import type { Chance } from './chance.ts';

/** One direction between two hosts. */
export interface Way {
  cut: boolean;
  loss: number;
  delayMs: number;
  /** Added to the delay, evenly spread: frames overtake each other within it. */
  jitterMs: number;
  duplicates: number;
  /** Share of frames that come up to `lateMs` later than the others. */
  late: number;
  lateMs: number;
}

export interface Datagram {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly sentAt: number;
}

/** Sees every datagram as it is sent; true takes it off the wire. */
export type Tap = (datagram: Datagram) => boolean;

export const calmWay = (delayMs: number): Way => ({
  cut: false,
  loss: 0,
  delayMs,
  jitterMs: delayMs / 4,
  duplicates: 0,
  late: 0,
  lateMs: 0,
});

/** Datagrams between hosts, one way at a time: lost, late, doubled and reordered as each way says. */
export class Network {
  readonly #ways = new Map<string, Way>();
  readonly #chance: Chance;
  readonly #later: (ms: number, run: () => void) => void;
  readonly #deliver: (datagram: Datagram, isCopy: boolean) => void;
  tap: Tap = () => false;

  constructor(
    chance: Chance,
    later: (ms: number, run: () => void) => void,
    deliver: (datagram: Datagram, isCopy: boolean) => void,
  ) {
    this.#chance = chance;
    this.#later = later;
    this.#deliver = deliver;
  }

  addWay(from: number, to: number, way: Way): void {
    this.#ways.set(`${from}>${to}`, way);
  }

  way(from: number, to: number): Way {
    const way = this.#ways.get(`${from}>${to}`);
    if (way === undefined) throw new Error(`no way from host ${from} to host ${to}`);
    return way;
  }

  ways(): readonly Way[] {
    return [...this.#ways.values()];
  }

  send(datagram: Datagram): void {
    if (this.tap(datagram)) return;
    const way = this.way(datagram.from, datagram.to);
    if (way.cut || this.#chance.is(way.loss)) return;
    this.#carry(datagram, way, false);
    if (this.#chance.is(way.duplicates)) this.#carry(datagram, way, true);
  }

  #carry(datagram: Datagram, way: Way, isCopy: boolean): void {
    const late = this.#chance.is(way.late) ? this.#chance.between(0, way.lateMs) : 0;
    const ms = way.delayMs + this.#chance.between(0, way.jitterMs) + late;
    this.#later(ms, () => this.#deliver(datagram, isCopy));
  }
}
