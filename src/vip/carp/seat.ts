import type { Vip } from '../../core/ports.ts';
import { canonicalAddress } from '../address.ts';
import type { Seat, VhostWish } from './carp-system.ts';
import type { ListedAddress } from './listing.ts';

export const addressOn = ({ addresses }: Pick<Seat, 'addresses'>, vip: Vip): ListedAddress | undefined =>
  addresses.find(
    ({ family, address }) => family === vip.family && address === canonicalAddress(vip.address, vip.family),
  );

/** Configured so that the kernel serves it, or may come to do so without being asked. */
export const mayServe = (seat: Seat, vip: Vip): boolean =>
  seat.isUp && isOnLink(seat) && addressOn(seat, vip) !== undefined;

/** A carp interface may belong to another physical one than the config says. */
const isOnLink = ({ link, vhost }: Seat): boolean => {
  const carpdev = vhost?.carpdev ?? '';
  return carpdev === '' || carpdev === link;
};

/** As we want it while we hold: master, and the address usable and part of the virtual host. */
export function isServed(seat: Seat, vip: Vip, { vhid }: VhostWish): boolean {
  const address = addressOn(seat, vip);
  if (address?.state !== 'ok' || seat.vhost?.state !== 'MASTER' || seat.vhost.vhid !== vhid) return false;
  return isOnLink(seat);
}

/** Advertised as we want it: another program may have changed that, and on FreeBSD any command that leaves the peer out. */
export const isAsWished = ({ vhost }: Seat, { advbaseSeconds, peer }: VhostWish): boolean =>
  vhost === undefined ||
  (vhost.advskew === 0 &&
    vhost.advbase === advbaseSeconds &&
    (peer === '' ? vhost.peers.every(isMulticast) : vhost.peers.includes(peer)));

const isMulticast = (address: string): boolean => /^(224\.|ff)/i.test(address);
