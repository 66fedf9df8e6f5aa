import { type Vip } from '../core/ports.ts';

/** The one spelling that the kernel's tools print, so that addresses can be compared as text. */
export function canonicalAddress(address: string, family: 4 | 6): string {
  if (family === 4) return address;
  // The URL parser writes RFC 5952, as inet_ntop does.
  return URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** A URL takes 3 µs to parse, and every call wants the spelling of every VIP several times. */
const locals = new WeakMap<Vip, string>();

/** Its address as the kernel's tools print it. */
export function localOf(vip: Vip): string {
  if (vip.family === 4) return vip.address;
  const known = locals.get(vip) ?? canonicalAddress(vip.address, vip.family);
  locals.set(vip, known);
  return known;
}

/** Names one address on one interface: what the kernel takes for the same address has the same key. */
export function vipKey(vip: Vip): string {
  return `${vip.link} ${localOf(vip)}/${vip.prefixLength}`;
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
