import { OperatorError } from '../../core/errors.ts';
import type { Errand, Vip } from '../../core/ports.ts';
import type { CommandSettings, ShowSettings } from '../../core/settings.ts';
import type { MonoMs } from '../../core/units.ts';
import type { VipOptions } from '../options.ts';
import { reportsOf } from '../program/report.ts';
import { isDone, programFailed, runProgram, type ProgramCall, type ProgramEnd } from '../program/run.ts';
import { filledCommands, filledText, sameAs, type CloudCall, type Move } from './commands.ts';
import { contains } from './expected.ts';

export interface AskingOptions extends Pick<VipOptions, 'exec' | 'clock' | 'onProgram'> {
  readonly settings: CommandSettings;
  readonly errand: () => Errand;
  /** A command was ended before it had answered: what it asked for may still come into effect. */
  readonly onUnsettled: () => void;
}

export interface Limits {
  readonly signal: AbortSignal;
  readonly endAt?: MonoMs;
}

/** Single commands, each with its time limit and told in the events. */
export interface Asking {
  filled(commands: CommandSettings['up'], vips: readonly Vip[]): readonly CloudCall[];
  /**
   * In order, up to the first that fails, which is returned. What is asked about another node may fail, because that node is
   * gone for good: if it mattered, the next command fails.
   */
  run(what: string, calls: readonly CloudCall[], limits: Limits): Promise<OperatorError | undefined>;
  /** Those that the cloud sends here. Throws VIP_UNKNOWN when it does not say. */
  shown(shows: ShowSettings, vips: readonly Vip[], limits: Limits): Promise<readonly Vip[]>;
}

export function newAsking(options: AskingOptions): Asking {
  const { exec, clock, settings, onProgram = () => {}, onUnsettled } = options;
  const moveOf = (vips: readonly Vip[]): Move => ({
    ...{ vips, errand: options.errand(), values: settings.values },
  });
  const runOne = async (call: ProgramCall, { signal, endAt }: Limits): Promise<ProgramEnd> => {
    const leftMs = endAt === undefined ? settings.timeoutMs : Math.max(1, endAt - clock.nowMs());
    return await runProgram(exec, call, { timeoutMs: Math.min(settings.timeoutMs, leftMs), signal });
  };
  const cannotTell = (end: ProgramEnd): OperatorError => {
    if (end.how !== 'superseded') reportsOf('show', [end]).forEach(onProgram);
    const { message, hint } = programFailed(end);
    return new OperatorError('VIP_UNKNOWN', message, { hint });
  };

  return {
    filled: (commands, vips) => filledCommands(commands, moveOf(vips)),
    async run(what, calls, limits) {
      const ends: ProgramEnd[] = [];
      let failure: OperatorError | undefined;
      for (const call of calls) {
        const end = await runOne(call, limits);
        ends.push(end);
        if (end.how === 'timed out' || end.how === 'superseded') onUnsettled();
        if (isDone(end) || (call.aboutAnother && !limits.signal.aborted)) continue;
        failure = programFailed(end);
        break;
      }
      reportsOf(what, ends).forEach(onProgram);
      return failure;
    },
    async shown(shows, vips, limits) {
      const move = moveOf(vips);
      const ends = new Map<string, ProgramEnd>();
      const found: Vip[] = [];
      for (const vip of vips) {
        const [call] = filledCommands([shows.command], { ...move, vips: [vip] });
        if (call === undefined) continue;
        const end = ends.get(sameAs(call)) ?? (await runOne(call, limits));
        ends.set(sameAs(call), end);
        if (!isDone(end)) throw cannotTell(end);
        if (contains(end.stdout, filledText(shows.expect, vip, move))) found.push(vip);
      }
      return found;
    },
  };
}
