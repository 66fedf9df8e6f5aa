import type { HostInterfaces } from '../config/host-rules.ts';
import {
  addressBits,
  inNetwork,
  parseIpAddress,
  whyNoPeer,
  whyNoVip,
  type IpAddress,
} from '../config/ip-address.ts';
import { parseVipAddress } from '../config/vip-address.ts';

/** An address that this host has for itself, where others could reach it. */
export interface OwnAddress {
  readonly link: string;
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/** As config/group-rules.ts takes them on systems with the longest names. */
export const isLink = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,30}$/.test(name);

/** Labels and logical interfaces (`eth0:1`, `e1000g0:2`) are addresses of the interface before the colon. */
const deviceOf = (name: string): string => name.split(':')[0] ?? name;

export function addressesOf(interfaces: HostInterfaces): readonly OwnAddress[] {
  return [...interfaces].flatMap(([name, addresses]) =>
    addresses.flatMap(({ address: text, prefixLength }) => {
      const address = parseIpAddress(text);
      return address ? [{ link: deviceOf(name), address, prefixLength }] : [];
    }),
  );
}

/** Without what nobody reaches a node at: loopback, link-local IPv6, and the virtual addresses themselves. */
export function ownAddresses(interfaces: HostInterfaces, vips: readonly string[]): readonly OwnAddress[] {
  const virtual = new Set(vips.map((vip) => addressOfVip(vip)?.text));
  return addressesOf(interfaces).filter(
    ({ link, address }) =>
      !/^lo\d*$/.test(link) &&
      !/^fe[89ab]/.test(address.text) &&
      !address.text.startsWith('127.') &&
      whyNoPeer(address) === undefined &&
      !virtual.has(address.text),
  );
}

export const addressOfVip = (vip: string): IpAddress | undefined => {
  const parsed = parseVipAddress(vip);
  return 'value' in parsed ? parsed.value.address : undefined;
};

const isNear = (vip: string, own: OwnAddress): boolean => {
  const address = addressOfVip(vip);
  return address !== undefined && inNetwork(address, own.address, own.prefixLength);
};

/** Interfaces of which a network has the address, in the order of the system. */
export const linksNear = (vip: string, own: readonly OwnAddress[]): readonly string[] => [
  ...new Set(own.filter((one) => isNear(vip, one)).map(({ link }) => link)),
];

/** Interfaces that suit all the addresses. */
export function linksFor(vips: readonly string[], own: readonly OwnAddress[]): readonly string[] {
  const [first, ...others] = vips.map((vip) => linksNear(vip, own));
  return (first ?? []).filter((link) => others.every((links) => links.includes(link)));
}

/** Addresses to be reached at, the likeliest first: in the network of a virtual address, on its interface. */
export function addressesFor(
  vips: readonly string[],
  link: string,
  own: readonly OwnAddress[],
): readonly string[] {
  const rank = (one: OwnAddress): number =>
    one.link !== link ? 2 : vips.some((vip) => isNear(vip, one)) ? 0 : 1;
  return own
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one.address.text);
}

/**
 * Why an address cannot be virtual on this host, as the end of a sentence. One that stands alone (/32, /128) beside an own
 * address of its network was put there by another failover program, which will let go of it when it is replaced.
 */
export function whyNoVipHere(vip: string, interfaces: HostInterfaces): string | undefined {
  const parsed = parseVipAddress(vip);
  if ('problem' in parsed) return parsed.problem;
  const { address } = parsed.value;
  const taken = addressesOf(interfaces).find((one) => one.address.text === address.text);
  if (!taken) return whyNoHostInItsNetwork(address, interfaces);
  const isAlone = taken.prefixLength === addressBits(address.family);
  if (isAlone && linksNear(vip, ownAddresses(interfaces, [vip])).includes(taken.link)) return undefined;
  return `${address.text} is on ${taken.link} of this host; a virtual address is one that no host has for itself`;
}

/** Alone it could be any host's; in the network that this host has on an interface it may be nobody's. */
function whyNoHostInItsNetwork(address: IpAddress, interfaces: HostInterfaces): string | undefined {
  for (const own of ownAddresses(interfaces, [])) {
    const why = inNetwork(address, own.address, own.prefixLength) && whyNoVip(address, own.prefixLength);
    if (why) return `${address.text} is ${why}, in which ${own.link} has ${own.address.text}`;
  }
  return undefined;
}

/** Why addresses do not suit an interface, or undefined. */
export function whyNotNear(
  vips: readonly string[],
  link: string,
  own: readonly OwnAddress[],
): string | undefined {
  const far = vips.find((vip) => !linksNear(vip, own).includes(link));
  if (far === undefined) return undefined;
  const networks = networksOf(own.filter((one) => one.link === link));
  return `${far} is in no network of ${link} (${networks || 'it has no address'})`;
}

export const networksOf = (own: readonly OwnAddress[]): string =>
  own.map(({ link, address, prefixLength }) => `${link} ${address.text}/${prefixLength}`).join(', ');

/** A host's name as the name of a node: `LB1.example.net` is `lb1`. */
export function nameFrom(hostname: string): string | undefined {
  const name = (hostname.toLowerCase().split('.')[0] ?? '')
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 32)
    .replace(/^-+|-+$/g, '');
  return name === '' || name === 'localhost' ? undefined : name;
}
