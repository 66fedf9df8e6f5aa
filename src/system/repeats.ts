import type { Clock } from '../core/ports.ts';
import { after } from '../core/units.ts';

export const REPEAT_WINDOW_MS = 10_000;
const MAX_KNOWN = 64;

/** Lets the first of identical lines through and counts the others. */
export interface RepeatFilter<Line> {
  /** True when the line is to be written now. */
  admit(identity: string, line: Line): boolean;
  /** Says what was counted so far, and forgets it. */
  flush(): void;
}

interface Known<Line> {
  readonly line: Line;
  count: number;
  cancel: () => void;
}

/**
 * `sayAgain` gets the line and how often it came again, at the end of each window in which it did. A window without a
 * repetition ends the counting: then the next one counts as the first. Bounded: beyond 64 different lines in a window
 * the oldest is said and forgotten.
 */
export function repeatFilter<Line>(
  clock: Clock,
  sayAgain: (line: Line, count: number) => void,
): RepeatFilter<Line> {
  const known = new Map<string, Known<Line>>();

  function forget(identity: string, entry: Known<Line>): void {
    entry.cancel();
    known.delete(identity);
    if (entry.count > 0) sayAgain(entry.line, entry.count);
  }
  function openWindow(identity: string, entry: Known<Line>): void {
    entry.cancel = clock.wakeAt(after(clock.nowMs(), REPEAT_WINDOW_MS), () => {
      if (entry.count === 0) return void known.delete(identity);
      sayAgain(entry.line, entry.count);
      entry.count = 0;
      openWindow(identity, entry);
    });
  }
  return {
    admit(identity, line) {
      const entry = known.get(identity);
      if (entry !== undefined) {
        entry.count += 1;
        return false;
      }
      const [oldest] = known;
      if (known.size >= MAX_KNOWN && oldest !== undefined) forget(...oldest);
      const fresh: Known<Line> = { line, count: 0, cancel: () => undefined };
      known.set(identity, fresh);
      openWindow(identity, fresh);
      return true;
    },
    flush() {
      for (const [identity, entry] of [...known]) forget(identity, entry);
    },
  };
}
