import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../core/ports.ts';
import { after } from '../core/units.ts';

/** What a start needs once, such as the parsers of the config, is not needed again: this long after it. */
const TRIM_AFTER_MS = 10_000;
const BETWEEN_MS = 1_000;
/** The first frees objects and marks code as old, the second frees that code. */
const ROUNDS = 2;
/** A round holds everything up for some 30 ms, and for 250 on a machine that is ten times overloaded. */
const TIMEOUT_MS_MIN = 2_000;

type CollectGarbage = () => void;

/**
 * The two compilers that make fast code are left out: a daemon at rest has little to gain from them, and they keep 2 MB of
 * its memory. Before anything else of it is loaded.
 */
export function leaveOutCompilers(): void {
  for (const flag of ['--no-opt', '--no-maglev']) v8.setFlagsFromString(flag);
}

/**
 * Gives back what the start has left behind, a quarter of the memory: the engine would do so only under pressure, which a
 * daemon at rest never makes. Not where peers have so little patience that they could miss the beats of that moment.
 */
export function trimAfterStart(
  clock: Clock,
  timeoutMs: number,
  collect: CollectGarbage = collectGarbage,
): () => void {
  if (timeoutMs < TIMEOUT_MS_MIN) return () => undefined;
  let cancel = (): void => undefined;
  const wait = (round: number, forMs: number): void => {
    cancel = clock.wakeAt(after(clock.nowMs(), forMs), () => {
      collect();
      if (round < ROUNDS) wait(round + 1, BETWEEN_MS);
    });
  };
  wait(1, TRIM_AFTER_MS);
  return () => cancel();
}

/** Not by a flag at the start of the process: with it Node compiles its own modules anew, which takes 30 ms. */
function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
