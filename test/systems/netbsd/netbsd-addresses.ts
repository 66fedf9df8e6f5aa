import { networkOf } from '../bsd/address-text.ts';
import type { CarpInterface, CarpInterfaces } from '../bsd/carp-interface.ts';
import { refused } from '../bsd/errno.ts';
import { type Interface, type KernelAddress, addressOn, newAddress } from '../bsd/interface.ts';
import { type IPv6Request, ipv6On } from '../bsd/ipv6.ts';
import type { Kernel } from '../bsd/kernel.ts';
import type { Knob } from '../bsd/knobs.ts';
import type { ArpDad } from './netbsd-dad.ts';
import type { NetbsdVariants } from './netbsd-variants.ts';

/** SIOCAIFADDR and SIOCDIFADDR of both families, and what the link does to addresses. */
export interface NetbsdAddresses {
  add(iface: Interface, family: 4 | 6, request: IPv6Request): void;
  remove(iface: Interface, family: 4 | 6, address: string): void;
  linkChanged(iface: Interface): void;
}

export interface NetbsdAddressOptions {
  readonly kernel: Kernel;
  readonly carps: CarpInterfaces;
  readonly arp: ArpDad;
  readonly dadCount6: Knob;
  readonly variants: NetbsdVariants;
}

export function netbsdAddresses(options: NetbsdAddressOptions): NetbsdAddresses {
  const { kernel, carps, arp, dadCount6, variants } = options;
  const ipv6 = ipv6On(kernel, {
    dadCount: () => dadCount6.read(),
    isProbed: ({ kind }) => kind === 'ether',
    announces: variants.announcesIPv6,
    leaseLatenessMs: variants.leaseLatenessMs,
  });
  const canWork = (iface: Interface): boolean => iface.isUp && iface.hasCarrier;
  const detach = (address: KernelAddress): void => {
    for (const name of ['dad', 'announce']) address.stops.get(name)?.();
    address.state = 'detached';
  };
  const addIPv4 = (iface: Interface, { address, prefixLength }: IPv6Request): void => {
    const present = addressOn(iface, address);
    if (present !== undefined) {
      if (variants.aliasAgain === 'refused') refused('EEXIST');
      Object.assign(present, { prefixLength });
      // It is not looked for again, whatever became of it.
      return kernel.announce(iface, present);
    }
    const added = newAddress({ family: 4, address, prefixLength });
    kernel.insert(iface, added);
    if (iface.kind === 'ether' && iface.hasCarrier) arp.bringUp(iface, added);
    else if (iface.kind === 'ether') detach(added);
  };
  const addIPv6 = (iface: Interface, request: IPv6Request): void => {
    ipv6.add(iface, request);
    if (iface.kind === 'ether' && !iface.hasCarrier) detach(addressOn(iface, request.address)!);
  };
  const linkChanged = (iface: Interface): void => {
    carps.linkChanged(iface);
    for (const address of iface.addresses) {
      if (!canWork(iface)) detach(address);
      else if (address.state === 'detached' && address.family === 4) arp.bringUp(iface, address);
      else if (address.state === 'detached') ipv6.bringUp(iface, address);
    }
    kernel.publish();
  };
  return {
    add(iface, family, request) {
      const carp = carps.of(iface);
      if (carp !== undefined) carps.setParent(carp, parentFor(carp, family, request.address, kernel));
      const wasUp = iface.isUp;
      iface.isUp = true;
      if (!wasUp && iface.kind === 'ether') linkChanged(iface);
      if (family === 4) addIPv4(iface, request);
      else addIPv6(iface, request);
      carp?.carp.reset();
      kernel.publish();
    },
    remove(iface, family, wanted) {
      const address = addressOn(iface, wanted);
      if (address?.family !== family) refused(variants.deleteMissing);
      kernel.remove(iface, address);
      const carp = carps.of(iface);
      if (carp !== undefined) carps.addressesChanged(carp);
    },
    linkChanged,
  };
}

/** Whichever physical interface is in the subnet, and no other. */
function parentFor({ parent }: CarpInterface, family: 4 | 6, address: string, kernel: Kernel): Interface {
  const isNear = (one: KernelAddress): boolean =>
    family === 4 &&
    one.family === 4 &&
    networkOf(one.address, one.prefixLength) === networkOf(address, one.prefixLength);
  const near = kernel.interfaces().find(({ kind, addresses }) => kind === 'ether' && addresses.some(isNear));
  const chosen = parent ?? near;
  if (chosen === undefined || (near !== undefined && near !== chosen)) refused('EADDRNOTAVAIL');
  return chosen;
}
