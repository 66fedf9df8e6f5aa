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
  const activeAt = known?.activeAt ?? new Map<GroupId, MonoMs>();
  for (const group of body.groups) if (group.role === 'active') activeAt.set(group.id, now);
  if (
    known === undefined ||
    known.session !== body.session ||
    body.seq <= known.lastSeq ||
    sentMs <= known.lastSentMs
  ) {
    const start = { firstSeq: body.seq, firstSentMs: sentMs, firstAt: now };
    const last = { lastSeq: body.seq, lastSentMs: sentMs, lastAt: now };
    link.unproven = { session: body.session, ...start, ...last, proven: false, activeAt };
    return;
  }
  const rate = (sentMs - known.firstSentMs) / Math.max(1, now - known.firstAt);
  known.lastSeq = body.seq;
  known.lastSentMs = sentMs;
  known.lastAt = now;
  known.proven = rate >= 0.5 && rate <= 2;
}

const lastsMs = (timing: LinkTiming): number => Math.max(timing.timeoutMs, 2 * CHECK_EVERY_MS);

/** Whether frames of such a peer arrived within a timeout. */
export const isUnproven = (link: Link, now: MonoMs, timing: LinkTiming): boolean =>
  link.unproven !== undefined && now - link.unproven.lastAt < lastsMs(timing);

/** Whether such a peer says that it holds `group`. The first such frame counts too: a starting node has time to be wrong. */
export function saysActiveUnproven(link: Link, group: GroupId, now: MonoMs, timing: LinkTiming): boolean {
  const saidAt = link.unproven?.activeAt.get(group);
  return saidAt !== undefined && now - saidAt < lastsMs(timing);
}
