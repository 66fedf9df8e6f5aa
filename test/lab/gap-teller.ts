import { startNamespaceChild, type NamespaceProgram } from './namespace-child.ts';
import type { Span } from './timeline.ts';
import { until } from './wait.ts';

/** What such a program tells by itself, what it answers to a number, and what else it may have to say. */
export type Telling<Report, Other> =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'gap' } & Gap)
  | ({ readonly kind: 'report'; readonly number: number } & Report)
  | Other;

/** Nothing came between `fromMs` and `toMs`, in wall milliseconds of this machine. */
export interface Gap extends Span {
  readonly lengthMs: number;
}

export interface GapTeller<Report> {
  /** All that the program has seen up to now is known here when this settles. */
  state(): Promise<Report>;
  /** The longest gap that touches the window; 0 when all of them were too short to be told. */
  longestGapMs(window: Span): number;
}

/** Starts one of this folder's programs that look for gaps. */
export async function gapTeller<Report, Other extends { readonly kind: string }>(
  namespace: string,
  program: NamespaceProgram,
  args: readonly (string | number)[],
  hear: (other: Other) => void,
): Promise<GapTeller<Report>> {
  const gaps: Gap[] = [];
  const reports = new Map<number, Report>();
  let asked = 0;
  const child = await startNamespaceChild(
    namespace,
    program,
    args.map((each) => `${each}`),
  );
  child.on('message', (message: Telling<Report, never>) => {
    if (message.kind === 'gap') gaps.push(message);
    else if (message.kind === 'report') reports.set(message.number, message);
    else if (message.kind !== 'ready') hear(message as Other);
  });
  return {
    async state() {
      const number = (asked += 1);
      child.send(number);
      let report: Report | undefined;
      await until(`${program} to report`, 5_000, () => (report = reports.get(number)) !== undefined);
      if (report === undefined) throw new Error(`${program} has not reported`);
      reports.delete(number);
      return report;
    },
    longestGapMs({ fromMs, toMs }) {
      const within = gaps.filter((gap) => gap.toMs > fromMs && gap.fromMs < toMs);
      return Math.max(0, ...within.map((gap) => gap.lengthMs));
    },
  };
}
