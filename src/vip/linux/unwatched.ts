import { type Clock, type Vip } from '../../core/ports.ts';
import { after } from '../../core/units.ts';
import { type IpMonitor } from './ip-monitor.ts';

/** Up to so many changes at once are watched by the monitor. It listens again well before it is asked what it missed. */
const WATCHED_MAX = 100;
const LISTENING_AFTER_MS = 100;

export interface Unwatched {
  /**
   * Changes many and looks, without a word from the monitor about each: to make, read and throw away a thousand of them
   * takes this host as long as the changes.
   */
  during(vips: readonly Vip[], work: () => Promise<void>): Promise<void>;
  close(): void;
}

export function unwatched({
  monitor,
  clock,
  carrierOf,
}: {
  monitor: IpMonitor;
  clock: Clock;
  /** Undefined when nobody knows. */
  carrierOf: (link: string) => Promise<boolean | undefined>;
}): Unwatched {
  /** Interfaces of which the monitor may have missed something. */
  const unheard = new Set<string>();
  let cancelAsking = (): void => {};

  const ask = (): void => {
    for (const link of unheard)
      void carrierOf(link).then((carrier) => {
        if (carrier !== undefined) monitor.seen(link, carrier);
      });
    unheard.clear();
  };

  return {
    async during(vips, work) {
      if (vips.length <= WATCHED_MAX) return await work();
      let resume = (): void => {};
      const cancelPause = clock.wakeAt(clock.nowMs(), () => (resume = monitor.pause())); // when ip has begun
      try {
        await work();
      } finally {
        cancelPause();
        resume();
        for (const { link } of vips) unheard.add(link);
        cancelAsking();
        cancelAsking = clock.wakeAt(after(clock.nowMs(), LISTENING_AFTER_MS), ask);
      }
    },
    close: () => cancelAsking(),
  };
}
