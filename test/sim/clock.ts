import type { MonoMs, WallMs } from '../../src/core/units.ts';

/** A host's two clocks against true time: the monotonic one drifts and stops with the machine, the wall clock jumps. */
export class HostClock {
  readonly #rate: number;
  /** At true time `#trueBase` the monotonic clock showed `#monoBase`. */
  #trueBase = 0;
  #monoBase: number;
  #wallMinusMono: number;
  #pausedAt: number | undefined;

  constructor({ driftPpm, monoMs, wallMs }: { driftPpm: number; monoMs: number; wallMs: number }) {
    this.#rate = 1 + driftPpm * 1e-6;
    this.#monoBase = monoMs;
    this.#wallMinusMono = wallMs - monoMs;
  }

  mono(at: number): MonoMs {
    return (this.#monoBase + ((this.#pausedAt ?? at) - this.#trueBase) * this.#rate) as MonoMs;
  }

  wall(at: number): WallMs {
    return (this.mono(at) + this.#wallMinusMono) as WallMs;
  }

  /** When the monotonic clock will show `mono`, if it is not stopped before. */
  trueAt(mono: MonoMs): number {
    return this.#trueBase + (mono - this.#monoBase) / this.#rate;
  }

  pause(at: number): void {
    this.#pausedAt = at;
  }

  /** `wallFollows`: the hypervisor sets the guest's wall clock right. */
  resume(at: number, { wallFollows }: { wallFollows: boolean }): void {
    const pausedAt = this.#pausedAt ?? at;
    this.#monoBase = this.mono(pausedAt);
    this.#trueBase = at;
    this.#pausedAt = undefined;
    if (wallFollows) this.#wallMinusMono += at - pausedAt;
  }

  /** The machine goes on from a snapshot: both clocks show what they showed then. */
  rewind(at: number, { mono, wall }: { mono: MonoMs; wall: WallMs }): void {
    this.#monoBase = mono;
    this.#trueBase = at;
    this.#wallMinusMono = wall - mono;
  }

  stepWall(ms: number): void {
    this.#wallMinusMono += ms;
  }
}
