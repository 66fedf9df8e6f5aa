import { after, type MonoMs } from '../units.ts';
import { timeoutFor, type Link, type LinkTiming } from './link.ts';

/** A late peer is asked this often before it is called dead. */
const ROUNDS_MAX = 8;
const ROUND_APART_MS_MIN = 5;
/** A stall is long from this share of the timeout on: below it every silent peer still gets its probes. */
const LONG_STALL_SHARE = 4;

/** From this moment on the peer is late: 1.2 of its intervals after its newest fresh frame, and four deviations. */
export function lateAt(link: Link, timing: LinkTiming): MonoMs {
  const interval = link.intervalMs ?? timing.intervalMs;
  return after(link.freshAt ?? link.heardSince, 1.2 * interval + 4 * link.jitterMs);
}

export const isSuspect = (link: Link, now: MonoMs, timing: LinkTiming): boolean =>
  link.alive && now >= lateAt(link, timing);

/**
 * When the next probe round is due: spread evenly over what is left until the deadline. Undefined when there is none. The
 * first waits for our next beat, at `beatAt`, if that comes in the first half of the time that is left: a peer in good
 * health is nearly always heard before then, and a wake-up only to see that would be one in three of an idle agent's.
 */
export function nextProbeAt(link: Link, timing: LinkTiming, beatAt?: MonoMs): MonoMs | undefined {
  if (!link.alive) return undefined;
  const late = Math.min(lateAt(link, timing), link.deadline) as MonoMs;
  const left = link.deadline - late;
  const rounds = Math.min(ROUNDS_MAX, Math.floor(left / ROUND_APART_MS_MIN));
  if (link.probesSent >= rounds) return undefined;
  if (link.probesSent === 0)
    return beatAt !== undefined && beatAt > late && beatAt <= late + left / 2 ? beatAt : late;
  const from = Math.max(late, link.probingSince ?? late) as MonoMs;
  return after(from, ((link.deadline - from) * link.probesSent) / rounds);
}

/** Whether the deadline is over; a node that is still reading what arrived meanwhile must not ask. */
export function judge(link: Link, now: MonoMs): boolean {
  if (!link.alive || now < link.deadline) return false;
  link.alive = false;
  link.lostAt = now;
  link.saysHearsUs = false;
  return true;
}

/**
 * Time in which we did not listen is not the peer's silence. Every deadline moves by the length of our stall. After a long
 * one the sockets may have overflowed: then, once in a silence, it also moves to two intervals and a probe round from now
 * ("once", or a node with a hiccup every 0.2 s never takes over).
 */
export function forgiveStall(
  link: Link,
  stalledMs: number,
  now: MonoMs,
  timing: LinkTiming,
  { counted = true } = {},
): void {
  if (!link.alive) return;
  // A clock that stood still moved every deadline on it by itself.
  if (counted) link.deadline = after(link.deadline, stalledMs);
  if (link.graceUsed || stalledMs < timeoutFor(link, timing) / LONG_STALL_SHARE) return;
  link.graceUsed = true;
  link.probesSent = 0;
  link.probingSince = undefined;
  const interval = link.intervalMs ?? timing.intervalMs;
  const grace = Math.min(2 * interval + 2 * ROUND_APART_MS_MIN, timeoutFor(link, timing));
  link.deadline = Math.max(link.deadline, after(now, grace)) as MonoMs;
}
