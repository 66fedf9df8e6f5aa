import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { vipText } from '../address.ts';
import type { VipOptions } from '../options.ts';
import { pause } from '../program/pause.ts';
import { shownWords } from '../../core/shown-words.ts';
import { newAsking, type AskingOptions, type Limits } from './asking.ts';
import { afterAttemptMs, downAgainMs } from './back-off.ts';
import { sameAs } from './commands.ts';
import { gaveUp, notShown, notTakenDown, notYetUp } from './problems.ts';

/** What the cloud is asked for. */
export interface Cloud {
  /** Tries until it works or `give_up` is over. Throws OperatorError. */
  bringUp(vips: readonly Vip[], signal: AbortSignal): Promise<void>;
  /** Tries a few times. True when it worked; what does not work is reported. */
  takeDown(vips: readonly Vip[], how: TakeDown): Promise<boolean>;
  readonly show: ((vips: readonly Vip[], signal: AbortSignal) => Promise<readonly Vip[]>) | undefined;
}

export interface TakeDown {
  /** They must not go with the others. */
  readonly staying: readonly Vip[];
  readonly signal: AbortSignal;
  /** What comes now may take a minute. */
  readonly onTryAgain: () => void;
}

/** With less time than this an attempt would only be cut off, and its end would hide why the one before failed. */
const ATTEMPT_MS_MIN = 5 * SECOND_MS;

export function newCloud(options: AskingOptions & Pick<VipOptions, 'onProblem'>): Cloud {
  const { clock, settings, onProblem } = options;
  const { show } = settings;
  const asking = newAsking(options);

  /** Undefined when there is nobody to ask, or no answer, which contradicts nobody. */
  const missingOf = async (vips: readonly Vip[], limits: Limits): Promise<readonly Vip[] | undefined> => {
    if (show === undefined || limits.signal.aborted) return undefined;
    try {
      const found = await asking.shown(show, vips, limits);
      return vips.filter((vip) => !found.includes(vip));
    } catch (error) {
      if (error instanceof OperatorError) return undefined;
      throw error;
    }
  };

  /** What is wrong afterwards. `show` has the last word: some clouds refuse to assign what is assigned already. */
  const tryOnce = async (vips: readonly Vip[], limits: Limits): Promise<OperatorError | undefined> => {
    const failure = await asking.run('up', asking.filled(settings.up, vips), limits);
    const seen = await missingOf(vips, limits);
    if (seen === undefined) return failure;
    const [missing] = seen;
    if (missing === undefined) return undefined;
    const shows = show && asking.filled([show.command], [missing])[0];
    return failure ?? notShown(vipText(missing), shownWords(shows?.words ?? []));
  };

  return {
    async bringUp(vips, signal) {
      const limits = { signal, endAt: after(clock.nowMs(), settings.giveUpMs) };
      for (let attempt = 1; ; attempt += 1) {
        const failure = await tryOnce(vips, limits);
        if (failure === undefined) return;
        if (signal.aborted) throw failure;
        const waitMs = afterAttemptMs(attempt);
        const isLast = clock.nowMs() + waitMs + Math.min(ATTEMPT_MS_MIN, settings.timeoutMs) > limits.endAt;
        if (isLast || failure.code === 'TOOL_MISSING') throw gaveUp(failure, attempt, settings.giveUpMs);
        if (attempt === 1) onProblem(notYetUp(failure, settings.giveUpMs));
        await pause(clock, waitMs, signal);
        if (signal.aborted) throw failure;
      }
    },
    async takeDown(vips, { staying, signal, onTryAgain }) {
      const kept = new Set(asking.filled(settings.down, staying).map(sameAs));
      for (let attempt = 1; ; attempt += 1) {
        const calls = asking.filled(settings.down, vips).filter((call) => !kept.has(sameAs(call)));
        const failure = await asking.run('down', calls, { signal });
        if (failure === undefined) return true;
        // When the cloud says that it sends them elsewhere, there was nothing to take down.
        const missing = await missingOf(vips, { signal });
        if (missing?.length === vips.length) return true;
        if (signal.aborted) return false;
        if (attempt === 1) onProblem(notTakenDown(failure));
        const waitMs = downAgainMs(attempt);
        if (waitMs === undefined || failure.code === 'TOOL_MISSING') return false;
        onTryAgain();
        await pause(clock, waitMs, signal);
        if (signal.aborted) return false;
      }
    },
    show: show && ((vips, signal) => asking.shown(show, vips, { signal })),
  };
}
