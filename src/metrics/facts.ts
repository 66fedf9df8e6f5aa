import type { AnswerResult, CallKind, QuestionKind } from '../core/group/state.ts';
import type { RoleName } from '../core/frame.ts';
import type { StatusReport } from '../core/report.ts';
import type { GroupId, GroupName } from '../core/units.ts';
import type { Histogram } from '../core/histogram.ts';
import type { CauseClass } from '../core/cause-class.ts';

/** What one scrape is made of. */
export interface Facts {
  readonly status: StatusReport;
  readonly counted: Counted;
  readonly process: ProcessFacts;
}

/** What only counting can tell: the report says how things are, this says what has happened since the start. */
export interface Counted {
  readonly groupNames: ReadonlyMap<GroupId, GroupName>;
  readonly transitions: readonly Transition[];
  readonly calls: readonly CallCount[];
  readonly answers: readonly AnswerCount[];
  /** From the moment that a beat was due until it had left. */
  readonly beatLateness: Histogram;
  /** From half of the lease, by when a renewal is asked for at the latest, until it was confirmed. */
  readonly renewalLateness: Histogram;
  readonly stalls: number;
  readonly stalledMsMax: number;
}

export interface Transition {
  readonly group: GroupId;
  readonly from: RoleName;
  readonly to: RoleName;
  readonly cause: CauseClass;
  count: number;
}

export interface CallCount {
  readonly kind: CallKind;
  ok: number;
  failed: number;
  readonly took: Histogram;
}

export interface AnswerCount {
  readonly question: QuestionKind;
  readonly outcome: AnswerResult['outcome'];
  count: number;
}

export interface ProcessFacts {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly startedAtSeconds: number;
  readonly nodeVersion: string;
}
