import { type Vip } from '../core/ports.ts';

/** The one spelling that the kernel's tools print, so that addresses can be compared as text. */
export function canonicalAddress(address: string, family: 4 | 6): string {
  if (family === 4) return address;
  // The URL parser writes RFC 5952, as inet_ntop does.
  return URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** Names one address on one interface: what the kernel takes for the same address has the same key. */
export function vipKey({ address, family, prefixLength, link }: Vip): string {
  return `${link} ${canonicalAddress(address, family)}/${prefixLength}`;
}

export function vipText({ address, prefixLength, link }: Vip): string {
  return `${address}/${prefixLength} on ${link}`;
}

/** A /32 or /128: never the primary address of a subnet, no route of its own, and nobody leaves with it. */
export function isHostLength({ family, prefixLength }: Vip): boolean {
  return prefixLength === (family === 4 ? 32 : 128);
}

export function byLink(vips: readonly Vip[]): ReadonlyMap<string, readonly Vip[]> {
  return Map.groupBy(vips, ({ link }) => link);
}
