import type { Clock } from '../../src/core/ports.ts';
import type { MonoMs, WallMs } from '../../src/core/units.ts';

/** A clock that stands until it is told to go on, and then wakes in order of time. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #wallAtZeroMs: number;
  readonly #waiting = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  constructor(wallAtZero = '2026-03-01T12:00:00.000Z') {
    this.#wallAtZeroMs = Date.parse(wallAtZero);
  }
  nowMs(): MonoMs {
    return this.#nowMs as MonoMs;
  }
  wallMs(): WallMs {
    return (this.#wallAtZeroMs + this.#nowMs) as WallMs;
  }
  wakeAt(atMs: MonoMs, wake: () => void): () => void {
    const entry = { atMs, wake };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }
  get waiting(): number {
    return this.#waiting.size;
  }
  goOn(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#waiting].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    this.#nowMs = endMs;
  }
}
