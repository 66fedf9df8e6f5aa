import { uptime } from 'node:os';
import type { Clock } from '../core/ports.ts';
import { after, SECOND_MS } from '../core/units.ts';
import type { Happening } from './loop.ts';
import type { Reception } from './reception.ts';
import { sleepWatch } from './sleep.ts';

/** One counter file an interface, four times a second: what runs before every tick would cost a beat its punctuality. */
const LOOK_EVERY_MS = 250;

/** Tells of what this host shows in passing: that its interfaces receive, that it was suspended. Returns what stops it. */
export function watchHost({
  clock,
  reception,
  tell,
  uptimeMs = () => uptime() * SECOND_MS,
}: {
  clock: Clock;
  reception: Reception;
  tell: (happening: Happening) => void;
  uptimeMs?: () => number;
}): () => void {
  const lookForSleep = sleepWatch(clock, uptimeMs, (ms) => tell({ kind: 'slept', ms }));
  let cancel = (): void => undefined;
  const look = (): void => {
    if (reception.hasReceived()) tell({ kind: 'received' });
    lookForSleep();
    cancel = clock.wakeAt(after(clock.nowMs(), LOOK_EVERY_MS), look);
  };
  look();
  return () => cancel();
}
