import { step } from '../core/node/step.ts';
import type { NodeEffect, NodeEvent, NodeState } from '../core/node/state.ts';
import type { Clock } from '../core/ports.ts';
import { after, type MonoMs, type WallMs } from '../core/units.ts';

type Timeless<E> = E extends unknown ? Omit<E, 'now' | 'wall'> : never;
/** An event as the shell has it; the loop adds the clocks. */
export type Happening = Timeless<NodeEvent>;

/**
 * Feeds the node's machine: one event at a time, each with the clocks read once, its effects carried out before the next.
 * An effect that causes an event at once queues it behind.
 */
export interface Loop {
  tell(happening: Happening): string | undefined;
  stop(): void;
}

const INBOX_MAX = 4_096;

export function startLoop(
  node: NodeState,
  {
    clock,
    perform,
    onOverflow,
  }: { clock: Clock; perform: (effect: NodeEffect) => void; onOverflow: () => void },
): Loop {
  const inbox: Happening[] = [];
  let busy = false;
  let stopped = false;
  let cancel = (): void => undefined;
  let wakesAt = Number.POSITIVE_INFINITY;

  const handle = (happening: Happening): string | undefined => {
    const event = { ...happening, now: clock.nowMs(), wall: clock.wallMs() } as NodeEvent;
    const { effects, verdict, wakeAt } = step(node, event);
    for (const effect of effects) perform(effect);
    schedule(wakeAt);
    return verdict;
  };
  const schedule = (at: MonoMs): void => {
    if (stopped || at === wakesAt) return;
    cancel();
    wakesAt = at;
    cancel = clock.wakeAt(at, () => {
      wakesAt = Number.POSITIVE_INFINITY;
      tell({ kind: 'tick' });
    });
  };
  const tell = (happening: Happening): string | undefined => {
    if (stopped) return undefined;
    if (busy) {
      if (inbox.length >= INBOX_MAX) onOverflow();
      else inbox.push(happening);
      return undefined;
    }
    busy = true;
    try {
      const verdict = handle(happening);
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) handle(next);
      return verdict;
    } finally {
      busy = false;
    }
  };
  schedule(clock.nowMs());
  return {
    tell,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

/** Two turns of the loop without a datagram: what arrived during a stall has been read. At most ten turns. */
export function whenDrained(received: () => number, done: () => void): void {
  let quiet = 0;
  let turns = 0;
  let seen = received();
  const turn = (): void => {
    turns += 1;
    quiet = received() === seen ? quiet + 1 : 0;
    seen = received();
    if (quiet >= 2 || turns >= 10) done();
    else setImmediate(turn);
  };
  setImmediate(turn);
}

/** Watches for a suspended host: the clock that counts sleep runs away from the monotonic one. */
export function sleepWatch(
  clock: Clock,
  uptimeMs: () => number,
  onSlept: (ms: number) => void,
): (now: MonoMs, wall: WallMs) => void {
  const apart = (): number => uptimeMs() - clock.nowMs();
  let known = apart();
  let nextAt = clock.nowMs();
  return (now) => {
    if (now < nextAt) return;
    nextAt = after(now, 1_000);
    const sleptMs = apart() - known;
    // Uptime has steps of 10 ms, and reading two clocks takes time.
    if (Math.abs(sleptMs) < 200) return;
    known += sleptMs;
    if (sleptMs > 0) onSlept(sleptMs);
  };
}
