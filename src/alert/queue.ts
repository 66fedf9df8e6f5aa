import type { Clock, Random } from '../core/ports.ts';
import type { AlertReport } from '../core/report.ts';
import { after, MINUTE_MS, SECOND_MS, type MonoMs } from '../core/units.ts';
import type { AlertMessage, AlertTarget, SendOutcome } from './message.ts';

/** What waits for one target: sent in order and one at a time, so that a target that hangs holds up nobody else. */
export interface AlertQueue {
  add(message: AlertMessage): void;
  report(): AlertReport;
  /** The queue is empty, and nothing is under way. */
  idle(): boolean;
  /** The end is near: what waits for another attempt is tried now. */
  hurry(): void;
  /** Ends what is under way. Returns how many messages are lost. */
  stop(): number;
  /** Sends nothing more, but lets what is under way come to its end. Returns what waits. */
  handOver(): readonly AlertMessage[];
}

export interface QueuePorts {
  readonly clock: Clock;
  readonly random: Random;
  /** A message that will not be delivered, and why. */
  readonly onGivenUp: (target: AlertTarget, message: AlertMessage, why: string) => void;
  /** Something may have become empty. */
  readonly onIdle?: () => void;
}

const FIRST_PAUSE_MS = 5 * SECOND_MS;
const PAUSE_MS_MAX = 10 * MINUTE_MS;
/** Who has not been told of a failover after a day does not want to know. */
const GIVE_UP_MS = 24 * 60 * MINUTE_MS;
/** Of a pause, so that nodes that lost the same server do not come back to it at the same moment. */
const JITTER_SHARE = 0.25;

interface Waiting {
  readonly message: AlertMessage;
  readonly since: MonoMs;
}

export function newQueue(
  target: AlertTarget,
  max: number,
  { clock, random, onGivenUp, onIdle = () => undefined }: QueuePorts,
): AlertQueue {
  const waiting: Waiting[] = [];
  const counts = { sent: 0, failed: 0, dropped: 0 };
  let underWay: { readonly one: Waiting; readonly abort: AbortController } | undefined;
  /** Dropped, and not told yet. */
  let lost = 0;
  let attempts = 0;
  let problem = '';
  let lastSentAt: MonoMs | undefined;
  let stopped = false;
  let hurried = false;
  let cancel: (() => void) | undefined;

  const pauseMs = (askedMs = 0): number => {
    const grown = Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20));
    const jitter = 1 + JITTER_SHARE * (random.bytes(1)[0]! / 255);
    return Math.max(grown * jitter, Math.min(askedMs, GIVE_UP_MS));
  };
  const settle = (one: Waiting, told: number, outcome: SendOutcome): void => {
    if (stopped) return;
    underWay = undefined;
    attempts = outcome.kind === 'later' ? attempts + 1 : 0;
    problem = outcome.kind === 'sent' ? (outcome.refused ?? '') : outcome.why;
    const isOld = clock.nowMs() - one.since >= GIVE_UP_MS;
    if (outcome.kind === 'sent') {
      counts.sent += 1;
      lost -= told;
      lastSentAt = clock.nowMs();
      if (outcome.refused !== undefined) onGivenUp(target, one.message, outcome.refused);
    } else if (outcome.kind === 'never' || isOld) {
      counts.failed += 1;
      const forHow = outcome.kind === 'never' ? '' : 'tried for a day: ';
      onGivenUp(target, one.message, `${forHow}${outcome.why}`);
    } else {
      waiting.unshift(one);
      shorten();
      if (!hurried) cancel = clock.wakeAt(after(clock.nowMs(), pauseMs(outcome.afterMs)), resume);
    }
    next();
    if (idle()) onIdle();
  };
  const resume = (): void => {
    cancel = undefined;
    next();
  };
  const next = (): void => {
    if (stopped || underWay !== undefined || cancel !== undefined) return;
    // Near the end there is one more attempt, and not as many as fit.
    if (hurried && attempts > 0) return;
    const one = waiting.shift();
    if (one === undefined) return;
    const abort = new AbortController();
    underWay = { one, abort };
    const told = lost;
    void target.send(one.message, { lost: told, signal: abort.signal }).then(
      (outcome) => settle(one, told, outcome),
      (error: unknown) => settle(one, told, { kind: 'later', why: String(error) }),
    );
  };
  const shorten = (): void => {
    while (waiting.length + (underWay === undefined ? 0 : 1) > max) {
      waiting.shift();
      lost += 1;
      counts.dropped += 1;
    }
  };
  const idle = (): boolean => underWay === undefined && (waiting.length === 0 || (hurried && attempts > 0));
  return {
    add(message) {
      if (stopped) return;
      waiting.push({ message, since: clock.nowMs() });
      shorten();
      next();
    },
    report: () => ({
      name: target.name,
      kind: target.kind,
      queued: waiting.length + (underWay === undefined ? 0 : 1),
      ...counts,
      lastSentAgoMs: lastSentAt === undefined ? undefined : clock.nowMs() - lastSentAt,
      problem,
    }),
    idle,
    hurry() {
      hurried = true;
      attempts = 0;
      cancel?.();
      cancel = undefined;
      next();
    },
    stop() {
      stopped = true;
      cancel?.();
      const left = waiting.splice(0).length + (underWay === undefined ? 0 : 1);
      underWay?.abort.abort();
      underWay = undefined;
      return left;
    },
    handOver() {
      stopped = true;
      cancel?.();
      return waiting.splice(0).map(({ message }) => message);
    },
  };
}
