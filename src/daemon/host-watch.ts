import { uptime } from 'node:os';
import type { Clock } from '../core/ports.ts';
import { after, SECOND_MS, type MonoMs } from '../core/units.ts';
import type { Happening } from './loop.ts';
import type { Reception } from './reception.ts';
import { sleepWatch } from './sleep.ts';

/** One counter file an interface, twice a second: what runs before every tick would cost a beat its punctuality. */
const LOOK_EVERY_MS = 500;

/** Tells of what this host shows in passing: that its interfaces receive, that it was suspended. Returns what stops it. */
export function watchHost({
  clock,
  reception,
  receivedAt,
  tell,
  uptimeMs = () => uptime() * SECOND_MS,
}: {
  clock: Clock;
  reception: Reception;
  /** What the machine knows already: frames of peers are reception, too. */
  receivedAt: () => MonoMs;
  tell: (happening: Happening) => void;
  uptimeMs?: () => number;
}): () => void {
  const lookForSleep = sleepWatch(clock, uptimeMs, (ms) => tell({ kind: 'slept', ms }));
  let cancel = (): void => undefined;
  const look = (): void => {
    // An event costs as much as a frame; while frames come more often than this, it would say nothing new.
    const isNews = clock.nowMs() - receivedAt() >= LOOK_EVERY_MS;
    if (reception.hasReceived() && isNews) tell({ kind: 'received' });
    lookForSleep();
    cancel = clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), look);
  };
  look();
  return () => cancel();
}
