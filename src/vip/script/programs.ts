import type { OperatorError } from '../../core/errors.ts';
import type { Errand, Vip } from '../../core/ports.ts';
import type { ScriptSettings } from '../../core/settings.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { vipText } from '../address.ts';
import type { VipOptions } from '../options.ts';
import { reportsOf } from '../program/report.ts';
import { isDone, programFailed, runProgram, type ProgramEnd } from '../program/run.ts';
import { callFor } from './calls.ts';
import { noTimeLeft, notAsSaid } from './problems.ts';
import { scriptShow, type ScriptShow } from './show.ts';

export interface ScriptProgramsOptions extends Pick<VipOptions, 'exec' | 'clock' | 'onProgram'> {
  readonly settings: ScriptSettings;
  readonly errand: () => Errand;
}

export interface ScriptPrograms {
  /** The longest that all programs of one `up` or `down` take together. */
  readonly limitMs: number;
  up(vips: readonly Vip[], signal: AbortSignal): Promise<void>;
  /** All are tried, whatever becomes of the others. */
  down(vips: readonly Vip[], signal: AbortSignal): Promise<void>;
  readonly show: ScriptShow | undefined;
}

interface Run {
  readonly program: readonly string[];
  readonly vips: readonly Vip[];
  readonly order: readonly Vip[];
  readonly goesOn: boolean;
}

export function scriptPrograms(options: ScriptProgramsOptions): ScriptPrograms {
  const { settings, onProgram = () => {} } = options;
  const { up, down, timeoutMs } = settings;
  const limitMs = 2 * timeoutMs;
  const show =
    settings.show === undefined ? undefined : scriptShow({ ...options, program: settings.show, timeoutMs });

  /** Throws what failed first, when everything has been said. */
  const runAll = async (
    what: 'up' | 'down',
    { program, vips, order, goesOn }: Run,
    signal: AbortSignal,
  ): Promise<void> => {
    const endAt = after(options.clock.nowMs(), limitMs);
    const ends: ProgramEnd[] = [];
    let failure: OperatorError | undefined;
    for (const vip of order) {
      const leftMs = endAt - options.clock.nowMs();
      if (leftMs <= 0) failure ??= noTimeLeft(vipText(vip), limitMs / SECOND_MS);
      if (leftMs <= 0 || signal.aborted || (failure !== undefined && !goesOn)) break;
      const call = callFor(program, vip, { vips, errand: options.errand() });
      const end = await runProgram(options.exec, call, { timeoutMs: Math.min(timeoutMs, leftMs), signal });
      ends.push(end);
      if (!isDone(end)) failure ??= programFailed(end);
    }
    reportsOf(what, ends).forEach(onProgram);
    if (failure !== undefined) throw failure;
  };

  return {
    limitMs,
    show,
    async up(vips, signal) {
      await runAll('up', { program: up, vips, order: vips, goesOn: false }, signal);
      const wrong = await show?.otherwise(vips, 'here', signal);
      if (wrong !== undefined) throw notAsSaid(vipText(wrong), up[0] ?? '', 'not here');
    },
    async down(vips, signal) {
      await runAll('down', { program: down, vips, order: vips.toReversed(), goesOn: true }, signal);
      const wrong = await show?.otherwise(vips, 'gone', signal);
      if (wrong !== undefined) throw notAsSaid(vipText(wrong), down[0] ?? '', 'still here');
    },
  };
}
