import { take } from '../bucket.ts';
import type { Body, GroupRecord, Reject } from '../frame.ts';
import { after, type MonoMs, type NodeId } from '../units.ts';
import { isBehind, markSeen, wasSeen } from '../window.ts';
import {
  ANSWER_RATE,
  countReject,
  isTwoWay,
  HELLO_RATE,
  newIncoming,
  timeoutOf,
  type Link,
  type LinkTiming,
} from './link.ts';
import { findSent, noteAcked, SENT_FRAMES } from './sent.ts';
import { noteUnproven } from './unproven.ts';

/** A frame whose box was opened under the peer's key: sender known, contents not yet believed. */
export interface Arrived {
  readonly body: Body;
  /** First 8 bytes of its nonce. */
  readonly echo: string;
  /** Which of the sender's keys sealed it. */
  readonly key: NodeId;
  /** The local path on which it came. */
  readonly path: number;
  readonly verify: () => boolean;
}

export type Verdict = Reject | 'ok' | 'hello';

export interface Received {
  readonly verdict: Verdict;
  /** The frame opened a session: say something on all paths at once. */
  readonly opened: boolean;
  /** One frame to send back over the same path. */
  readonly answer: 'hello' | 'probe' | undefined;
  /** It acknowledged something that we never sent: one of the two has lost its memory. */
  readonly rolledBack: boolean;
  /** By how much our own clock must have stood still; 0 for not at all. */
  readonly clockStoodMs: number;
  /** It became alive with this frame. */
  readonly found: boolean;
  /** It said something that the group rules may act on, or not all of what we know of the peer is in order. */
  readonly news: boolean;
}

const RETIRED_KEPT = 32;
/** No config has more; what a peer invents beyond them pushes out what it said first. */
const GROUPS_KEPT = 256;
const CLOCK_PPM = 500e-6;
const DEAF_PPM = 1_000e-6;
const ANSWER_PAUSE_MS = 2;

const refused = (verdict: Verdict, news = false): Received => ({
  verdict,
  opened: false,
  answer: verdict === 'hello' ? 'hello' : undefined,
  rolledBack: false,
  clockStoodMs: 0,
  found: false,
  news,
});

/**
 * The receive path from step 6 on (PROTOCOL.md): cheap looks first, the signature only for a frame that would be accepted,
 * and no lasting change by any frame that is not.
 */
export function receive(link: Link, arrived: Arrived, now: MonoMs, timing: LinkTiming): Received {
  const wasTwoWay = isTwoWay(link, now, timing);
  const decided = decide(link, arrived, now, timing);
  const received = wasTwoWay === isTwoWay(link, now, timing) ? decided : { ...decided, news: true };
  if (received.verdict !== 'ok' && received.verdict !== 'hello') countReject(link, received.verdict);
  return received;
}

