import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Vip } from '../../core/ports.ts';
import { after } from '../../core/units.ts';
import { type Guard } from '../guard/guard.ts';
import { deleteLine } from './ip-commands.ts';

/**
 * The guard reads what it holds byte by byte, 80 ms for a thousand. More VIPs than so many do not wait for that when they
 * have a short lease, which would end them too; it is told when they are up and the neighbours know.
 */
const GUARD_FIRST_MAX = 32;
const SHORT_LEASE_SECONDS = 5;
const GUARD_AFTER_MS = 50;

/** When the guard is told what it holds. */
export interface Guarding {
  /** Runs the work that adds the VIPs of a group; `mortal`: those of them that may be taken down behind our back. */
  around(
    work: () => Promise<void>,
    group: { vips: readonly Vip[]; mortal: ReadonlySet<Vip>; leaseSeconds: number },
  ): Promise<void>;
  /** Tells it at once what it is still to be told. */
  now(): void;
}

export function guarding({
  watchman,
  clock,
  isOurs,
  onProblem,
}: {
  watchman: Guard;
  clock: Clock;
  isOurs: (vip: Vip) => boolean;
  onProblem: (problem: OperatorError) => void;
}): Guarding {
  /** Many that are up and that the guard is still to be told of. */
  const untold = new Set<Vip>();
  let cancel = (): void => {};

  const hold = async (vips: readonly Vip[], { isLeased }: { isLeased: boolean }): Promise<void> => {
    try {
      await watchman.hold(vips.map(deleteLine));
    } catch (problem) {
      // With a lease the kernel does the same, a little later. Without one nobody would.
      if (!isLeased || !(problem instanceof OperatorError)) throw problem;
      onProblem(problem);
    }
  };

  const now = (): void => {
    cancel();
    const held = [...untold].filter(isOurs); // none that was taken down meanwhile
    untold.clear();
    if (held.length > 0) void hold(held, { isLeased: true });
  };

  /** A moment after who wanted them up was told so, and may have announced them. */
  const soon = (vips: Iterable<Vip>): void => {
    for (const vip of vips) untold.add(vip);
    cancel();
    cancel = clock.wakeAt(after(clock.nowMs(), GUARD_AFTER_MS), now);
  };

  return {
    async around(work, { vips, mortal, leaseSeconds }) {
      const isShort = leaseSeconds > 0 && leaseSeconds <= SHORT_LEASE_SECONDS;
      if (vips.length <= GUARD_FIRST_MAX || !isShort) {
        await hold([...mortal], { isLeased: leaseSeconds > 0 });
        return await work();
      }
      try {
        await work();
      } finally {
        soon(mortal);
      }
    },
    now,
  };
}
