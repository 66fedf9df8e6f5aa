import { isIPv6 } from 'node:net';
import { canonicalAddress } from '../../../src/vip/address.ts';

const OCTET_MAX = 255;

export const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

/** As the kernels print it; undefined for what is no address of the family. */
export function parseAddress(text: string, family: 4 | 6): string | undefined {
  if (family === 6) return isIPv6(text) ? canonicalAddress(text, 6) : undefined;
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return octets?.every((octet) => octet <= OCTET_MAX) ? octets.join('.') : undefined;
}

/** `address` and what stands behind the last slash. */
export function splitLength(text: string): readonly [string, string | undefined] {
  const slashAt = text.lastIndexOf('/');
  return slashAt < 0 ? [text, undefined] : [text.slice(0, slashAt), text.slice(slashAt + 1)];
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const toText = (number: number): string =>
  [24, 16, 8, 0].map((shift) => (number >>> shift) & OCTET_MAX).join('.');
const maskOf = (prefixLength: number): number =>
  prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;

export const netmaskHex = (prefixLength: number): string => `0x${maskOf(prefixLength).toString(16)}`;

export const broadcastOf = (address: string, prefixLength: number): string =>
  toText((toNumber(address) | ~maskOf(prefixLength)) >>> 0);

export const networkOf = (address: string, prefixLength: number): string =>
  toText((toNumber(address) & maskOf(prefixLength)) >>> 0);

/** The length of a contiguous netmask, dotted or in hexadecimal. */
export function lengthOfNetmask(text: string): number | undefined {
  const dotted = parseAddress(text, 4);
  const mask =
    dotted === undefined ? (/^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : undefined) : toNumber(dotted);
  if (mask === undefined) return undefined;
  return [...Array(33).keys()].find((length) => maskOf(length) === mask);
}

/** What the kernels assume when nobody says: the classes of old. */
export function classfulLength(address: string): number {
  const first = Number(address.split('.')[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

/** EUI-64. */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return canonicalAddress(`fe80::${groups.map((group) => group.toString(16)).join(':')}`, 6);
}

export const isLinkLocal = (address: string): boolean => address.startsWith('fe80:');