function decide(
  link: Link,
  { body, echo, key, path, verify }: Arrived,
  now: MonoMs,
  timing: LinkTiming,
): Received {
  const match = findSent(link.tx.ring, body.ack);
  const sent = match !== undefined && match.echo !== '' && match.echo === body.echo ? match : undefined;

  // Step 7: is it of the open session, does it open one, does it ask for one?
  let opened = false;
  if (link.rx !== undefined && body.session === link.rx.session) {
    if (isBehind(link.rx.window, body.seq)) return refused('late');
    if (wasSeen(link.rx.window, body.seq)) return refused('replay');
    if (!verify()) return refused('signature');
  } else if (link.retired.includes(body.session)) {
    return refused('retired');
  } else if (sent !== undefined && body.ack > link.openFloor && now - sent.at <= 2 * timing.timeoutMs) {
    if (!verify()) return refused('signature');
    openSession(link, body.session, now);
    opened = true;
  } else if (body.hello) {
    const name = `${body.session}/${body.seq}`;
    if (link.answered.has(name)) return refused('hello-again');
    if (!take(link.helloBucket, now, HELLO_RATE)) return refused('hello-limited');
    link.answered.set(name, true);
    if (link.answered.size > SENT_FRAMES) link.answered.delete(link.answered.keys().next().value!);
    return refused('hello', noteUnproven(link, body, now, verify));
  } else {
    return refused('session', noteUnproven(link, body, now, verify));
  }

  // Step 8: accepted.
  const rx = link.rx!;
  markSeen(rx.window, body.seq);
  link.signedWith = key;
  const onPath = link.paths[path];
  if (onPath !== undefined) onPath.received += 1;

  // Step 9: where the two clocks stand to each other.
  // Only by the newest word: one that was held back may speak of a session of ours that is over.
  const rolledBack =
    sent === undefined && body.seq > rx.newest && body.ack > link.tx.seq && link.tx.everAcked;
  const sentMs = body.sentUs / 1_000;
  const low =
    sent !== undefined && body.ack > link.standFloor
      ? sent.at + (body.ackDelayUs / 1_000) * (1 - CLOCK_PPM) - sentMs
      : undefined;
  const clockStoodMs = measureOffset(link, { low, ceiling: now - sentMs }, now);
  if (sent !== undefined) {
    // An answer names what it answers, whatever session its sender has open with us.
    if (!body.answer) link.tx.everAcked = true;
    const through = noteAcked(link.tx.ring, body.ack, body.ackedLow, body.ackedHigh);
    link.paths.forEach((one, place) => {
      if ((through & (1 << place)) === 0) return;
      one.unacked = 0;
      one.unackedSince = undefined;
    });
    if (body.ack > link.tx.newestAcked) {
      link.tx.newestAcked = body.ack;
      link.anchorAt = now;
      if (link.ackedTx === undefined || sent.at > link.ackedTx) link.ackedTx = sent.at;
      const through = link.paths[sent.path];
      const rtt = now - sent.at - body.ackDelayUs / 1_000;
      if (through !== undefined && rtt >= 0) {
        through.rttMs = through.rttMs === undefined ? rtt : through.rttMs + (rtt - through.rttMs) / 8;
      }
    }
  }

  // Step 10: how long it proves the peer to be alive, counted from when it was sent.
  const tolerance = body.hearsYou ? 0 : Math.min(DEAF_PPM * (now - link.anchorAt), 9 * timing.timeoutMs);
  const isNew = body.seq > rx.newest;
  if (isNew) {
    rx.newest = body.seq;
    rx.newestEcho = echo;
    rx.newestAt = now;
  }
  const interval = isNew ? body.intervalUs / 1_000 : link.intervalMs;
  const timeout = timeoutOf(interval, timing);
  const deadline = after(sentMs as MonoMs, link.offsetMs + timeout + tolerance);
  if (deadline <= now || !link.offsetKnown)
    return { ...refused('stale'), opened, rolledBack, clockStoodMs, news: true };
  link.deadline = Math.max(link.deadline, deadline) as MonoMs;
  link.unproven = undefined;
  const found = !link.alive;
  if (found) {
    link.alive = true;
    link.heardSince = now;
    link.lostAt = undefined;
  }
  noteArrival(link, now, sentMs, found || opened);
  if (onPath !== undefined) onPath.heardAt = now;

  // Step 11: what it says, if nothing newer has spoken.
  if (isNew) notePromise(link, body, { now, sentAt: sentMs + link.offsetMs }, timing);
  const said = isNew && apply(link, body);
  const news = said || opened || rolledBack || found || clockStoodMs > 0 || !link.saysHearsUs;
  const ask = body.probe && !body.answer && mayAnswer(link, path, now);
  return { verdict: 'ok', opened, answer: ask ? 'probe' : undefined, rolledBack, clockStoodMs, found, news };
}

/**
 * How far our clock is ahead of the peer's session clock: at least `low`, which an acknowledgement proves, and never more
 * than `ceiling`, or the frame would have come before it was sent. A ceiling well below what was proven shows that our
 * own clock stood still. Then nothing is proven any more until a frame that was sent since is acknowledged.
 *
 * Returns for how long it stood, in ms; 0 for not at all.
 */
function measureOffset(
  link: Link,
  { low, ceiling }: { readonly low: number | undefined; readonly ceiling: number },
  now: MonoMs,
): number {
  const drifted =
    low === undefined || !link.offsetKnown
      ? link.offsetMs
      : link.offsetMs - CLOCK_PPM * (now - link.offsetAt);
  const proven = low !== undefined && link.offsetKnown ? Math.max(low, drifted) : drifted;
  const excess = proven - ceiling;
  const stoodMs = excess > 50 + CLOCK_PPM * (now - link.anchorAt) ? excess : 0;
  const isSince = low !== undefined && low <= ceiling + 50;
  if (stoodMs > 0 && !isSince) {
    link.offsetKnown = false;
    link.standFloor = link.tx.seq;
  } else if (isSince) {
    link.offsetMs = link.offsetKnown && stoodMs === 0 ? proven : low;
    link.offsetKnown = true;
    link.offsetAt = now;
    link.offsetMs = Math.min(link.offsetMs, ceiling);
    return stoodMs;
  }
  link.offsetMs = Math.min(proven, ceiling);
  return stoodMs;
}

