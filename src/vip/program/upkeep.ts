import { OperatorError } from '../../core/errors.ts';
import type { Clock, Vip } from '../../core/ports.ts';
import { after, type MonoMs, SECOND_MS } from '../../core/units.ts';
import { vipKey } from '../address.ts';
import { pause } from './pause.ts';
import { newTurns, type Turns } from './turns.ts';

/** Not more often than this is something asserted that nobody knows to be lost, or that has just failed. */
const ASSERT_EVERY_MS = 5 * SECOND_MS;

export interface UpkeepOptions {
  readonly clock: Clock;
  /** Settles when they are here, as far as can be seen. Throws OperatorError. */
  readonly bringUp: (vips: readonly Vip[], signal: AbortSignal) => Promise<void>;
  /** Those of them that are here. Throws OperatorError when it cannot tell. Undefined when there is nobody to ask. */
  readonly show: ((vips: readonly Vip[], signal: AbortSignal) => Promise<readonly Vip[]>) | undefined;
  /** How long an answer of `show` counts, by the time since they were brought up. */
  readonly showAgainMs: (sinceUpMs: number) => number;
  /** What goes wrong in the background. */
  readonly onProblem: (problem: OperatorError) => void;
}

/**
 * VIPs that programs bring up, which take their time, and of which others may take one away: remembers what is wanted and
 * what is known, and looks and repairs in the background, so that nobody who asks has to wait. "Cannot tell" changes
 * nothing that is known.
 */
export interface Upkeep {
  isWanted(vip: Vip): boolean;
  wanted(): readonly Vip[];
  /** Brings up those that are not known to be here for this epoch, and does `first` before that in any case. */
  up(vips: readonly Vip[], epoch: number, first: () => Promise<void>): Promise<void>;
  /** They are not wanted any more; `work` is done when nothing runs for them. */
  down<Result>(
    vips: readonly Vip[],
    work: (signal: AbortSignal) => Promise<Result>,
    how: { readonly background: boolean },
  ): Promise<Result>;
  /** Asks now, for VIPs that are not wanted. Throws OperatorError when it cannot tell. */
  ask(vips: readonly Vip[]): Promise<readonly Vip[]>;
  /**
   * Of those that are wanted the ones that are here, or being put back, as far as known. Looks again when it is time; an
   * answer that takes no longer than `patienceMs` is waited for.
   */
  seen(vips: readonly Vip[], patienceMs: number): Promise<readonly Vip[]>;
  /** In the background, what is known to be gone. */
  putBack(): void;
  /** Somebody else may have taken them: looks, and brings up what is not certainly here. */
  doubt(): void;
  /** Something was asked for and ended before it had answered: what it does may come late. */
  distrust(): void;
  /** Known to be gone. */
  lose(vips: readonly Vip[]): void;
  supersede(): void;
  /** Why `show` cannot tell, and since when. */
  unclear(): { readonly text: string; readonly sinceMs: number } | undefined;
  /** Ends what runs, after `graceMs` for what takes down. */
  close(graceMs: number): Promise<void>;
}

interface Wanted {
  readonly vip: Vip;
  readonly epoch: number;
  readonly here: boolean;
}

