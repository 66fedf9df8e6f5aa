import type { Body } from '../frame.ts';
import { after, type GroupId, type MonoMs } from '../units.ts';
import type { Link, LinkTiming, Unproven } from './link.ts';

/** Signatures are checked this seldom for frames that open nothing, whatever arrives. */
const CHECK_EVERY_MS = 250;

/** From this age on the rate must fit; before, there is nothing to measure it by. */
const YOUNG_MS = 1_000;
const GROUPS_KEPT = 256;

/**
 * Remembers that a peer's frames arrive although no session can be opened, because ours don't reach it: the commonest
 * misconfiguration of all, a firewall on one side. Only frames that go forward count, and after a second only if their
 * clock goes at half to twice the time that passes here: a recording that is played again, or faster, does not last.
 * True when something of it is new.
 */
export function noteUnproven(link: Link, body: Body, now: MonoMs, verify: () => boolean): boolean {
  if (now < link.unprovenCheckAt) return false;
  // Also after a bad signature: whoever has only a box secret could make us check them without end.
  link.unprovenCheckAt = after(now, CHECK_EVERY_MS);
  const sentMs = body.sentUs / 1_000;
  const known = link.unproven?.session === body.session ? link.unproven : undefined;
  if (known !== undefined && (body.seq <= known.lastSeq || sentMs <= known.lastSentMs)) return false;
  if (!verify()) return false;
  const activeAt = new Map([...(link.unproven?.activeAt ?? [])].slice(-GROUPS_KEPT));
  for (const group of body.groups) if (group.role === 'active') activeAt.set(group.id, now);
  const first = known ?? { firstSentMs: sentMs, firstAt: now };
  const rate = (sentMs - first.firstSentMs) / Math.max(1, now - first.firstAt);
  link.unproven = {
    session: body.session,
    firstSentMs: first.firstSentMs,
    firstAt: first.firstAt,
    lastSeq: body.seq,
    lastSentMs: sentMs,
    lastAt: now,
    proven: now - first.firstAt < YOUNG_MS || (rate >= 0.5 && rate <= 2),
    activeAt,
  };
  return true;
}

const lastsMs = (timing: LinkTiming): number => Math.max(timing.timeoutMs, 2 * CHECK_EVERY_MS);

/** Whether frames of such a peer arrived within a timeout. */
export const isUnproven = (link: Link, now: MonoMs, timing: LinkTiming): boolean =>
  link.unproven !== undefined && link.unproven.proven && now < unprovenUntil(link.unproven, timing);

export const unprovenUntil = (unproven: Unproven, timing: LinkTiming): MonoMs =>
  after(unproven.lastAt, lastsMs(timing));

/** Whether such a peer says that it holds `group`. The first such frame counts too: a starting node has time to be wrong. */
export function saysActiveUnproven(link: Link, group: GroupId, now: MonoMs, timing: LinkTiming): boolean {
  const saidAt = link.unproven?.activeAt.get(group);
  return saidAt !== undefined && isUnproven(link, now, timing) && now - saidAt < lastsMs(timing);
}
