import { type Clock, type Vip } from '../../core/ports.ts';
import { type MonoMs, SECOND_MS } from '../../core/units.ts';

/** Up to so many are written with every call: what that costs is not worth a thought. */
const FEW = 100;
/** Of the lease. Calls come at a third of it, so that one that was not due is at two thirds when it is. */
const YOUNG_SHARE = 0.35;

/** Which leases are to be started anew. Never makes one longer: the VIP is gone at most the lease and a second after. */
export interface Renewals {
  /**
   * Those that a call has to write. The kernel takes 30 µs for each, so of many only every second one, the others with
   * the call after it; all of them as soon as calls come later than at a third of the lease.
   */
  due(vips: readonly Vip[], leaseSeconds: number): readonly Vip[];
  /** Their leases began at this moment or later. */
  written(vips: readonly Vip[], at: MonoMs): void;
  /** As `written`, but every second one counts as unwritten, so that from now on the two halves take turns. */
  begun(vips: readonly Vip[], at: MonoMs): void;
  /** They are not on the host. */
  missing(vips: readonly Vip[]): void;
}

export function renewals(clock: Clock): Renewals {
  const writtenAt = new WeakMap<Vip, MonoMs>();
  return {
    due(vips, leaseSeconds) {
      if (vips.length <= FEW) return vips;
      const youngMs = YOUNG_SHARE * leaseSeconds * SECOND_MS;
      const now = clock.nowMs();
      return vips.filter((vip) => now - (writtenAt.get(vip) ?? -Infinity) > youngMs);
    },
    written(vips, at) {
      for (const vip of vips) writtenAt.set(vip, at);
    },
    begun(vips, at) {
      vips.forEach((vip, place) => (place % 2 === 0 ? writtenAt.set(vip, at) : writtenAt.delete(vip)));
    },
    missing(vips) {
      for (const vip of vips) writtenAt.delete(vip);
    },
  };
}
