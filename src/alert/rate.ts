import type { Clock } from '../core/ports.ts';
import { after, type MonoMs } from '../core/units.ts';
import type { AlertMessage } from './message.ts';

/** Lets through at most so many messages in a while; the others are counted and told together when it is over. */
export interface RateLimit {
  add(message: AlertMessage): void;
  /** Tells at once what is to be told together, and ends. */
  stop(): void;
}

export interface Held {
  readonly count: number;
  /** The last of them, oldest first. */
  readonly last: readonly AlertMessage[];
}

const SHOWN_MAX = 20;
const OPEN_MAX = 1_000;

export function newRateLimit(
  { most, perMs }: { readonly most: number; readonly perMs: number },
  {
    clock,
    pass,
    summarise,
  }: {
    clock: Clock;
    pass: (message: AlertMessage) => void;
    summarise: (held: Held) => void;
  },
): RateLimit {
  const passedAt: MonoMs[] = [];
  /** Whose beginning was sent: their end is as well, or a receiver would keep it for ever. */
  const open = new Set<string>();
  let held: { count: number; last: AlertMessage[] } = { count: 0, last: [] };
  let cancel: (() => void) | undefined;

  const tellHeld = (): void => {
    cancel = undefined;
    if (held.count === 0) return;
    const told = held;
    held = { count: 0, last: [] };
    summarise(told);
  };
  const isFree = (message: AlertMessage): boolean => {
    const from = clock.nowMs() - perMs;
    while (passedAt[0] !== undefined && passedAt[0] <= from) passedAt.shift();
    return passedAt.length < most || (message.resolved && open.has(message.key));
  };
  return {
    add(message) {
      if (!isFree(message)) {
        held.count += 1;
        held.last = [...held.last, message].slice(-SHOWN_MAX);
        cancel ??= clock.wakeAt(after(passedAt[0]!, perMs), tellHeld);
        return;
      }
      if (message.resolved) open.delete(message.key);
      else if (message.key !== '' && open.size < OPEN_MAX) open.add(message.key);
      passedAt.push(clock.nowMs());
      pass(message);
    },
    stop() {
      cancel?.();
      tellHeld();
    },
  };
}
