import type { OperatorError } from '../../core/errors.ts';
import type { Clock, Spawn, Vip } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { vipKey } from '../address.ts';
import { type Guard, type GuardOptions, noGuard } from '../guard/guard.ts';
import { commandLine, runEach } from '../guard/run-each.ts';
import { firedMeanwhile } from './not-as-asked.ts';
import type { Command } from './tools.ts';

/** Which VIPs are ours, and the guard that stands for their lease: where the kernel has none, it is the lease. */
export interface Holding {
  isOurs(vip: Vip): boolean;
  /** The lease that it was last given. */
  leaseSecondsOf(vip: Vip): number;
  /** The guard holds them from now on; to be settled before the first of them is added. Throws OperatorError. */
  hold(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  /** Throws OperatorError when the guard cannot be told, or has taken one of them down. */
  renew(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  /** Renews for as long as `work` takes, which is handed what throws when the guard has taken one of them down. */
  during<Result>(
    vips: readonly Vip[],
    leaseSeconds: number,
    work: (assertHeld: () => void) => Promise<Result>,
  ): Promise<Result>;
  /** They are off the host. */
  drop(vips: readonly Vip[]): Promise<void>;
  /** No longer ours; the guard goes on holding them, and takes them down when their lease ends. */
  disown(vips: readonly Vip[]): void;
  /** For a restart, see Guard. No longer ours after it. */
  leave(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  prepare(): void;
  close(): Promise<void>;
}

export interface HoldingOptions {
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly onProblem: (problem: OperatorError) => void;
  readonly guarded: boolean;
  readonly notes: string | undefined;
  readonly openGuard: (options: GuardOptions) => Guard;
  readonly removeCommands: (vip: Vip) => readonly Command[];
  /** The guard is taking some of them down. */
  readonly onFired: () => void;
}

export function newHolding(options: HoldingOptions): Holding {
  const { spawn, clock, onProblem, guarded, notes, openGuard, removeCommands, onFired } = options;
  const ours = new Map<string, { readonly vip: Vip; readonly leaseSeconds: number }>();
  const fired = new Set<string>();

  const linesOf = (vip: Vip): readonly string[] => removeCommands(vip).map(commandLine);
  const lines = (vips: readonly Vip[]): readonly string[] => vips.flatMap(linesOf);

  const guard = guarded
    ? openGuard({
        ...{ spawn, clock, onProblem, takeDown: runEach, silence: true },
        ...(notes === undefined ? {} : { notes }),
        onFired(taken) {
          const lost = [...ours.values()].filter(({ vip }) =>
            linesOf(vip).some((line) => taken.includes(line)),
          );
          for (const { vip } of lost) fired.add(vipKey(vip));
          if (lost.length > 0) onFired();
        },
      })
    : noGuard;

  const forget = (vips: readonly Vip[]): void => {
    for (const vip of vips) {
      ours.delete(vipKey(vip));
      fired.delete(vipKey(vip));
    }
  };
  const assertHeld = (vips: readonly Vip[]): void => {
    const lost = vips.filter((vip) => fired.has(vipKey(vip)));
    if (lost.length > 0) throw firedMeanwhile(lost);
  };
  const renew = async (vips: readonly Vip[], leaseSeconds: number): Promise<void> => {
    assertHeld(vips);
    // Without a lease the guard only waits for the end of this process.
    if (leaseSeconds > 0) await guard.renew(lines(vips), leaseSeconds);
    assertHeld(vips);
    for (const vip of vips) ours.set(vipKey(vip), { vip, leaseSeconds });
  };

  return {
    isOurs: (vip) => ours.has(vipKey(vip)),
    leaseSecondsOf: (vip) => ours.get(vipKey(vip))?.leaseSeconds ?? 0,
    async hold(vips, leaseSeconds) {
      vips.forEach((vip) => fired.delete(vipKey(vip)));
      await guard.hold(lines(vips), leaseSeconds);
      for (const vip of vips) ours.set(vipKey(vip), { vip, leaseSeconds });
    },
    renew,
    async during(vips, leaseSeconds, work) {
      const check = () => assertHeld(vips);
      if (leaseSeconds === 0) return work(check);
      let renewing: Promise<void> = Promise.resolve();
      let cancel: () => void = () => undefined;
      const renewLater = (): void => {
        cancel = clock.wakeAt(after(clock.nowMs(), (leaseSeconds * SECOND_MS) / 3), () => {
          // One renewal that fails is no reason to stop; that the guard has fired is asked for by `work`.
          renewing = renew(vips, leaseSeconds).catch(() => undefined);
          renewLater();
        });
      };
      renewLater();
      try {
        return await work(check);
      } finally {
        cancel();
        await renewing;
      }
    },
    async drop(vips) {
      forget(vips);
      await guard.drop(lines(vips));
    },
    disown: forget,
    async leave(vips, leaseSeconds) {
      await guard.leave(lines(vips), leaseSeconds);
      forget(vips);
    },
    prepare: () => guard.prepare(),
    close: () => guard.close(),
  };
}
