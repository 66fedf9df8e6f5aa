import type { Clock, Random } from '../core/ports.ts';
import type { AlertReport } from '../core/report.ts';
import type { AlertSettings } from '../core/settings.ts';
import { after } from '../core/units.ts';
import type { AlertMessage, AlertTarget } from './message.ts';
import { newQueue } from './queue.ts';
import { newRateLimit, type Held } from './rate.ts';

/** Takes messages and delivers them to every target, in order, as often as it takes. Adding costs the caller nothing. */
export interface Outbox {
  add(message: AlertMessage): void;
  reports(): readonly AlertReport[];
  /** Tries for at most `withinMs` to get rid of what waits. Returns how many messages are lost, by target. */
  close(withinMs: number): Promise<ReadonlyMap<string, number>>;
  /** Ends, and returns what waits by target, for the outbox of another config. */
  handOver(): ReadonlyMap<string, readonly AlertMessage[]>;
}

export interface OutboxPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly onGivenUp: (target: AlertTarget, message: AlertMessage, why: string) => void;
  /** The message that stands for those that were not sent one by one. */
  readonly summary: (held: Held) => AlertMessage;
  /** What an earlier config's outbox had not delivered yet. */
  readonly inherited?: ReadonlyMap<string, readonly AlertMessage[]>;
}

export function newOutbox(
  targets: readonly AlertTarget[],
  { rate, queueMax }: Pick<AlertSettings, 'rate' | 'queueMax'>,
  { clock, random, onGivenUp, summary, inherited }: OutboxPorts,
): Outbox {
  let onIdle = (): void => undefined;
  const queues = targets.map((target) => ({
    name: target.name,
    queue: newQueue(target, queueMax, { clock, random, onGivenUp, onIdle: () => onIdle() }),
  }));
  for (const { name, queue } of queues) for (const message of inherited?.get(name) ?? []) queue.add(message);
  const addToAll = (message: AlertMessage): void => {
    for (const { queue } of queues) queue.add(message);
  };
  const limit = newRateLimit(rate, {
    clock,
    pass: addToAll,
    summarise: (held) => addToAll(summary(held)),
  });
  const areIdle = (): boolean => queues.every(({ queue }) => queue.idle());
  return {
    add: limit.add,
    reports: () => queues.map(({ queue }) => queue.report()),
    handOver() {
      limit.stop();
      return new Map(queues.map(({ name, queue }) => [name, queue.handOver()]));
    },
    async close(withinMs) {
      limit.stop();
      for (const { queue } of queues) queue.hurry();
      if (!areIdle()) await untilIdle();
      const left = queues.map(({ name, queue }) => [name, queue.stop()] as const);
      return new Map(left.filter(([, count]) => count > 0));

      function untilIdle(): Promise<void> {
        return new Promise((resolve) => {
          const cancel = clock.wakeAt(after(clock.nowMs(), withinMs), resolve);
          onIdle = () => {
            if (!areIdle()) return;
            cancel();
            resolve();
          };
        });
      }
    },
  };
}