export function newUpkeep({ clock, bringUp, show, showAgainMs, onProblem }: UpkeepOptions): Upkeep {
  const turns: Turns = newTurns();
  const wanted = new Map<string, Wanted>();
  let upAt = clock.nowMs();
  let showAt = clock.nowMs();
  let assertedAt: MonoMs | undefined;
  let failedAt: MonoMs | undefined;
  let repairing = false;
  let showing: Promise<unknown> | undefined;
  let distrusted = false;
  let unclear: { readonly text: string; readonly since: MonoMs } | undefined;

  const all = (): readonly Vip[] => [...wanted.values()].map(({ vip }) => vip);
  const gone = (): readonly Vip[] => [...wanted.values()].filter(({ here }) => !here).map(({ vip }) => vip);
  const isDue = (at: MonoMs | undefined, everyMs: number): boolean =>
    at === undefined || clock.nowMs() - at >= everyMs;
  const mark = (vips: readonly Vip[], here: boolean): void => {
    for (const vip of vips) {
      const known = wanted.get(vipKey(vip));
      if (known !== undefined) wanted.set(vipKey(vip), { ...known, here });
    }
  };
  const broughtUp = (vips: readonly Vip[]): void => {
    mark(vips, true);
    [unclear, failedAt] = [undefined, undefined];
    upAt = clock.nowMs();
    showAt = after(upAt, showAgainMs(0));
  };

  /** Undefined when it cannot tell, which `unclear` then says. */
  const look = async (signal: AbortSignal): Promise<readonly Vip[] | undefined> => {
    if (show === undefined) return undefined;
    const asked = all();
    try {
      const there = await show(asked, signal);
      unclear = undefined;
      mark(asked, false);
      mark(there, true);
      return there;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      if (!signal.aborted) unclear = { text: error.message, since: unclear?.since ?? clock.nowMs() };
      return undefined;
    } finally {
      showAt = after(clock.nowMs(), showAgainMs(clock.nowMs() - upAt));
    }
  };

  const lookInBackground = (): void => {
    showing = turns.take({ kind: 'show', background: true }, look).finally(() => {
      showing = undefined;
    });
  };

  /** Whoever asks meanwhile hears that they are here: what is being done about it is under way. */
  const repair = (work: (signal: AbortSignal) => Promise<void>): void => {
    repairing = true;
    assertedAt = clock.nowMs();
    void turns
      .take({ kind: 'up', background: true }, async (signal) => {
        try {
          await work(signal);
        } catch (error) {
          if (!(error instanceof OperatorError)) throw error;
          failedAt = clock.nowMs();
          if (!signal.aborted) onProblem(error);
        }
      })
      .finally(() => {
        repairing = false;
        assertedAt = clock.nowMs();
      });
  };
  const assertAll = (): void =>
    repair(async (signal) => {
      distrusted = false;
      const there = await look(signal);
      const missing = there === undefined ? all() : gone();
      if (missing.length === 0 || signal.aborted) return;
      try {
        await bringUp(missing, signal);
        broughtUp(missing);
      } catch (error) {
        // What was not known to be gone is not known to be gone now.
        distrusted = true;
        throw error;
      }
    });

  return {
    isWanted: (vip) => wanted.has(vipKey(vip)),
    wanted: all,
    async up(vips, epoch, first) {
      const missing = vips.filter((vip) => {
        const known = wanted.get(vipKey(vip));
        return known?.here !== true || known.epoch !== epoch;
      });
      for (const vip of missing) wanted.set(vipKey(vip), { vip, epoch, here: false });
      await turns.take({ kind: 'up', background: false }, async (signal) => {
        await first();
        if (signal.aborted) throw superseded();
        if (missing.length > 0) await bringUp(missing, signal);
      });
      if (missing.length === 0) return;
      assertedAt = clock.nowMs();
      broughtUp(missing);
    },
    down(vips, work, { background }) {
      for (const vip of vips) wanted.delete(vipKey(vip));
      return turns.take({ kind: 'down', background }, work);
    },
    ask: (vips) =>
      turns.take({ kind: 'show', background: false }, async (signal) => (await show?.(vips, signal)) ?? []),
    async seen(vips, patienceMs) {
      if (turns.isIdle() && wanted.size > 0) {
        if (distrusted && isDue(assertedAt, ASSERT_EVERY_MS)) assertAll();
        else if (show !== undefined && clock.nowMs() >= showAt) lookInBackground();
      }
      const answered = new AbortController();
      if (showing !== undefined && patienceMs > 0)
        await Promise.race([
          showing.finally(() => answered.abort()),
          pause(clock, patienceMs, answered.signal),
        ]);
      return vips.filter((vip) => {
        const known = wanted.get(vipKey(vip));
        return known !== undefined && (known.here || repairing);
      });
    },
    putBack() {
      const missing = gone();
      if (missing.length === 0 || repairing || !isDue(failedAt, ASSERT_EVERY_MS)) return;
      repair(async (signal) => {
        await bringUp(missing, signal);
        broughtUp(missing);
      });
    },
    doubt() {
      if (wanted.size === 0) return;
      if (repairing || !isDue(assertedAt, ASSERT_EVERY_MS)) distrusted = true;
      else assertAll();
    },
    distrust() {
      distrusted = true;
    },
    lose: (vips) => mark(vips, false),
    supersede: () => turns.endUp(),
    unclear: () => unclear && { text: unclear.text, sinceMs: clock.nowMs() - unclear.since },
    async close(graceMs) {
      wanted.clear();
      turns.endUp();
      const cancel = clock.wakeAt(after(clock.nowMs(), graceMs), () => turns.endAll());
      await turns.settled();
      cancel();
    },
  };
}

const superseded = (): OperatorError =>
  new OperatorError('VIP_FAILED', 'given up before it had begun, because something else is wanted now', {
    hint: '`sealbeat events` says what',
  });
