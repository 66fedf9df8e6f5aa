import { SECOND_MS } from '../core/units.ts';
import { formatDuration } from './duration.ts';
import type { Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';

/**
 * How long after the last renewal a kernel may still show a leased address, beyond the lease itself: 1 s because it
 * rounds (measured on Linux), 0.2 s for the renewal on its way.
 */
const LEASE_SLACK_MS = 1_200;

/** Below, one late heartbeat is a dead peer. */
const INTERVALS_PER_TIMEOUT_MIN = 1.7;
const INTERVALS_PER_TIMEOUT_CALM = 2;

/**
 * How many heartbeats may be lost just before a crash or freeze without two nodes holding an address afterwards:
 * timeout ≥ lease + 1.2 s + k intervals. Negative when they can even without a loss; undefined without a lease.
 */
export function lostBeatsCovered(timing: {
  intervalMs: number;
  timeoutMs: number;
  leaseSeconds: number;
}): number | undefined {
  if (timing.leaseSeconds === 0) return undefined;
  return Math.floor(marginMs(timing) / timing.intervalMs);
}

/** Milliseconds for which two nodes may hold an address after a freeze, without any loss; 0 when they can't. */
export const overlapMs = (timing: { timeoutMs: number; leaseSeconds: number }): number =>
  timing.leaseSeconds === 0 ? Infinity : Math.max(0, -marginMs(timing));

const marginMs = ({ timeoutMs, leaseSeconds }: { timeoutMs: number; leaseSeconds: number }): number =>
  timeoutMs - (leaseSeconds * SECOND_MS + LEASE_SLACK_MS);

export function timingFindings({ heartbeat, leaseSeconds }: Parts): readonly Finding[] {
  if (!heartbeat) return [];
  const { interval, timeout, startup } = heartbeat;
  const path = ['heartbeat', 'timeout'];
  const shown = `${formatDuration(timeout)} is ${(timeout / interval).toFixed(2)} intervals of ${formatDuration(interval)}`;
  if (timeout < INTERVALS_PER_TIMEOUT_MIN * interval) {
    const enough = formatDuration(Math.ceil(INTERVALS_PER_TIMEOUT_MIN * interval));
    return [
      { severity: 'error', path, text: `${shown}, and at least 1.7 are needed: write ${enough} or more` },
    ];
  }
  const findings: Finding[] = [];
  const warn = (at: readonly string[], text: string): void => {
    findings.push({ severity: 'warning', path: at, text });
  };
  if (timeout < INTERVALS_PER_TIMEOUT_CALM * interval) {
    warn(path, `${shown}; below 2 it takes probes to tell every lost heartbeat from a dead peer`);
  }
  if (startup !== undefined && startup < timeout) {
    warn(
      ['heartbeat', 'startup'],
      `${formatDuration(startup)} is shorter than the timeout of ${formatDuration(timeout)}: a starting node may take over from a healthy one that it has not heard yet`,
    );
  }
  if (leaseSeconds === 0) {
    warn(
      ['lease'],
      'it is off: if the agent freezes, its addresses stay, and two nodes hold them until it wakes or is killed',
    );
  } else if (leaseSeconds !== undefined && overlapMs({ timeoutMs: timeout, leaseSeconds }) > 0) {
    const seconds = overlapMs({ timeoutMs: timeout, leaseSeconds }) / SECOND_MS;
    warn(
      path,
      `${formatDuration(timeout)} is shorter than the lease of ${leaseSeconds}s + 1.2s: after a freeze two nodes may hold an address for up to ${Number(seconds.toFixed(2))}s; write ${formatDuration(leaseSeconds * SECOND_MS + LEASE_SLACK_MS)} or more to rule that out`,
    );
  }
  return findings;
}
