import type { Clock } from '../../../src/core/ports.ts';
import { after } from '../../../src/core/units.ts';

/** What belongs together and ends together: its timers, and answers that come too late. */
export interface Attempt {
  readonly isOver: boolean;
  after(ms: number, task: () => void): void;
  end(): void;
}

export function newAttempt(clock: Clock): Attempt {
  const timers = new Set<() => void>();
  let isOver = false;
  return {
    get isOver() {
      return isOver;
    },
    after(ms, task) {
      const cancel = clock.wakeAt(after(clock.nowMs(), ms), () => {
        timers.delete(cancel);
        task();
      });
      timers.add(cancel);
    },
    end() {
      isOver = true;
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
