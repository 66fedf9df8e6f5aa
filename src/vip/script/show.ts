import { OperatorError } from '../../core/errors.ts';
import type { Errand, Vip } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import type { VipOptions } from '../options.ts';
import { pause } from '../program/pause.ts';
import { reportsOf } from '../program/report.ts';
import { programFailed, runProgram } from '../program/run.ts';
import { callFor } from './calls.ts';

/** What `up` and `down` have asked for may take a moment to be seen. */
const SETTLE_MS = 2 * SECOND_MS;
const SETTLE_EVERY_MS = 200;

export interface ScriptShowOptions extends Pick<VipOptions, 'exec' | 'clock' | 'onProgram'> {
  readonly program: readonly string[];
  readonly timeoutMs: number;
  readonly errand: () => Errand;
}

export interface ScriptShow {
  /** Those that are here. Throws VIP_UNKNOWN at the first of which it cannot tell. */
  here(vips: readonly Vip[], signal: AbortSignal, timeoutMs?: number): Promise<readonly Vip[]>;
  /** One that is seen otherwise than was just made so. A program that cannot tell contradicts nobody. */
  otherwise(vips: readonly Vip[], wanted: 'here' | 'gone', signal: AbortSignal): Promise<Vip | undefined>;
}

export function scriptShow(options: ScriptShowOptions): ScriptShow {
  const { exec, clock, program, errand, onProgram = () => {} } = options;

  const here = async (
    vips: readonly Vip[],
    signal: AbortSignal,
    timeoutMs = options.timeoutMs,
  ): Promise<readonly Vip[]> => {
    const found: Vip[] = [];
    for (const vip of vips) {
      const call = callFor(program, vip, { vips, errand: errand() });
      const end = await runProgram(exec, call, { timeoutMs, signal });
      if (end.how === 'exited' && end.exitCode === 0) found.push(vip);
      if (end.how === 'exited' && end.exitCode <= 1) continue;
      if (end.how !== 'superseded') reportsOf('show', [end]).forEach(onProgram);
      const { message, hint } = programFailed(end);
      throw new OperatorError('VIP_UNKNOWN', message, { hint });
    }
    return found;
  };

  return {
    here,
    async otherwise(vips, wanted, signal) {
      const endAt = after(clock.nowMs(), SETTLE_MS);
      for (;;) {
        const found = await here(vips, signal, Math.min(options.timeoutMs, SETTLE_MS)).catch(nobodyKnows);
        const wrong = found && vips.find((vip) => found.includes(vip) !== (wanted === 'here'));
        if (wrong === undefined || clock.nowMs() >= endAt || signal.aborted) return wrong;
        await pause(clock, SETTLE_EVERY_MS, signal);
      }
    },
  };
}

function nobodyKnows(error: unknown): undefined {
  if (!(error instanceof OperatorError)) throw error;
}
