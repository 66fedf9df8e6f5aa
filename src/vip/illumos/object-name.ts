import { createHash } from 'node:crypto';
import { type Vip } from '../../core/ports.ts';
import { canonicalAddress } from '../address.ts';

/**
 * The name of a VIP's address object. It follows from the address, so that every process of this program, and the guard,
 * finds and removes what another one made. ipadm allows a letter and then letters and digits, fewer than 32 of them.
 */
export function objectOf({ address, family, link }: Pick<Vip, 'address' | 'family' | 'link'>): string {
  return `${link}/sealvip${family === 4 ? hexOf(address) : shortHash(canonicalAddress(address, 6))}`;
}

/** The object with which an interface gets the link-local address that IPv6 has to begin with. */
export const linkLocalObject = (link: string): string => `${link}/sealll`;

const hexOf = (address: string): string =>
  address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('');

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
