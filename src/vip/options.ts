import type { OperatorError } from '../core/errors.ts';
import type { Clock, Exec, Log, Spawn } from '../core/ports.ts';

/** What every adapter is given. */
export interface VipOptions {
  readonly exec: Exec;
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly log: Log;
  /** What goes wrong beside the calls: an announcement that fails, a guard that cannot be kept. Each time anew. */
  readonly onProblem: (problem: OperatorError) => void;
  /** An operator's program that an adapter has run: for the log and for `sealbeat events`. */
  readonly onProgram?: (report: ProgramReport) => void;
  /** Where an adapter may leave notes for the next process; undefined for nowhere. */
  readonly stateDirectory?: string;
  /** False leaves the VIPs on the host when this process ends. */
  readonly guarded?: boolean;
}

export interface ProgramReport {
  readonly failed: boolean;
  /** What it was run for, how, and its exit code: `up: /etc/vip-up eth0 10.0.0.42: exit code 0`. */
  readonly text: string;
  /** Its last lines; empty when it said nothing. */
  readonly cause: string;
}
