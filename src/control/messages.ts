import type { ErrorCode } from '../core/errors.ts';
import type { DrillState } from '../core/drill-report.ts';
import type { EventRecord, ExplainReport, StatusReport } from '../core/report.ts';
import type { GroupName, NodeName } from '../core/units.ts';

/**
 * What the control socket says: HTTP/1.1 over a Unix socket, JSON both ways, one request per connection.
 *
 * GET  /                     this list, as text
 * GET  /metrics              metrics in Prometheus' text format
 * GET  /healthz, /readyz     200 or 503, and why, as text
 * GET  /v1/status            StatusReport
 * GET  /v1/events?after=N    EventRecord[], those with a number above N (default 0)
 * GET  /v1/events?follow=1   the same records and then every new one, one JSON object per line, without end
 * GET  /v1/groups/NAME/explain   ExplainReport: why the holder is the holder, and what would change it
 * GET  /v1/groups/NAME/drill[?planned=1]   DrillState: what a drill would do, or why not, and how the last one went
 * POST /v1/reload            read the config file again
 * POST /v1/restart           {"within_ms": N, "exit": false}: end, and leave the VIPs for the next process
 * POST /v1/VERB              drain, undrain, freeze or thaw every group
 * POST /v1/groups/NAME/VERB  switchover {"to": NODE}, failback, drain, undrain, freeze, thaw
 * POST /v1/groups/NAME/drill     {"stay": false, "planned": false}: begins one, and is answered at once
 *
 * What moves a group (switchover, failback, drain) is answered when the move is over; with {"wait": false} at once.
 *
 * Answers: 200 with `{ text }` for orders, 400 to 415 for requests that make no sense, 409 for refusals, 503 when
 * busy; every answer that is not 200 is an ErrorBody. Every answer names the protocol's version and the daemon's pid
 * in a header.
 */
/** Raised when a client of the version before would misread an answer; the path (`/v1/`) says the same. */
export const CONTROL_VERSION = 1;
export const VERSION_HEADER = 'sealbeat-control-version';
export const PID_HEADER = 'sealbeat-pid';

export const VERBS_FOR_ALL = ['drain', 'undrain', 'freeze', 'thaw'] as const;
export const VERBS_FOR_GROUP = ['switchover', 'failback', 'drill', ...VERBS_FOR_ALL] as const;
/** What moves a group, and so may take a while. */
export const MOVING_VERBS = ['switchover', 'failback', 'drain'] as const;
export type AllVerb = (typeof VERBS_FOR_ALL)[number];
export type GroupVerb = (typeof VERBS_FOR_GROUP)[number];

/** An order from the operator. The server has checked the form, not whether the node exists. */
export type ControlCommand =
  | { readonly kind: 'reload' }
  /** `withinMs` is 0 for the config's; without `exit` the process begins anew in its own place. */
  | { readonly kind: 'restart'; readonly withinMs: number; readonly exit: boolean }
  /** `to` is empty when the daemon shall choose. */
  | {
      readonly kind: 'switchover';
      readonly group: GroupName;
      readonly to: NodeName | '';
      readonly wait?: false;
    }
  /** `stay` leaves the group where it went; `planned` is a switchover there and back instead. */
  | {
      readonly kind: 'drill';
      readonly group: GroupName;
      readonly stay: boolean;
      readonly planned: boolean;
    }
  | { readonly kind: 'failback'; readonly group: GroupName; readonly wait?: false }
  /** Every group when `group` is empty. */
  | { readonly kind: 'drain'; readonly group: GroupName | ''; readonly wait?: false }
  | { readonly kind: Exclude<AllVerb, 'drain'>; readonly group: GroupName | '' };

export type ControlAnswer =
  /** `text`: what was done, one sentence or more lines; `facts`: the same for programs. */
  | { readonly ok: true; readonly text: string; readonly facts?: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly hint: string };

/** What the daemon lends to the control server. `status`, `explain` and `events` are called between beats: they only read. */
export interface ControlPort {
  status(): StatusReport;
  /** Prometheus' text format. */
  metrics(): Promise<string>;
  /** Whether beats have their turn; whether this node takes part. */
  health(): Verdict;
  readiness(): Verdict;
  /** Undefined for a group that is not in the config. */
  explain(group: GroupName): ExplainReport | undefined;
  /** What a drill of this group would do; `group` is in the config. */
  drill(group: GroupName, planned: boolean): Promise<DrillState>;
  /** The records that are still kept, with a number above `after`, oldest first. */
  events(after: number): readonly EventRecord[];
  /** Calls `listener` for every new record; returns what stops it. */
  onEvent(listener: (record: EventRecord) => void): () => void;
  /** Settles when the order was carried out or refused. A rejection counts as a fault of ours and is logged. */
  command(command: ControlCommand): Promise<ControlAnswer>;
}

/** A yes or no, with the reason. */
export interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}

/** The body of 200 for an order. */
export interface DoneBody {
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The body of every answer that is not 200. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** The last line of a followed stream that the server ends. */
export interface StreamEnd {
  readonly end: 'slow-reader' | 'shutdown';
  readonly message: string;
}
