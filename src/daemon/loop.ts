import { step } from '../core/node/step.ts';
import type { NodeEffect, NodeEvent, NodeState } from '../core/node/state.ts';
import type { Clock } from '../core/ports.ts';
import type { MonoMs } from '../core/units.ts';

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
    onStep = () => undefined,
  }: {
    clock: Clock;
    perform: (effect: NodeEffect) => void;
    onOverflow: () => void;
    /** After each event and its effects, with the event's moment. Only looks on. */
    onStep?: (now: MonoMs) => void;
  },
): Loop {
  const inbox: Happening[] = [];
  let busy = false;
  let stopped = false;
  let cancel = (): void => undefined;
  let armedAt = Number.POSITIVE_INFINITY;
  let wantedAt = clock.nowMs();

  const handle = (happening: Happening): string | undefined => {
    const event = { ...happening, now: clock.nowMs(), wall: clock.wallMs() } as NodeEvent;
    const { effects, verdict, wakeAt } = step(node, event);
    for (const effect of effects) perform(effect);
    onStep(event.now);
    schedule(wakeAt);
    return verdict;
  };
  // An armed timer that is early is left alone: it looks again when it fires. A frame nearly always moves the wake-up to
  // later, and would clear and set a timer each time.
  const schedule = (at: MonoMs): void => {
    wantedAt = at;
    if (stopped || armedAt <= at) return;
    cancel();
    arm(at);
  };
  const arm = (at: MonoMs): void => {
    armedAt = at;
    cancel = clock.wakeAt(at, () => {
      armedAt = Number.POSITIVE_INFINITY;
      if (wantedAt > clock.nowMs()) arm(wantedAt);
      else tell({ kind: 'tick' });
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
