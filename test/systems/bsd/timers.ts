import type { Clock } from '../../../src/core/ports.ts';
import { after } from '../../../src/core/units.ts';

/** Everything in a model that waits, so that closing it leaves nothing behind. */
export interface Timers {
  nowMs(): number;
  /** Returns what stops it; stopping twice, or too late, does nothing. */
  in(ms: number, act: () => void): () => void;
  stopAll(): void;
}

export function timersOn(clock: Clock): Timers {
  const running = new Set<() => void>();
  return {
    nowMs: () => clock.nowMs(),
    in(ms, act) {
      const stop = (): void => {
        if (running.delete(stop)) cancel();
      };
      const cancel = clock.wakeAt(after(clock.nowMs(), ms), () => {
        if (running.delete(stop)) act();
      });
      running.add(stop);
      return stop;
    },
    stopAll() {
      for (const stop of [...running]) stop();
    },
  };
}
