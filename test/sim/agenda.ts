/** What is to happen and when, in true time (milliseconds since the world began): a binary heap. */
export interface Appointment {
  at: number;
  /** Among equals, first made first kept. */
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

const isBefore = (a: Appointment, b: Appointment): boolean =>
  a.at !== b.at ? a.at < b.at : a.order < b.order;

export class Agenda {
  readonly #heap: Appointment[] = [];
  #made = 0;

  at(at: number, run: () => void): Appointment {
    const appointment = { at, order: this.#made++, run, cancelled: false };
    this.#heap.push(appointment);
    this.#rise(this.#heap.length - 1);
    return appointment;
  }

  /** The next appointment at or before `until`, taken off; undefined when there is none. */
  take(until: number): Appointment | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > until) return undefined;
      const last = this.#heap.pop()!;
      if (this.#heap.length > 0) {
        this.#heap[0] = last;
        this.#sink(0);
      }
      if (!first.cancelled) return first;
    }
  }

  #rise(place: number): void {
    const heap = this.#heap;
    const item = heap[place]!;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(item, heap[above]!)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = item;
  }

  #sink(place: number): void {
    const heap = this.#heap;
    const item = heap[place]!;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, item)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = item;
  }
}
