import type { Vip } from '../../core/ports.ts';
import { vipKey } from '../address.ts';
import type { Seat } from './carp-system.ts';
import type { ListedAddress } from './listing.ts';
import { addressOn } from './seat.ts';

/** What this process was told to hold. */
export interface Holdings {
  has(vip: Vip): boolean;
  add(vips: readonly Vip[]): void;
  remove(vips: readonly Vip[]): void;
  /** Those that stay when `gone` go. */
  without(gone: readonly Vip[]): readonly Vip[];
  /** Addresses that this process once brought up there, and that are neither held nor among `wanted`. */
  staleOn(seat: Seat, wanted: readonly Vip[]): readonly ListedAddress[];
}

export function holdings(): Holdings {
  const held = new Map<string, Vip>();
  const put = new Map<string, Vip>();
  const has = (vip: Vip): boolean => held.has(vipKey(vip));
  return {
    has,
    add(vips) {
      for (const vip of vips) {
        held.set(vipKey(vip), vip);
        put.set(vipKey(vip), vip);
      }
    },
    remove: (vips) => vips.forEach((vip) => held.delete(vipKey(vip))),
    without(gone) {
      const keys = new Set(gone.map(vipKey));
      return [...held.values()].filter((vip) => !keys.has(vipKey(vip)));
    },
    staleOn(seat, wanted) {
      const keys = new Set(wanted.map(vipKey));
      const stale = [...put.values()].filter(
        (vip) => vip.link === seat.link && !has(vip) && !keys.has(vipKey(vip)),
      );
      return stale.map((vip) => addressOn(seat, vip)).filter((address) => address !== undefined);
    },
  };
}
