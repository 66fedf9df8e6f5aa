import { broadcastOf, isLinkLocal } from '../bsd/address-text.ts';
import type { CarpInterface } from '../bsd/carp-interface.ts';
import { flagsOf, flagsText } from '../bsd/flags.ts';
import type { Interface, KernelAddress } from '../bsd/interface.ts';
import type { NetbsdVariants } from './netbsd-variants.ts';

export interface ShowOptions {
  readonly family: 4 | 6 | undefined;
  readonly carp: CarpInterface | undefined;
  readonly isPromiscuous: boolean;
  readonly variants: NetbsdVariants;
}

/** A virtual host's link is what its state makes of it; in INIT nothing is known. */
const CARP_STATUS = { INIT: [], BACKUP: ['\tstatus: no network'], MASTER: ['\tstatus: active'] } as const;

/** The bits of an address's flags, which the two families number differently. */
const BITS = {
  4: { usable: 0, tentative: 1, duplicated: 2, detached: 4, deprecated: 0 },
  6: { usable: 0, tentative: 2, duplicated: 4, detached: 8, deprecated: 16 },
} as const;

/** What `ifconfig IF` prints of one interface. */
export function netbsdListing(iface: Interface, options: ShowOptions): string {
  const { carp, family, isPromiscuous } = options;
  const isRunning = carp === undefined ? iface.isUp : carp.carp.state() !== 'INIT';
  const lines = [
    `${iface.name}: flags=0x${flagsText(flagsOf(iface, { isRunning, isPromiscuous }))} mtu 1500`,
    ...(carp === undefined ? etherLines(iface) : carpLines(iface, carp)),
    ...([6, 4] as const)
      .filter((shown) => family === undefined || shown === family)
      .flatMap((shown) => iface.addresses.filter((address) => address.family === shown))
      .map((address) => addressLine(iface, address, options.variants)),
  ];
  return `${lines.join('\n')}\n`;
}

const etherLines = (iface: Interface): string[] => [
  '\tcapabilities=0x7ff80<TSO4,IP4CSUM_Rx,IP4CSUM_Tx>',
  '\tenabled=0',
  '\tec_capabilities=0x7<VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU>',
  '\tec_enabled=0',
  `\taddress: ${iface.mac}`,
  '\tmedia: Ethernet autoselect (1000baseT full-duplex)',
  `\tstatus: ${iface.hasCarrier ? 'active' : 'no carrier'}`,
];

function carpLines(iface: Interface, { carp, parent }: CarpInterface): string[] {
  const { vhid, advbase, advskew } = carp.settings;
  const where = `carpdev ${parent?.name ?? 'none'} vhid ${vhid} advbase ${advbase} advskew ${advskew}`;
  return [
    ...(vhid === 0 ? [] : [`\tcarp: ${carp.state()} ${where}`]),
    `\taddress: ${iface.mac}`,
    ...CARP_STATUS[carp.state()],
  ];
}

function addressLine(iface: Interface, one: KernelAddress, { zeroFlags }: NetbsdVariants): string {
  const { family, address, prefixLength, state, isDeprecated } = one;
  const words = [
    ...(state === 'usable' ? [] : [state]),
    ...(isDeprecated && family === 6 ? ['deprecated' as const] : []),
  ];
  const bits = words.reduce((sum, word) => sum | BITS[family][word], 0);
  const names = words.map((word) => word.toUpperCase()).join(',');
  const flags = `flags ${bits === 0 ? zeroFlags : `0x${bits.toString(16)}<${names}>`}`;
  if (family === 4)
    return `\tinet ${address}/${prefixLength} broadcast ${broadcastOf(address, prefixLength)} ${flags}`;
  return isLinkLocal(address)
    ? `\tinet6 ${address}%${iface.name}/${prefixLength} ${flags} scopeid 0x${iface.index.toString(16)}`
    : `\tinet6 ${address}/${prefixLength} ${flags}`;
}
