import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { formatDuration } from '../config/duration.ts';

/** Of the default lease of 1 s; see config/timing.ts for what two nodes may do below it. */
const LEASE_AND_SLACK_MS = 2_200;
const SPARE_BEATS = 3;
const INTERVAL_MIN_MS = 100;
const STEP_MS = 100;

export interface Timing {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** How that came about, for the report and for a comment. */
  readonly why: string;
}

/**
 * The other program's time to notice a death is kept: so many advertisements and the skew. We say four times as often that we
 * live: what matters is how many words in a row may be lost, and that costs nothing.
 */
export function timingFor({
  advertMs,
  skewMs,
  missed = 3,
}: {
  advertMs: number;
  skewMs: number;
  missed?: number;
}): Timing {
  const intervalMs = Math.min(15 * SECOND_MS, Math.max(INTERVAL_MIN_MS, roundUp(advertMs / 4, 10)));
  const theirsMs = roundUp(missed * advertMs + skewMs, STEP_MS);
  const leastMs = LEASE_AND_SLACK_MS + roundUp(SPARE_BEATS * intervalMs, STEP_MS);
  const timeoutMs = Math.min(MINUTE_MS, Math.max(theirsMs, leastMs));
  const formula = `${missed} advertisements of ${formatDuration(advertMs)} and the skew make ${formatDuration(theirsMs)}`;
  const why =
    theirsMs < leastMs
      ? `${formula}; ${formatDuration(timeoutMs)} instead, so that no two nodes hold an address after a freeze (lease 1s + 1.2s + ${SPARE_BEATS} heartbeats)`
      : theirsMs > MINUTE_MS
        ? `${formula}; 1m instead, which is the longest here`
        : formula;
  return { intervalMs, timeoutMs, why };
}

const roundUp = (ms: number, step: number): number => Math.ceil(Number((ms / step).toFixed(6))) * step;
