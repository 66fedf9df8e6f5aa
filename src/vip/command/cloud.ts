import { OperatorError } from '../../core/errors.ts';
import type { Errand, Vip } from '../../core/ports.ts';
import type { CommandSettings, ShowSettings } from '../../core/settings.ts';
import { after, type MonoMs } from '../../core/units.ts';
import { vipText } from '../address.ts';
import type { VipOptions } from '../options.ts';
import { pause } from '../program/pause.ts';
import { reportsOf } from '../program/report.ts';
import { isDone, programFailed, runProgram, type ProgramCall, type ProgramEnd } from '../program/run.ts';
import { shownWords } from '../program/words.ts';
import { afterAttemptMs, downAgainMs } from './back-off.ts';
import { filledCommands, filledText, sameAs, type Move } from './commands.ts';
import { contains } from './expected.ts';
import { gaveUp, notShown, notTakenDown } from './problems.ts';

export interface CloudOptions extends Pick<VipOptions, 'exec' | 'clock' | 'onProgram' | 'onProblem'> {
  readonly settings: CommandSettings;
  readonly errand: () => Errand;
  /** A command was ended before it had answered: what it asked for may still come into effect. */
  readonly onUnsettled: () => void;
}

/** What the cloud is asked for. */
export interface Cloud {
  /** Tries until it works or `give_up` is over. Throws OperatorError. */
  bringUp(vips: readonly Vip[], signal: AbortSignal): Promise<void>;
  /** Tries a few times. True when it worked; what does not work is reported. `staying`: they must not go with the others. */
  takeDown(vips: readonly Vip[], staying: readonly Vip[], signal: AbortSignal): Promise<boolean>;
  readonly show: ((vips: readonly Vip[], signal: AbortSignal) => Promise<readonly Vip[]>) | undefined;
}

interface Limits {
  readonly signal: AbortSignal;
  readonly endAt?: MonoMs;
}

export function newCloud(options: CloudOptions): Cloud {
  const { exec, clock, settings, onProgram = () => {}, onProblem, onUnsettled } = options;

  const moveOf = (vips: readonly Vip[]): Move => ({
    ...{ vips, errand: options.errand(), values: settings.values },
  });
  const run = async (call: ProgramCall, { signal, endAt }: Limits): Promise<ProgramEnd> => {
    const leftMs = endAt === undefined ? settings.timeoutMs : Math.max(1, endAt - clock.nowMs());
    return await runProgram(exec, call, { timeoutMs: Math.min(settings.timeoutMs, leftMs), signal });
  };
  /** In order, up to the first that fails. */
  const runAll = async (
    what: string,
    calls: readonly ProgramCall[],
    limits: Limits,
  ): Promise<OperatorError | undefined> => {
    const ends: ProgramEnd[] = [];
    for (const call of calls) {
      const end = await run(call, limits);
      ends.push(end);
      if (end.how === 'timed out' || end.how === 'superseded') onUnsettled();
      if (!isDone(end)) break;
    }
    reportsOf(what, ends).forEach(onProgram);
    const failed = ends.find((end) => !isDone(end));
    return failed && programFailed(failed);
  };

  const shownNow = async (
    shows: ShowSettings,
    vips: readonly Vip[],
    limits: Limits,
  ): Promise<readonly Vip[]> => {
    const move = moveOf(vips);
    const ends = new Map<string, ProgramEnd>();
    const found: Vip[] = [];
    for (const vip of vips) {
      const [call] = filledCommands([shows.command], { ...move, vips: [vip] });
      if (call === undefined) continue;
      const end = ends.get(sameAs(call)) ?? (await run(call, limits));
      ends.set(sameAs(call), end);
      if (!isDone(end)) throw cannotTell(end);
      if (contains(end.stdout, filledText(shows.expect, vip, move))) found.push(vip);
    }
    return found;
  };
  const cannotTell = (end: ProgramEnd): OperatorError => {
    if (end.how !== 'superseded') reportsOf('show', [end]).forEach(onProgram);
    const { message, hint } = programFailed(end);
    return new OperatorError('VIP_UNKNOWN', message, { hint });
  };

  /** An answer that cannot be had contradicts nobody. */
  const whatShowMisses = async (vips: readonly Vip[], limits: Limits): Promise<OperatorError | undefined> => {
    if (settings.show === undefined) return undefined;
    try {
      const found = await shownNow(settings.show, vips, limits);
      const missing = vips.find((vip) => !found.includes(vip));
      if (missing === undefined) return undefined;
      const [call] = filledCommands([settings.show.command], { ...moveOf(vips), vips: [missing] });
      return notShown(vipText(missing), shownWords(call?.words ?? []));
    } catch (error) {
      if (error instanceof OperatorError) return undefined;
      throw error;
    }
  };

  return {
    async bringUp(vips, signal) {
      const limits = { signal, endAt: after(clock.nowMs(), settings.giveUpMs) };
      for (let attempt = 1; ; attempt += 1) {
        const failure =
          (await runAll('up', filledCommands(settings.up, moveOf(vips)), limits)) ??
          (await whatShowMisses(vips, limits));
        if (failure === undefined) return;
        if (signal.aborted) throw failure;
        const waitMs = afterAttemptMs(attempt);
        if (failure.code === 'TOOL_MISSING' || clock.nowMs() + waitMs >= limits.endAt)
          throw gaveUp(failure, attempt, settings.giveUpMs);
        await pause(clock, waitMs, signal);
        if (signal.aborted) throw failure;
      }
    },
    async takeDown(vips, staying, signal) {
      const kept = new Set(filledCommands(settings.down, moveOf(staying)).map(sameAs));
      for (let attempt = 1; ; attempt += 1) {
        const calls = filledCommands(settings.down, moveOf(vips)).filter((call) => !kept.has(sameAs(call)));
        const failure = await runAll('down', calls, { signal });
        if (failure === undefined) return true;
        if (signal.aborted) return false;
        if (attempt === 1) onProblem(notTakenDown(failure));
        const waitMs = downAgainMs(attempt);
        if (waitMs === undefined || failure.code === 'TOOL_MISSING') return false;
        await pause(clock, waitMs, signal);
        if (signal.aborted || !(await mayBeHere(vips, signal))) return false;
      }
    },
    show: settings.show && ((vips, signal) => shownNow(settings.show!, vips, { signal })),
  };

  /** When the cloud says that somebody else has them, taking them away once more would be for nothing. */
  async function mayBeHere(vips: readonly Vip[], signal: AbortSignal): Promise<boolean> {
    if (settings.show === undefined) return true;
    try {
      return (await shownNow(settings.show, vips, { signal })).length > 0;
    } catch (error) {
      if (error instanceof OperatorError) return true;
      throw error;
    }
  }
}
