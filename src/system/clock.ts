import type { Clock } from '../core/ports.ts';
import type { MonoMs, WallMs } from '../core/units.ts';

/** setTimeout takes 31 bits; a longer wait is waited in pieces. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Monotonic on purpose: an NTP step must never look like a dead peer. */
export const systemClock: Clock = {
  nowMs: () => performance.now() as MonoMs,
  wallMs: () => Date.now() as WallMs,
  wakeAt(atMs, wake) {
    let cancel: () => void;
    const wait = (): void => {
      const leftMs = atMs - performance.now();
      // A timer of 0 ms takes 1 ms or more; what is due runs after this turn's sockets instead.
      if (leftMs <= 0) {
        const immediate = setImmediate(wake);
        cancel = () => clearImmediate(immediate);
        return;
      }
      // Timers count whole milliseconds from a clock read once per turn, and would often fire up to 1 ms early: one more
      // than is left costs half a millisecond on average, and saves a second wake-up.
      const timer = setTimeout(
        () => (performance.now() >= atMs ? wake() : wait()),
        Math.min(Math.ceil(leftMs) + 1, MAX_DELAY_MS),
      );
      cancel = () => clearTimeout(timer);
    };
    wait();
    return () => cancel();
  },
};
