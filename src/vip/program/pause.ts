import type { Clock } from '../../core/ports.ts';
import { after } from '../../core/units.ts';

/** Settles after `ms`, or as soon as the signal aborts. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.wakeAt(after(clock.nowMs(), ms), end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
