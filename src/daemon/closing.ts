import type { Clock, Log } from '../core/ports.ts';
import { after, SECOND_MS } from '../core/units.ts';

/** What was opened, to be closed again in reverse order: at the end, and when a start fails halfway. */
export interface Closing {
  /** `limitMs`: what it may take where that is more than the rest does. */
  add(name: string, close: () => void | Promise<void>, limitMs?: number): void;
  /** Settles when all of it is closed or was given up; rejects never. */
  run(): Promise<void>;
}

interface Opened {
  readonly name: string;
  readonly close: () => void | Promise<void>;
  readonly limitMs: number;
}

/** The longest that anything but hooks has to do at its end is the guard's taking down, which bounds itself at 5 s. */
const CLOSE_MS_MAX = 6 * SECOND_MS;

export function newClosing(clock: Clock, log: Log): Closing {
  const opened: Opened[] = [];
  return {
    add: (name, close, limitMs = CLOSE_MS_MAX) => void opened.push({ name, close, limitMs }),
    async run() {
      for (let last = opened.pop(); last !== undefined; last = opened.pop()) {
        const { name } = last;
        // One that fails to close must not keep the others open.
        await inTime(clock, last, () =>
          log.error({ part: name }, `${name}: not closed in time, given up`),
        ).catch((error: unknown) => log.error({ err: error, part: name }, `${name}: could not be closed`));
      }
    },
  };
}

async function inTime(clock: Clock, { close, limitMs }: Opened, onLate: () => void): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    cancel = clock.wakeAt(after(clock.nowMs(), limitMs), () => {
      onLate();
      resolve();
    });
  });
  try {
    await Promise.race([close(), late]);
  } finally {
    cancel();
  }
}
