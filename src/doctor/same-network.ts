import { inNetwork, parseIpAddress } from '../config/ip-address.ts';
import type { LinkFacts } from './facts.ts';

type Addressed = Pick<LinkFacts['addresses'][number], 'address' | 'prefixLength'>;

/** Whether an address is in a network that an interface has an address of; its host-length ones are no networks. */
export function isOnLink(address: string, { addresses }: Pick<LinkFacts, 'addresses'>): boolean {
  const looked = parseIpAddress(address);
  if (looked === undefined) return false;
  return addresses.some(({ address: own, prefixLength }) => {
    const base = parseIpAddress(own);
    if (base === undefined || base.family !== looked.family) return false;
    return prefixLength < (base.family === 4 ? 32 : 128) && inNetwork(looked, base, prefixLength);
  });
}

/** Of IPv4: ARP is what two interfaces quarrel about. */
export const sameNetwork = (one: LinkFacts, other: LinkFacts): boolean =>
  one.addresses.some(({ address }: Addressed) => !address.includes(':') && isOnLink(address, other));
