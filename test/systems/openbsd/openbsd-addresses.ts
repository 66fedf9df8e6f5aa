import type { CarpInterfaces } from '../bsd/carp-interface.ts';
import { refused } from '../bsd/errno.ts';
import { type Interface, addressOn, newAddress } from '../bsd/interface.ts';
import { type IPv6Request, ipv6On } from '../bsd/ipv6.ts';
import type { Kernel } from '../bsd/kernel.ts';
import type { Knob } from '../bsd/knobs.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

/** SIOCAIFADDR and SIOCDIFADDR of both families. */
export interface OpenbsdAddresses {
  add(iface: Interface, family: 4 | 6, request: IPv6Request): void;
  remove(iface: Interface, family: 4 | 6, address: string | 'first'): void;
}

export interface OpenbsdAddressOptions {
  readonly kernel: Kernel;
  readonly carps: CarpInterfaces;
  readonly dadCount: Knob;
  readonly variants: OpenbsdVariants;
}

export function openbsdAddresses({
  kernel,
  carps,
  dadCount,
  variants,
}: OpenbsdAddressOptions): OpenbsdAddresses {
  const ipv6 = ipv6On(kernel, {
    dadCount: () => dadCount.read(),
    // A master's peers have the address too, and it is no mistake.
    isProbed: ({ kind }) => kind === 'ether',
    announces: variants.announcesIPv6,
    leaseLatenessMs: variants.leaseLatenessMs,
  });
  const addIPv4 = (iface: Interface, { address, prefixLength }: IPv6Request): void => {
    const present = addressOn(iface, address);
    if (present === undefined) kernel.insert(iface, newAddress({ family: 4, address, prefixLength }));
    else if (variants.aliasAgain === 'refused') refused('EEXIST');
    else Object.assign(present, { prefixLength });
  };
  return {
    add(iface, family, request) {
      const carp = carps.of(iface);
      if (carp !== undefined && carp.parent === undefined) refused('EINVAL');
      if (family === 4) addIPv4(iface, request);
      else ipv6.add(iface, request);
      const wasUp = iface.isUp;
      iface.isUp = true;
      if (!wasUp) carps.linkChanged(iface);
      carp?.carp.reset();
      kernel.publish();
      const address = addressOn(iface, request.address);
      if (family === 4 && address !== undefined) kernel.announce(iface, address);
    },
    remove(iface, family, wanted) {
      const address =
        wanted === 'first'
          ? iface.addresses.find((one) => one.family === family && family === 4)
          : addressOn(iface, wanted);
      if (address?.family !== family) refused(variants.deleteMissing);
      kernel.remove(iface, address);
      const carp = carps.of(iface);
      if (carp !== undefined) carps.addressesChanged(carp);
    },
  };
}
