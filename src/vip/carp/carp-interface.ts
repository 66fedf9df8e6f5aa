import { OperatorError } from '../../core/errors.ts';
import type { Exec, Vip } from '../../core/ports.ts';
import { canonicalAddress } from '../address.ts';
import type { CarpSystem, Circumstances, Physical, Seat, VhostWish } from './carp-system.ts';
import type { Command, Secret } from './command.ts';
import type { ListedAddress, Listing } from './listing.ts';
import { addressOn, isServed, mayServe } from './seat.ts';
import { showInterface } from './show.ts';
import { ofHost } from './words.ts';

/** Where OpenBSD and NetBSD differ. */
export interface CarpDialect {
  readonly alias: (vip: Vip) => readonly string[];
  readonly remove: (address: Pick<ListedAddress, 'family' | 'address'>) => readonly string[];
  /** Who is to be advertised to; `seat` says who is now. */
  readonly peerWords: (seat: Seat, peer: string) => readonly string[];
  /** The last words, which make it master. */
  readonly riseWords: readonly string[];
  /** A master that is set up anew stays one. */
  readonly mayResettle: boolean;
  readonly settleMs: number;
  /** How long it is backup before it is master. */
  readonly silenceMs: number;
  readonly circumstances: () => Promise<Circumstances>;
}

/** CARP as an interface of its own, whose physical one is its carpdev; see carp(4) of OpenBSD and NetBSD. */
export function carpInterface(exec: Exec, bearer: string, wish: VhostWish, dialect: CarpDialect): CarpSystem {
  const { vhid, advbaseSeconds, peer } = wish;
  const on = (...words: (string | Secret)[]): Command => ['ifconfig', bearer, ...words];
  const emptySeat = (link: string): Seat => ({
    ...{ link, bearer, physical: undefined, hasBearer: false },
    ...{ vhost: undefined, addresses: [], isUp: false },
  });

  return {
    wishOn: () => wish,
    emptySeat,
    async look(link, { physical }) {
      const below = physical ? physicalOf(await showInterface(exec, link)) : undefined;
      const listing = await showInterface(exec, bearer);
      const seat = { ...emptySeat(link), physical: below };
      if (listing === undefined) return seat;
      const { isUp, vhosts, addresses } = listing;
      return { ...seat, hasBearer: true, isUp, addresses: addresses.filter(isNoLinkLocal), vhost: vhosts[0] };
    },
    circumstances: dialect.circumstances,
    whyNotTake: (seat, vips) =>
      usedOtherwise(seat, wish) ??
      ofHost(seat, vips, (vip) => ['ifconfig', vip.link, ...dialect.remove(removable(vip))].join(' ')),
    takeCommands(seat, { vips, stale, password }) {
      const missing = vips.filter((vip) => addressOn(seat, vip) === undefined);
      const isDone = missing.length === 0 && vips.every((vip) => isServed(seat, vip, wish));
      if (isDone && !dialect.mayResettle) return [];
      return [
        ...(seat.hasBearer ? [] : [on('create')]),
        on(
          ...['carpdev', seat.link, 'vhid', String(vhid), 'advbase', String(advbaseSeconds), 'advskew', '0'],
          ...(password === undefined ? [] : ['pass', password]),
          ...dialect.peerWords(seat, peer),
        ),
        ...stale.map((address) => on(...dialect.remove(address))),
        ...missing.map((vip) => on(...dialect.alias(vip))),
        on(...dialect.riseWords),
      ];
    },
    releaseCommands(seat, vips, kept) {
      const there = vips.filter((vip) => mayServe(seat, vip));
      // A carp interface that is down is at rest, whatever addresses it has.
      if (kept.length === 0) return there.length === 0 ? [] : [on('down')];
      return there.map((vip) => on(...dialect.remove(removable(vip))));
    },
    blindReleaseCommands: (vips) => (vips.length === 0 ? [] : [['ifconfig', bearer, 'down']]),
    settleMs: dialect.settleMs,
    isOnItsWay: (seat, vips, elapsedMs) =>
      (seat.vhost?.state === 'BACKUP' && elapsedMs < dialect.silenceMs) ||
      vips.some((vip) => addressOn(seat, vip)?.state === 'tentative'),
  };
}

const physicalOf = (listing: Listing | undefined): Physical => ({
  isThere: listing !== undefined,
  hasCarrier: listing?.hasCarrier ?? false,
  addresses: listing?.addresses ?? [],
});

/** Every interface gets one by itself. */
const isNoLinkLocal = ({ address }: ListedAddress): boolean => !address.startsWith('fe80:');

const removable = ({ family, address }: Vip): Pick<ListedAddress, 'family' | 'address'> => ({
  family,
  address: canonicalAddress(address, family),
});

function usedOtherwise({ link, bearer, vhost, isUp }: Seat, { vhid }: VhostWish): OperatorError | undefined {
  if (vhost === undefined || !isUp) return undefined;
  const isElsewhere = vhost.carpdev !== '' && vhost.carpdev !== 'none' && vhost.carpdev !== link;
  if (vhost.vhid === vhid && !isElsewhere) return undefined;
  const is = `vhid ${vhost.vhid} on ${vhost.carpdev}`;
  return new OperatorError(
    'VIP_FAILED',
    `${bearer} is in use as ${is}, and the config wants vhid ${vhid} on ${link}`,
    {
      hint: `name another carp interface in the config, or: ifconfig ${bearer} down`,
    },
  );
}
