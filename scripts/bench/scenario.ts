import type { AgentSetup, Contender } from '../../test/lab/agent.ts';
import { VIP4 } from '../../test/lab/addresses.ts';
import type { KeepalivedCluster } from '../../test/lab/keepalived.ts';
import type { SealbeatCluster } from '../../test/lab/sealbeat.ts';
import type { Row } from './row.ts';

export interface BenchOptions {
  /** How often each fault is repeated. */
  readonly runs: number;
  /** How long each loss rate is in force. */
  readonly lossSeconds: number;
  /** How long CPU is counted. */
  readonly cpuSeconds: number;
  readonly settleSeconds: number;
  /** How long is watched after a fault that a contender may never recover from. */
  readonly watchMs: number;
  /** How long memory at rest is watched. */
  readonly restMinutes: number;
  /** How many VIPs one group has, one after the other. */
  readonly vipCounts: readonly number[];
  /** Empty where keepalived is not installed. */
  readonly keepalived: readonly Contender<KeepalivedCluster>[];
  readonly sealbeat: readonly Contender<SealbeatCluster>[];
  /** One line about what is going on, on stderr. */
  readonly say: (text: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** How it was measured and how far it can be trusted: printed above the table. */
  readonly method: string;
  run(options: BenchOptions): Promise<readonly Row[]>;
}

/**
 * h1 is to hold, h2 stands by. Priorities one apart at the upper end: there keepalived's wait beyond three intervals
 * is the shortest that it can have.
 */
export function setupFor(intervalMs: number, timeoutMs: number): AgentSetup {
  return { intervalMs, timeoutMs, priorities: { h1: 254, h2: 253 }, vips: [VIP4], failbackDelayMs: 1_000 };
}

/** `100 ms / 300 ms` */
export const timing = ({ intervalMs, timeoutMs }: AgentSetup): string => `${intervalMs} ms / ${timeoutMs} ms`;

/** Runs `measure` as often as wanted; a run that fails is told and counted, and ends nothing. */
export async function repeat(
  { say }: BenchOptions,
  what: string,
  runs: number,
  measure: () => Promise<void>,
): Promise<number> {
  let failed = 0;
  for (let run = 1; run <= runs; run += 1) {
    say(`${what}: run ${run} of ${runs}`);
    try {
      await measure();
    } catch (error) {
      failed += 1;
      say(`${what}: run ${run} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed;
}

/** Rows of several contenders, measured at the same time in a lab each: for what is mostly waiting. */
export async function sideBySide(
  contenders: readonly Contender[],
  rowsFor: (contender: Contender) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const outcomes = await Promise.allSettled(contenders.map(rowsFor));
  // Settled first: one that fails must not leave the labs of the others in the middle.
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
