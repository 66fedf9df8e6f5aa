import type { Body } from '../frame.ts';
import { after, type GroupId, type MonoMs } from '../units.ts';
import type { Link, LinkTiming } from './link.ts';

/** Signatures are checked this seldom for frames that open nothing, whatever arrives. */
const CHECK_EVERY_MS = 250;

/**
 * Remembers that a peer's frames arrive although no session can be opened, because ours don't reach it: the commonest
 * misconfiguration of all, a firewall on one side. Believed only when numbers and clock advance at half to twice real
 * time, which a recording played at another speed does not do.
 */
export function noteUnproven(link: Link, body: Body, now: MonoMs, verify: () => boolean): void {
  if (now < link.unprovenCheckAt) return;
  // Also after a bad signature: whoever has only a box secret could make us check them without end.
  link.unprovenCheckAt = after(now, CHECK_EVERY_MS);
  if (!verify()) return;
  const known = link.unproven;
  const sentMs = body.sentUs / 1_000;
  const active = body.groups.filter((group) => group.role === 'active').map((group) => group.id);
  if (
    known === undefined ||
    known.session !== body.session ||
    body.seq <= known.lastSeq ||
    sentMs <= known.lastSentMs
  ) {
    const start = { firstSeq: body.seq, firstSentMs: sentMs, firstAt: now };
    const last = { lastSeq: body.seq, lastSentMs: sentMs, lastAt: now };
    link.unproven = { session: body.session, ...start, ...last, proven: false, active };
    return;
  }
  const rate = (sentMs - known.firstSentMs) / Math.max(1, now - known.firstAt);
  known.lastSeq = body.seq;
  known.lastSentMs = sentMs;
  known.lastAt = now;
  known.proven = rate >= 0.5 && rate <= 2;
  known.active = active;
}

/** Whether frames of such a peer arrived within a timeout. */
export function isUnproven(link: Link, now: MonoMs, timing: LinkTiming): boolean {
  return (
    link.unproven !== undefined && now - link.unproven.lastAt < Math.max(timing.timeoutMs, 2 * CHECK_EVERY_MS)
  );
}

/** Whether such a peer says that it holds `group`. The first such frame counts too: a starting node has time to be wrong. */
export const saysActiveUnproven = (link: Link, group: GroupId, now: MonoMs, timing: LinkTiming): boolean =>
  isUnproven(link, now, timing) && link.unproven!.active.includes(group);
