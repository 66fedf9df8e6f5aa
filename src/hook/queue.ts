import { hooksAt, type HookMoment, type HookSettings } from '../core/hooks.ts';
import type { Clock } from '../core/ports.ts';
import { after, type MonoMs } from '../core/units.ts';
import { isOutdated } from './outdated.ts';

/** What a hook that runs is told of the group: as it was when the moment came, however long it waited. */
export interface Arrival<Told> {
  readonly moment: HookMoment;
  readonly hooks: readonly HookSettings[];
  readonly told: Told;
  /** Somebody waits for so long: what has not begun by then is not run, and what still runs is not waited for. */
  readonly withinMs?: number;
}

/**
 * One group's hooks: strictly in order, one at a time, whatever the moments. Nothing is run that a newer moment has made
 * meaningless, so that at most a few wait, however fast a group goes to and fro.
 */
export interface HookQueue<Told> {
  /** Settles when the hooks have ended, were dropped, or had their time. */
  arrive(arrival: Arrival<Told>): Promise<void>;
  /** What waits is run as the new config has it. */
  replace(hooks: readonly HookSettings[]): void;
  /** Settles when nothing runs and nothing waits. */
  settled(): Promise<void>;
  dropAll(): void;
}

export type DropReason = 'outdated' | 'late';

/** A moment of which hooks are still to be run, or run now. */
interface Pending<Told> {
  readonly arrival: Arrival<Told>;
  readonly until: MonoMs;
  readonly begun: Set<string>;
  left: readonly HookSettings[];
  readonly settle: () => void;
}

export const hookKey = (hook: HookSettings): string => JSON.stringify(hook);

export function newHookQueue<Told>({
  clock,
  run,
  onDropped,
}: {
  readonly clock: Clock;
  /** Never rejects, and bounds itself at `limitMs`. */
  readonly run: (hook: HookSettings, told: Told, limitMs: number) => Promise<void>;
  readonly onDropped: (hook: HookSettings, why: DropReason) => void;
}): HookQueue<Told> {
  let pending: readonly Pending<Told>[] = [];
  let running: Pending<Told> | undefined;
  let onIdle: readonly (() => void)[] = [];

  const remove = (one: Pending<Told>): void => {
    pending = pending.filter((other) => other !== one);
    one.settle();
  };
  const drop = (one: Pending<Told>, why: DropReason): void => {
    const dropped = one.left;
    one.left = [];
    remove(one);
    for (const hook of dropped) onDropped(hook, why);
  };
  const next = (): void => {
    if (running !== undefined) return;
    const [one] = pending;
    if (one === undefined) {
      const woken = onIdle;
      onIdle = [];
      for (const wake of woken) wake();
      return;
    }
    const [hook, ...left] = one.left;
    if (hook === undefined) {
      remove(one);
      return next();
    }
    running = one;
    one.left = left;
    one.begun.add(hookKey(hook));
    const limitMs = Math.min(hook.timeoutMs, one.until - clock.nowMs());
    void run(hook, one.arrival.told, limitMs).then(() => {
      running = undefined;
      next();
    });
  };
  const enqueue = (arrival: Arrival<Told>, done: () => void): void => {
    const until = after(clock.nowMs(), arrival.withinMs ?? Number.POSITIVE_INFINITY);
    let cancel = (): void => undefined;
    const settle = (): void => {
      cancel();
      done();
    };
    const mine: Pending<Told> = { arrival, until, begun: new Set(), left: arrival.hooks, settle };
    if (arrival.withinMs !== undefined) cancel = clock.wakeAt(until, () => drop(mine, 'late'));
    pending = [...pending, mine];
    next();
  };

  return {
    arrive(arrival) {
      for (const one of pending) if (isOutdated(one.arrival.moment, arrival.moment)) drop(one, 'outdated');
      if (arrival.hooks.length === 0) return Promise.resolve();
      return new Promise((resolve) => enqueue(arrival, resolve));
    },
    replace(hooks) {
      for (const one of pending) {
        one.left = hooksAt(hooks, one.arrival.moment).filter((hook) => !one.begun.has(hookKey(hook)));
        if (one.left.length === 0 && one !== running) remove(one);
      }
      next();
    },
    settled: () =>
      running === undefined && pending.length === 0
        ? Promise.resolve()
        : new Promise((wake) => {
            onIdle = [...onIdle, wake];
          }),
    dropAll() {
      for (const one of pending) drop(one, 'outdated');
    },
  };
}
