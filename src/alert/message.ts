import type { AlertKind } from '../core/settings.ts';
import type { NodeName, WallMs } from '../core/units.ts';

/** One thing that people are told, before anybody has put it into words of mail or of JSON. */
export interface AlertMessage {
  /** The same for every attempt to deliver it, and for no other message: CLUSTER.NODE.START.NUMBER. */
  readonly id: string;
  readonly kind: AlertKind | 'test' | 'summary';
  /** What it is about, the same when it begins and when it is over; empty for what has no end. */
  readonly key: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** It tells that something is over. */
  readonly resolved: boolean;
  /** One line without a full stop, for a subject: `web moved to lb2`. */
  readonly title: string;
  /** The whole of it in one sentence. */
  readonly text: string;
  readonly cluster: string;
  readonly node: NodeName;
  readonly at: WallMs;
  /** When what is told began; `at` for what has no end. */
  readonly since: WallMs;
  /** Empty where there is none. */
  readonly group: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  /** 0 where there is none. */
  readonly epoch: number;
  readonly gap: string;
  /** What else is worth a line of its own in a mail: the other nodes, what was not sent one by one. */
  readonly details: readonly string[];
  /** What to look at next. */
  readonly next: string;
}

/** What became of one attempt. */
export type SendOutcome =
  /** `refused`: what was said of recipients that it will never take it for. */
  | { readonly kind: 'sent'; readonly said: string; readonly refused?: string }
  /** It may work another time; not before `afterMs`, where that was asked for. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  /** It will not work however often it is tried. */
  | { readonly kind: 'never'; readonly why: string };

/** A place that messages are sent to. `send` never rejects, and settles within the target's own limit. */
export interface AlertTarget {
  readonly name: string;
  readonly kind: 'mail' | 'webhook';
  /** `lost`: how many messages before this one were dropped and never arrive. Aborted: whatever it has is let go. */
  send(
    message: AlertMessage,
    how: { readonly lost: number; readonly signal: AbortSignal },
  ): Promise<SendOutcome>;
}
