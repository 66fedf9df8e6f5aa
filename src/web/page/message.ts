import type { EventRecord, StatusReport } from '../../core/report.ts';

/**
 * What the server tells a page, every second and at transitions: the report as it is. The page draws it, because drawing
 * a hundred groups takes a browser no notice, and would take the daemon longer than a beat may be late.
 */
export interface Message {
  /** The daemon's clock, which the report's ages count back from. */
  readonly now: number;
  readonly report: StatusReport;
  /** The newest transitions; left out while there is none that the page doesn't have. */
  readonly events?: readonly EventRecord[];
  /** Transitions to be read out: those since the last message, or since the page lost its connection. */
  readonly said: readonly string[];
}

/** A page that hears nothing for so long says that it shows the past. */
export const LOST_AFTER_MS = 3_000;
