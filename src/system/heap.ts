import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../core/ports.ts';
import { after } from '../core/units.ts';

/** What a start needs once, such as the parsers of the config, is not needed again: this long after it. */
const FIRST_MS = 10_000;
/** The first round frees objects and marks code as old, the second frees that code. */
const AGAIN_MS = 1_000;
/** What lives for a hundred seconds, as what is remembered of a frame does, would else be collected after hours alone. */
const EVERY_MS = 300_000;
/** A round holds everything up for some 50 ms, and for 300 on a machine that is overloaded several times. */
const TIMEOUT_MS_MIN = 2_000;
/** A round begins when nothing is due for this long, so that no beat waits for it; that is looked for now and then. */
const QUIET_MS_MIN = 80;
const LOOK_EVERY_MS = 7;
const LOOKS_MAX = 200;

export interface TrimOptions {
  readonly clock: Clock;
  /** The patience of the peers. */
  readonly timeoutMs: number;
  /** For how long nothing is due. */
  readonly quietMs: () => number;
  readonly collect?: () => void;
}

/**
 * The two compilers that make fast code are left out: a daemon at rest has little to gain from them, and they keep 2 MB of
 * its memory. Before anything else of it is loaded.
 */
export function leaveOutCompilers(): void {
  for (const flag of ['--no-opt', '--no-maglev']) v8.setFlagsFromString(flag);
}

/**
 * Gives back what the start has left behind, and then what has gathered: the engine would do so only under pressure, which a daemon
 * at rest does not make for hours. Not where peers have so little patience that they could miss the beats of that moment.
 * Returns what ends it.
 */
export function trimMemory({ clock, timeoutMs, quietMs, collect = collectGarbage }: TrimOptions): () => void {
  if (timeoutMs < TIMEOUT_MS_MIN) return () => undefined;
  let cancel = (): void => undefined;
  const wait = (forMs: number, then: () => void): void => {
    cancel = clock.wakeAt(after(clock.nowMs(), forMs), then);
  };
  const collectWhenQuiet = (looksLeft: number, next: () => void): void => {
    if (quietMs() < QUIET_MS_MIN && looksLeft > 0)
      return wait(LOOK_EVERY_MS, () => collectWhenQuiet(looksLeft - 1, next));
    if (looksLeft > 0) collect();
    next();
  };
  const round = (forMs: number, next: () => void): void =>
    wait(forMs, () => collectWhenQuiet(LOOKS_MAX, next));
  const again = (): void => round(EVERY_MS, again);
  round(FIRST_MS, () => round(AGAIN_MS, again));
  return () => cancel();
}

/** Not by a flag at the start of the process: with it Node compiles its own modules anew, which takes 30 ms. */
function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
