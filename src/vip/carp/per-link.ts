import { byLink } from '../address.ts';
import type { CarpSystem } from './carp-system.ts';

/** Interfaces with a virtual host of their own, and one for all others. What has to do with an interface is left to its system. */
export function perLink(own: ReadonlyMap<string, CarpSystem>, other: CarpSystem): CarpSystem {
  const on = (link: string): CarpSystem => own.get(link) ?? other;
  const all = [other, ...own.values()];
  // They ask the host the same, but for whether it is new enough for unicast.
  const asker = all.find((system) => system.wishOn('').peer !== '') ?? other;
  return {
    wishOn: (link) => on(link).wishOn(link),
    look: (link, how) => on(link).look(link, how),
    circumstances: () => asker.circumstances(),
    emptySeat: (link) => on(link).emptySeat(link),
    whyNotTake: (seat, vips) => on(seat.link).whyNotTake(seat, vips),
    takeCommands: (seat, wanted) => on(seat.link).takeCommands(seat, wanted),
    releaseCommands: (seat, vips, kept) => on(seat.link).releaseCommands(seat, vips, kept),
    blindReleaseCommands: (vips) =>
      [...byLink(vips)].flatMap(([link, onIt]) => on(link).blindReleaseCommands(onIt)),
    settleMs: Math.max(...all.map(({ settleMs }) => settleMs)),
    isOnItsWay: (seat, vips, elapsedMs) => on(seat.link).isOnItsWay(seat, vips, elapsedMs),
  };
}
