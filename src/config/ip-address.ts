import { isIPv4, isIPv6 } from 'node:net';

export interface IpAddress {
  readonly family: 4 | 6;
  /** The one canonical way to write it (RFC 5952 for IPv6), so that equal addresses are equal texts. */
  readonly text: string;
  readonly value: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;
export const addressBits = (family: 4 | 6): number => BITS[family];

/** Undefined for what is no address, and for an IPv6 address with a zone (`%eth0`), which means something on one host only. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) {
    const value = text.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return { family: 4, text, value };
  }
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const value = [...before, ...zeros, ...after].reduce(
    (sum, group) => (sum << 16n) | BigInt(`0x${group}`),
    0n,
  );
  return { family: 6, text: canonical, value };
}

/** Whether `address` lies in the network that `base`/`prefixLength` describes. */
export function inNetwork(address: IpAddress, base: IpAddress, prefixLength: number): boolean {
  const hostBits = BigInt(BITS[base.family] - prefixLength);
  return address.family === base.family && address.value >> hostBits === base.value >> hostBits;
}

const within = (network: string, prefixLength: number, what: string): Row => {
  const base = parseIpAddress(network);
  if (!base) throw new RangeError(`not an address: ${network}`);
  return { base, prefixLength, what };
};
type Row = { base: IpAddress; prefixLength: number; what: string };

/** Ranges that no host has as an address of its own to be reached at; RFC 6890, RFC 4291. */
const NOT_A_HOST: readonly Row[] = [
  within('0.0.0.0', 8, 'an unspecified address'),
  within('224.0.0.0', 4, 'a multicast address'),
  within('255.255.255.255', 32, 'the broadcast address'),
  within('240.0.0.0', 4, 'a reserved address'),
  within('::', 128, 'the unspecified address'),
  within('ff00::', 8, 'a multicast address'),
  within('::ffff:0:0', 96, 'an IPv4 address written as IPv6'),
];

const LOOPBACK: readonly Row[] = [
  within('127.0.0.0', 8, 'a loopback address'),
  within('::1', 128, 'the loopback address'),
];

export const isLoopback = (address: IpAddress): boolean => whatIsIn(LOOPBACK, address) !== undefined;

/** Why a path cannot lead there ("a multicast address"), or undefined. Loopback is fine: a pair may live on one machine. */
export const whyNoPeer = (address: IpAddress): string | undefined => whatIsIn(NOT_A_HOST, address);

/** Why this cannot be a virtual address ("the broadcast address of its network"), or undefined. */
export function whyNoVip(address: IpAddress, prefixLength: number): string | undefined {
  const what = whatIsIn([...NOT_A_HOST, ...LOOPBACK], address);
  if (what !== undefined) return what;
  if (whatIsIn([V4_COMPATIBLE], address)) return V4_COMPATIBLE.what;
  if (whatIsIn([LINK_LOCAL], address) && !whatIsIn([LINK_LOCAL_USED], address)) {
    return 'a link-local address outside fe80::/64, which no host has (RFC 4291, 2.5.6)';
  }
  const hostBits = BigInt(BITS[address.family] - prefixLength);
  if (hostBits < 2n) return undefined; // /31, /32, /127, /128 have no network address
  const host = address.value & ((1n << hostBits) - 1n);
  if (host === 0n) return `the address of the network /${prefixLength} itself`;
  if (address.family === 4 && host === (1n << hostBits) - 1n) {
    return `the broadcast address of its network /${prefixLength}`;
  }
  return undefined;
}

const V4_COMPATIBLE = within('::', 96, 'an IPv4 address written as IPv6');
const LINK_LOCAL = within('fe80::', 10, 'a link-local address');
const LINK_LOCAL_USED = within('fe80::', 64, 'a link-local address');

const whatIsIn = (rows: readonly Row[], address: IpAddress): string | undefined =>
  rows.find(({ base, prefixLength }) => inNetwork(address, base, prefixLength))?.what;
