/** How one direction of one path between two hosts behaves at the moment. */
export interface WayMood {
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

export type Transport = 'udp' | 'tcp';

export const calmWay = (delayMs: number): WayMood => ({
  cut: false,
  loss: 0,
  delayMs,
  jitterMs: delayMs / 4,
  duplicates: 0,
  late: 0,
  lateMs: 0,
});

/** One direction of one path. It knows since when it has been as it is, so that nobody has to look all the time. */
export class Way implements WayMood {
  readonly transport: Transport;
  readonly #now: () => number;
  readonly #mood: WayMood;
  #changedAt = 0;

  constructor(transport: Transport, mood: WayMood, now: () => number) {
    this.transport = transport;
    this.#mood = { ...mood };
    this.#now = now;
  }

  get cut(): boolean {
    return this.#mood.cut;
  }
  set cut(cut: boolean) {
    this.#change({ cut });
  }

  get loss(): number {
    return this.#mood.loss;
  }
  set loss(loss: number) {
    this.#change({ loss });
  }

  get delayMs(): number {
    return this.#mood.delayMs;
  }
  set delayMs(delayMs: number) {
    this.#change({ delayMs });
  }

  get jitterMs(): number {
    return this.#mood.jitterMs;
  }
  set jitterMs(jitterMs: number) {
    this.#change({ jitterMs });
  }

  get duplicates(): number {
    return this.#mood.duplicates;
  }
  set duplicates(duplicates: number) {
    this.#change({ duplicates });
  }

  get late(): number {
    return this.#mood.late;
  }
  set late(late: number) {
    this.#change({ late });
  }

  get lateMs(): number {
    return this.#mood.lateMs;
  }
  set lateMs(lateMs: number) {
    this.#change({ lateMs });
  }

  #change(mood: Partial<WayMood>): void {
    Object.assign(this.#mood, mood);
    this.#changedAt = this.#now();
  }

  /** Nothing that is sent gets lost, and nothing about that has changed since then; undefined while it is not so. */
  get wellSince(): number | undefined {
    return this.#mood.cut || this.#mood.loss > 0 ? undefined : this.#changedAt;
  }

  /** The longest that something takes which is not lost. */
  get slowestMs(): number {
    const { delayMs, jitterMs, late, lateMs } = this.#mood;
    return delayMs + jitterMs + (late > 0 ? lateMs : 0);
  }
}
