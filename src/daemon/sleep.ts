import type { Clock } from '../core/ports.ts';
import { after } from '../core/units.ts';

/** Watches for a suspended host: the clock that counts sleep runs away from the monotonic one. */
export function sleepWatch(clock: Clock, uptimeMs: () => number, onSlept: (ms: number) => void): () => void {
  const apart = (): number => uptimeMs() - clock.nowMs();
  let known = apart();
  let nextAt = clock.nowMs();
  return () => {
    const now = clock.nowMs();
    if (now < nextAt) return;
    nextAt = after(now, 1_000);
    const sleptMs = apart() - known;
    // Uptime has steps of 10 ms, and reading two clocks takes time.
    if (Math.abs(sleptMs) < 200) return;
    known += sleptMs;
    if (sleptMs > 0) onSlept(sleptMs);
  };
}
