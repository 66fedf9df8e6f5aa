import { isIPv4, isIPv6 } from 'node:net';

export type Family = 4 | 6;

/** What an interface has before it has an address. */
export const NO_ADDRESS = { 4: '0.0.0.0', 6: '::' } as const;

export const BITS = { 4: 32, 6: 128 } as const;

/** The spelling of inet_ntop; undefined for what is no address. */
export function canonical(text: string): { readonly address: string; readonly family: Family } | undefined {
  if (isIPv4(text)) return { address: text, family: 4 };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return { address: new URL(`http://[${text}]`).hostname.slice(1, -1), family: 6 };
}

const octets = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

const maskValue = (prefixLength: number): number =>
  prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;

export const maskText = (prefixLength: number): string => dotted(maskValue(prefixLength));

/** As ifconfig prints it: `ffffff00`, and a plain 0 for none. */
export const maskHex = (prefixLength: number): string => maskValue(prefixLength).toString(16);

export function broadcastOf(address: string, prefixLength: number): string {
  return dotted((octets(address) | ~maskValue(prefixLength)) >>> 0);
}

/** `255.255.255.0` is 24; undefined for a mask with holes. */
export function maskLength(mask: string): number | undefined {
  const value = octets(mask);
  const length = value.toString(2).replaceAll('0', '').length;
  return maskValue(length) === value ? length : undefined;
}

/** The mask that netmasks(5) says, by network; else the one of the address's class. */
export function defaultLength(address: string, netmasks: Readonly<Record<string, string>> = {}): number {
  const first = Number(address.split('.')[0]);
  const classLength = first < 128 ? 8 : first < 192 ? 16 : 24;
  const network = dotted((octets(address) & maskValue(classLength)) >>> 0);
  return maskLength(netmasks[network] ?? '') ?? classLength;
}

/** The link-local address that is made of a MAC written as `8:0:27:1:2:3`. */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((part) => parseInt(part, 16));
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return canonical(`fe80::${groups.map((group) => group.toString(16)).join(':')}`)?.address ?? '';
}
