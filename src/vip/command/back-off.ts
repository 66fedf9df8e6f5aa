import { SECOND_MS } from '../../core/units.ts';

const FIRST_MS = SECOND_MS;
const LONGEST_MS = 10 * SECOND_MS;

/** How long to wait after the attempt of this number, from 1: 1, 2, 4, 8, 10, 10 … s. */
export const afterAttemptMs = (attempt: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));

/**
 * A `down` that failed is tried again after 5, 15 and 45 s, and then left: whoever takes the address over takes it away
 * from here as well. Undefined when it is not tried again.
 */
export const downAgainMs = (attempt: number): number | undefined =>
  attempt <= 3 ? 5 * SECOND_MS * 3 ** (attempt - 1) : undefined;

const FRESH_MS = 5 * SECOND_MS;

/**
 * How long an answer of `show` counts: what an earlier holder has asked for may still come into effect after a takeover, so
 * the new one looks at 5, 10, 20 … s, until it is as often as the config says.
 */
export const showAgainMs = (sinceUpMs: number, everyMs: number): number =>
  Math.min(everyMs, Math.max(FRESH_MS, sinceUpMs));
