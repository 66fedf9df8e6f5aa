import { seconds } from '../core/group/moves.ts';
import { SECOND_MS, type MonoMs } from '../core/units.ts';

/** What this node knows of a move to itself, all of it by its own clock. */
export interface GapFacts {
  /** When the newest frame came in which the former holder said that it had the address; undefined when nobody had it. */
  readonly lastHadAt: MonoMs | undefined;
  /** It keeps the address until it hears that we have it. */
  readonly keepsIt: boolean;
  /** When a look showed the address here. */
  readonly upAt: MonoMs;
}

/**
 * For how long the address was on no node, at most: the frame was under way for a moment, and the former holder may have
 * had the address for long after it. 0 for an overlap, undefined when nobody had it before.
 */
export function gapMs({ lastHadAt, keepsIt, upAt }: GapFacts): number | undefined {
  if (lastHadAt === undefined) return undefined;
  return keepsIt ? 0 : Math.max(0, Math.ceil(upAt - lastHadAt));
}

export function gapText(ms: number | undefined): string {
  if (ms === undefined) return '';
  if (ms === 0) return 'none';
  return `at most ${ms < SECOND_MS ? `${ms} ms` : seconds(ms)}`;
}
