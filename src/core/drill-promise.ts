import type { Bound, PromiseTerm } from './drill-report.ts';
import { LEASE_ROUNDING_MS } from './group/election.ts';
import type { AskPolicy } from './group/state.ts';
import { SECOND_MS } from './units.ts';

/** What a config promises: upper bounds, each with its terms, so that a reader can see what to change. */

export interface Promised {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly asks: AskPolicy;
  /** What bringing the addresses up takes at most on a healthy host, with everything that the system probes. */
  readonly upMs: number;
  readonly overlap: boolean;
}

const term = (text: string, ms: number): readonly PromiseTerm[] =>
  ms > 0 ? [{ text, ms: Math.ceil(ms) }] : [];
const boundOf = (terms: readonly PromiseTerm[]): Bound => ({
  ms: terms.reduce((sum, { ms }) => sum + ms, 0),
  terms,
});

/** A lock that was just refused is asked for again after this. */
const LOCK_AGAIN_MS = SECOND_MS;

/** From the holder's last word until another holds, the first in line being healthy. */
export function failoverBound({ intervalMs, timeoutMs, leaseMs, asks, upMs }: Promised): Bound {
  const { confirm, witness, lock } = asks;
  const questionsMs = Math.max(confirm?.timeoutMs ?? 0, witness?.timeoutMs ?? 0, lock?.timeoutMs ?? 0);
  // The host of a node that plays dead answers: the confirmation costs its wait, as after the death of an agent alone.
  const waits = confirm?.ifAlive === 'wait';
  const waitMs = waits ? Math.max(SECOND_MS, leaseMs) + LEASE_ROUNDING_MS : 0;
  // It was renewed at the last moment at best, and runs while the others still wait for a word.
  const lockMs = lock === undefined ? 0 : Math.max(0, lock.ttlMs - timeoutMs) + LOCK_AGAIN_MS;
  return boundOf([
    ...term('timeout: silence until it counts as dead', timeoutMs),
    ...term('one interval: words under way, timers', intervalMs),
    ...term('confirm, witness, lock: asked at once', questionsMs),
    ...term('confirm: the host answers, one wait', waitMs),
    ...term('lock: runs out, and is asked for again', lockMs),
    ...term('adapter: bring up and announce', upMs),
  ]);
}

/** On the way of a planned move. */
export const returnBound = ({ intervalMs, upMs, overlap }: Promised): Bound =>
  overlap
    ? boundOf([])
    : boundOf([
        ...term('one interval: words under way', intervalMs),
        ...term('adapter: break before make', upMs),
      ]);
