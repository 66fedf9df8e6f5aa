import { SECOND_MS } from '../core/units.ts';
import { formatDuration } from './duration.ts';
import type { Parts } from './parts.ts';
import { RESTART_SECONDS_MAX } from './schema.ts';
import type { Finding } from './shape-problems.ts';

/** From the end of a promise and the last lease until the addresses are taken by somebody else. */
const AFTER_RESTART_MS = SECOND_MS;

/** Without a lease nothing ends the addresses of a node that doesn't come back, so it may not ask for patience. */
export const restartSecondsOf = (written: number, leaseSeconds: number): number =>
  leaseSeconds === 0 ? 0 : written;

/** Before this, a starting node may not know that another one is restarting and still holds its addresses. */
const startupFloorMs = (restartSeconds: number, leaseSeconds: number): number =>
  (restartSeconds + leaseSeconds) * SECOND_MS + AFTER_RESTART_MS;

export const startupDefaultMs = (timing: {
  timeoutMs: number;
  restartSeconds: number;
  leaseSeconds: number;
}): number => Math.max(2 * timing.timeoutMs, startupFloorMs(timing.restartSeconds, timing.leaseSeconds));

export function restartFindings({ heartbeat, leaseSeconds, restartSeconds }: Parts): readonly Finding[] {
  if (leaseSeconds === undefined || restartSeconds === undefined || restartSeconds === 0) return [];
  if (leaseSeconds === 0) {
    const text =
      'without a lease nothing would end the addresses of a node that does not come back from a restart, so "restart" counts as off; write "restart: off", or a lease';
    return [{ severity: 'note', path: ['lease'], text }];
  }
  return [
    ...tooShort(restartSeconds, leaseSeconds),
    ...startupFindings(heartbeat?.startup, restartSeconds, leaseSeconds),
  ];
}

/** The addresses are left for a time that is no shorter than their lease, see daemon/restart.ts. */
function tooShort(restartSeconds: number, leaseSeconds: number): readonly Finding[] {
  if (restartSeconds >= leaseSeconds) return [];
  const remedy =
    leaseSeconds > RESTART_SECONDS_MAX ? 'restart: off' : `restart: ${leaseSeconds}s or more, or off`;
  const text = `${leaseSeconds}s is longer than "restart", ${restartSeconds}s, so that "sealbeat restart" is always refused; write ${remedy}`;
  return [{ severity: 'warning', path: ['lease'], text }];
}

function startupFindings(
  startup: number | undefined,
  restartSeconds: number,
  leaseSeconds: number,
): readonly Finding[] {
  const floor = startupFloorMs(restartSeconds, leaseSeconds);
  if (startup === undefined || startup >= floor) return [];
  const sum = `restart + lease + 1s, which is ${formatDuration(floor)}`;
  const text = `${formatDuration(startup)} is shorter than ${sum}: a node that starts while another one restarts could claim beside it; write ${formatDuration(floor)} or more, or a shorter restart`;
  return [{ severity: 'warning', path: ['heartbeat', 'startup'], text }];
}
