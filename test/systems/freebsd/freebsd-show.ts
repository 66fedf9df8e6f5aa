import { broadcastOf, isLinkLocal, netmaskHex } from '../bsd/address-text.ts';
import { flagsOf, flagsText } from '../bsd/flags.ts';
import type { Interface, KernelAddress } from '../bsd/interface.ts';
import type { FreebsdVhost } from './freebsd-carp.ts';
import type { FreebsdVariants } from './freebsd-variants.ts';

export interface Format {
  readonly family: 4 | 6 | undefined;
  /** `-f inet:cidr` and `-f inet6:cidr`. */
  readonly cidr: ReadonlySet<4 | 6>;
}

export interface ShowOptions {
  readonly vhosts: readonly FreebsdVhost[];
  readonly version: 13 | 14;
  readonly variants: FreebsdVariants;
}

const MULTICAST = '224.0.0.18';
const MULTICAST6 = 'ff02::12';

/** What `ifconfig IF` prints of one interface. */
export function freebsdListing(iface: Interface, format: Format, options: ShowOptions): string {
  const { family } = format;
  const { vhosts, version } = options;
  const flags = flagsOf(iface, {
    isRunning: iface.isUp,
    isPromiscuous: vhosts.length > 0,
    isLowerUp: version >= 14 && iface.hasCarrier,
  });
  const isAll = family === undefined;
  const lines = [
    `${iface.name}: flags=${flagsText(flags)} metric 0 mtu 1500`,
    '\toptions=481009b<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,VLAN_HWCSUM,VLAN_HWFILTER,NOMAP>',
    ...(isAll ? [`\tether ${iface.mac}`] : []),
    ...ordered(iface.addresses, options.variants)
      .filter((address) => isAll || address.family === family)
      .map((address) => addressLine(iface, address, format, options.variants)),
    ...(isAll ? vhosts.flatMap((vhost) => carpLines(vhost, version)) : []),
    ...(isAll ? ['\tmedia: Ethernet autoselect (1000baseT <full-duplex>)'] : []),
    ...(isAll ? [`\tstatus: ${iface.hasCarrier ? 'active' : 'no carrier'}`] : []),
    ...(family === 4 ? [] : ['\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>']),
  ];
  return `${lines.join('\n')}\n`;
}

const ordered = (
  addresses: readonly KernelAddress[],
  { listing }: FreebsdVariants,
): readonly KernelAddress[] =>
  listing === 'asAdded' ? addresses : addresses.toSorted((one, other) => one.family - other.family);

function addressLine(
  iface: Interface,
  { family, address, prefixLength, state, isDeprecated, lifetimes, vhid }: KernelAddress,
  { cidr }: Format,
  { showsLifetimes }: FreebsdVariants,
): string {
  const owner = vhid === undefined ? '' : ` vhid ${vhid}`;
  if (family === 4) {
    const mask = cidr.has(4) ? `/${prefixLength}` : ` netmask ${netmaskHex(prefixLength)}`;
    return `\tinet ${address}${mask} broadcast ${broadcastOf(address, prefixLength)}${owner}`;
  }
  const length = cidr.has(6) ? `/${prefixLength}` : ` prefixlen ${prefixLength}`;
  const scope = isLinkLocal(address) ? ` scopeid 0x${iface.index.toString(16)}` : '';
  const words = [...(state === 'usable' ? [] : [state]), ...(isDeprecated ? ['deprecated'] : [])];
  // The lifetimes are those that were asked for: netlink does not say how much is left.
  const lease =
    lifetimes === undefined || !showsLifetimes
      ? ''
      : ` pltime ${lifetimes.preferredSeconds ?? 0} vltime ${lifetimes.validSeconds ?? 0}`;
  const name = isLinkLocal(address) ? `${address}%${iface.name}` : address;
  return `\tinet6 ${name}${length}${words.map((word) => ` ${word}`).join('')}${scope}${lease}${owner}`;
}

function carpLines({ carp, peer6 }: FreebsdVhost, version: 13 | 14): string[] {
  const { vhid, advbase, advskew, peer } = carp.settings;
  const line = `\tcarp: ${carp.state()} vhid ${vhid} advbase ${advbase} advskew ${advskew}`;
  return version < 14 ? [line] : [line, `\t      peer ${peer ?? MULTICAST} peer6 ${peer6 ?? MULTICAST6}`];
}
