import type { Arbiter, Clock, LockAnswer } from '../core/ports.ts';
import { after, type MonoMs } from '../core/units.ts';

/** The locks of one product. May throw Unclear; is asked about one group one question at a time. */
export interface Locks {
  take(group: string, byMs: MonoMs): Promise<LockAnswer>;
  give(group: string, byMs: MonoMs): Promise<void>;
  /** Ends what is under way. What is held stays: it expires, or the next process of this node takes it on. */
  close(): void;
}

/**
 * Keeps a group's calls in order and within their time, which runs from the call, not from its turn: all calls of a group
 * that wait are then done within one timeout.
 */
export function arbiterOver(locks: Locks, clock: Clock, timeoutMs: number): Arbiter {
  const lastOf = new Map<string, Promise<unknown>>();
  const inTurn = <Result>(group: string, work: (byMs: MonoMs) => Promise<Result>): Promise<Result> => {
    const byMs = after(clock.nowMs(), timeoutMs);
    const done = (lastOf.get(group) ?? Promise.resolve()).then(() => work(byMs));
    lastOf.set(group, done);
    return done;
  };
  return {
    take: (group) =>
      inTurn(group, async (byMs) => {
        try {
          return await locks.take(group, byMs);
        } catch (error) {
          return { kind: 'unknown', text: error instanceof Error ? error.message : String(error) };
        }
      }),
    give: (group) =>
      inTurn(group, async (byMs) => {
        // Best effort: a lock that could not be given expires.
        await locks.give(group, byMs).catch(() => undefined);
      }),
    async close() {
      locks.close();
      await Promise.all(lastOf.values());
    },
  };
}
