import { broadcastOf, isLinkLocal, netmaskHex } from '../bsd/address-text.ts';
import type { CarpInterface } from '../bsd/carp-interface.ts';
import { flagsOf, flagsText } from '../bsd/flags.ts';
import type { Interface, KernelAddress } from '../bsd/interface.ts';
import { secondsLeft } from '../bsd/lease.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

export interface ShowOptions {
  readonly family: 4 | 6 | undefined;
  readonly carp: CarpInterface | undefined;
  readonly isPromiscuous: boolean;
  readonly nowMs: number;
  readonly variants: OpenbsdVariants;
}

const CARP_STATUS = { INIT: 'invalid', BACKUP: 'backup', MASTER: 'master' } as const;

/** What `ifconfig IF` prints of one interface. */
export function openbsdListing(iface: Interface, options: ShowOptions): string {
  const { carp, family, isPromiscuous } = options;
  const isRunning = carp === undefined ? iface.isUp && iface.kind === 'ether' : carp.carp.state() !== 'INIT';
  const lines = [
    `${iface.name}: flags=${flagsText(flagsOf(iface, { isRunning, isPromiscuous }))} mtu 1500`,
    ...(iface.kind === 'ether' || carp !== undefined ? [`\tlladdr ${iface.mac}`] : []),
    `\tindex ${iface.index} priority ${carp === undefined ? 0 : 15} llprio 3`,
    ...(carp === undefined ? [] : carpLines(carp)),
    ...(iface.groups.size === 0 ? [] : [`\tgroups: ${[...iface.groups].join(' ')}`]),
    ...(iface.kind === 'ether' ? ['\tmedia: Ethernet autoselect (1000baseT full-duplex)'] : []),
    ...(iface.kind === 'ether' ? [`\tstatus: ${iface.hasCarrier ? 'active' : 'no carrier'}`] : []),
    ...(carp === undefined ? [] : [`\tstatus: ${CARP_STATUS[carp.carp.state()]}`]),
    ...iface.addresses
      .filter((address) => family === undefined || address.family === family)
      .map((address) => addressLine(iface, address, options)),
  ];
  return `${lines.join('\n')}\n`;
}

function carpLines({ carp, parent }: CarpInterface): string[] {
  const { vhid, advbase, advskew, peer } = carp.settings;
  if (vhid === 0) return [];
  const where = `carpdev ${parent?.name ?? 'none'} vhid ${vhid} advbase ${advbase} advskew ${advskew}`;
  return [`\tcarp: ${carp.state()} ${where}${peer === undefined ? '' : ` carppeer ${peer}`}`];
}

function addressLine(iface: Interface, one: KernelAddress, { nowMs, variants }: ShowOptions): string {
  const { family, address, prefixLength, state, isDeprecated, lifetimes } = one;
  if (family === 4) {
    const hasBroadcast = prefixLength < 32 || variants.hostBroadcast;
    const broadcast = hasBroadcast ? ` broadcast ${broadcastOf(address, prefixLength)}` : '';
    return `\tinet ${address} netmask ${netmaskHex(prefixLength)}${broadcast}`;
  }
  const words = [...(state === 'usable' ? [] : [state]), ...(isDeprecated ? ['deprecated'] : [])];
  const scope = isLinkLocal(address) ? ` scopeid 0x${iface.index.toString(16)}` : '';
  const left = (seconds: number | undefined): number | 'infty' =>
    (lifetimes && secondsLeft(lifetimes, seconds, nowMs)) ?? 'infty';
  const lease =
    lifetimes === undefined
      ? ''
      : ` pltime ${left(lifetimes.preferredSeconds)} vltime ${left(lifetimes.validSeconds)}`;
  const name = isLinkLocal(address) ? `${address}%${iface.name}` : address;
  return `\tinet6 ${name} prefixlen ${prefixLength}${words.map((word) => ` ${word}`).join('')}${scope}${lease}`;
}
