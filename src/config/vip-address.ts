import { addressBits, parseIpAddress, whyNoVip, type IpAddress } from './ip-address.ts';
import type { Parsed } from './parsed.ts';

export interface VipAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** `10.0.0.42`, `10.0.0.42/24`, `2001:db8::42`; a single host unless a length is given. */
export function parseVipAddress(text: string): Parsed<VipAddress> {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = parseIpAddress(host);
  if (!address) return { problem: whyNoAddress(host) };
  const bits = addressBits(address.family);
  const length = slash < 0 ? String(bits) : text.slice(slash + 1);
  const prefixLength = /^\d{1,3}$/.test(length) ? Number(length) : 0;
  if (prefixLength < 1 || prefixLength > bits) {
    return { problem: `"/${length.slice(0, 20)}" is not a prefix length for ${host}: 1 to ${bits}` };
  }
  const why = whyNoVip(address, prefixLength);
  if (why !== undefined) return { problem: `${host} is ${why}, which cannot move between hosts` };
  return { value: { address, prefixLength } };
}

function whyNoAddress(host: string): string {
  const shown = host.slice(0, 50);
  if (host.includes('%'))
    return `"${shown}" has a zone; leave it out, the interface says where the address belongs`;
  if (/^\d+(\.\d+){3}$/.test(host))
    return `"${shown}" is not an IPv4 address: each part is 0 to 255, without leading zeros`;
  return `"${shown}" is not an IPv4 or IPv6 address`;
}