function openSession(link: Link, session: number, now: MonoMs): void {
  if (link.rx !== undefined) {
    link.retired.push(link.rx.session);
    if (link.retired.length > RETIRED_KEPT) link.retired.shift();
  }
  link.rx = newIncoming(session, now);
  link.openFloor = link.tx.seq;
  link.offsetMs = Number.NEGATIVE_INFINITY;
  link.offsetKnown = true;
  link.offsetAt = now;
  link.anchorAt = now;
  link.transitMs = undefined;
  link.groups.clear();
  link.asksFor = [];
  link.groupsInAll = 0;
  link.promise = undefined;
  link.believed = 0;
  link.sessionsOpened += 1;
  link.openedAt.push(now);
  if (link.openedAt.length > 4) link.openedAt.shift();
}

/** Jitter of the one-way transit (RFC 3550, 6.4.1), which does not care how often the peer speaks. */
function noteArrival(link: Link, now: MonoMs, sentMs: number, isFound: boolean): void {
  const pauseMs = now - (link.freshAt ?? now);
  if (isFound || pauseMs > 2 * (link.intervalMs ?? 0) + 4 * link.jitterMs) {
    link.unbrokenSince = now;
    link.sentSinceHeard = 0;
  }
  const transit = now - sentMs;
  if (link.transitMs !== undefined)
    link.jitterMs += (Math.abs(transit - link.transitMs) - link.jitterMs) / 16;
  link.transitMs = transit;
  link.freshAt = now;
  link.graceUsed = false;
  link.probesSent = 0;
  link.probingSince = undefined;
}

/** Between two announced restarts of one node lie this many timeouts, or it would be gone more than there. */
const PROMISE_APART_TIMEOUTS = 10;
/** The kernel ends leases up to a second late, and the last frame was under way. */
const PROMISE_SLACK_MS = 1_300;

/** "Back within": counts from the first frame that says so, ends with the session, and with a frame that says it no more. */
function notePromise(
  link: Link,
  { promiseMs }: Body,
  { now, sentAt }: { readonly now: MonoMs; readonly sentAt: number },
  { timeoutMs, restartMs = 0 }: LinkTiming,
): void {
  if (promiseMs === 0) link.promise = undefined;
  if (promiseMs === 0 || link.promise !== undefined || restartMs === 0) return;
  const isTooSoon =
    link.promisedAt !== undefined && now - link.promisedAt < PROMISE_APART_TIMEOUTS * timeoutMs;
  if (isTooSoon) return;
  link.promisedAt = now;
  link.promise = { until: (sentAt + Math.min(promiseMs, restartMs) + PROMISE_SLACK_MS) as MonoMs };
}

/** Believes what the frame says; true when anything of it is new. */
function apply(link: Link, body: Body): boolean {
  let isNews =
    link.saysHearsUs !== body.hearsYou ||
    link.saysCanReceive !== body.canReceive ||
    link.intervalMs !== body.intervalUs / 1_000 ||
    link.digest !== body.digest ||
    link.namedOurKey !== body.yourKey ||
    link.groupsInAll !== body.groupsInAll ||
    link.asksFor.join() !== body.asksFor.join();
  link.asksFor = body.asksFor;
  link.saysHearsUs = body.hearsYou;
  link.saysCanReceive = body.canReceive;
  link.intervalMs = body.intervalUs / 1_000;
  link.timeoutMs = body.timeoutUs / 1_000;
  link.digest = body.digest;
  if (body.configParts.length > 0) link.configParts = body.configParts;
  link.namedOurKey = body.yourKey;
  link.groupsInAll = body.groupsInAll;
  link.believed += 1;
  for (const record of body.groups) {
    const known = link.groups.get(record.id);
    isNews ||= known === undefined || !isSame(known.record, record);
    link.groups.set(record.id, { frame: link.believed, record });
    if (link.groups.size > GROUPS_KEPT) link.groups.delete(link.groups.keys().next().value!);
  }
  // More than fit are sent in rotation; one that has not come round in eight is gone from the peer's config. Counted in
  // frames that arrived: numbers that were lost on the way say nothing about what they carried.
  const rotation = Math.ceil(Math.max(1, body.groupsInAll) / Math.max(1, body.groups.length));
  for (const [id, { frame }] of link.groups) {
    if (frame >= link.believed - 8 * rotation) continue;
    link.groups.delete(id);
    isNews = true;
  }
  return isNews;
}

function isSame(one: GroupRecord, other: GroupRecord): boolean {
  for (const key in one) if (one[key as keyof GroupRecord] !== other[key as keyof GroupRecord]) return false;
  return true;
}

function mayAnswer(link: Link, path: number, now: MonoMs): boolean {
  const onPath = link.paths[path];
  if (onPath === undefined || now < onPath.answerAt || !take(link.answerBucket, now, ANSWER_RATE))
    return false;
  onPath.answerAt = after(now, ANSWER_PAUSE_MS);
  return true;
}
