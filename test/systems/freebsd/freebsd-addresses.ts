import { networkOf } from '../bsd/address-text.ts';
import { refused } from '../bsd/errno.ts';
import { type Interface, type KernelAddress, addressOn, newAddress, runFor } from '../bsd/interface.ts';
import { type IPv6Request, ipv6On } from '../bsd/ipv6.ts';
import type { Kernel } from '../bsd/kernel.ts';
import type { FreebsdCarp } from './freebsd-carp.ts';
import type { FreebsdKnobs } from './freebsd-knobs.ts';
import type { FreebsdVariants } from './freebsd-variants.ts';

export interface IPv4Request {
  readonly address: string;
  readonly prefixLength: number;
  readonly vhid?: number | undefined;
}

/** SIOCAIFADDR and SIOCDIFADDR of both families. */
export interface FreebsdAddresses {
  addIPv4(iface: Interface, request: IPv4Request): void;
  addIPv6(iface: Interface, request: IPv6Request): void;
  remove(iface: Interface, family: 4 | 6, address: string | 'first'): void;
}

export interface FreebsdAddressOptions {
  readonly kernel: Kernel;
  readonly carp: FreebsdCarp;
  readonly knobs: FreebsdKnobs;
  readonly variants: FreebsdVariants;
}

const SECOND_MS = 1_000;

export function freebsdAddresses({ kernel, carp, knobs, variants }: FreebsdAddressOptions): FreebsdAddresses {
  const ipv6 = ipv6On(kernel, {
    dadCount: () => knobs.dadCount.read(),
    isProbed: (_, { vhid }) => vhid === undefined,
    announces: variants.announcesIPv6,
    leaseLatenessMs: variants.leaseLatenessMs,
  });
  const takeOff = (iface: Interface, address: KernelAddress, how: { readonly keep: boolean }): void => {
    kernel.remove(iface, address);
    if (address.vhid !== undefined) carp.detach(iface, address.vhid, how);
  };
  const bringUp = (iface: Interface): void => {
    if (iface.isUp) return;
    iface.isUp = true;
    carp.linkChanged(iface);
  };
  const joinVhost = (iface: Interface, address: KernelAddress): void => {
    if (address.vhid === undefined) return;
    try {
      carp.attach(iface, address.vhid);
    } catch (error) {
      kernel.remove(iface, address);
      throw error;
    }
  };
  const announceAgain = (iface: Interface, address: KernelAddress, times: number, afterMs: number): void => {
    if (times === 0) return;
    const again = (): void => {
      kernel.announce(iface, address);
      announceAgain(iface, address, times - 1, 2 * afterMs);
    };
    runFor(address, 'garp', kernel.timers.in(afterMs, again));
  };
  return {
    addIPv4(iface, request) {
      const present = addressOn(iface, request.address);
      if (present !== undefined) takeOff(iface, present, { keep: true });
      if (knobs.samePrefixCarpOnly.read() !== 0 && isElsewhere(kernel, iface, request)) refused('EEXIST');
      const address = newAddress({ ...request, family: 4 });
      kernel.insert(iface, address);
      bringUp(iface);
      joinVhost(iface, address);
      kernel.publish();
      kernel.announce(iface, address);
      announceAgain(iface, address, knobs.garpRepeats.read(), SECOND_MS);
    },
    addIPv6(iface, request) {
      const present = addressOn(iface, request.address);
      if (present !== undefined && present.vhid !== request.vhid) takeOff(iface, present, { keep: true });
      ipv6.add(iface, request);
      bringUp(iface);
      joinVhost(iface, addressOn(iface, request.address)!);
      kernel.publish();
    },
    remove(iface, family, wanted) {
      // IPv6 never had a first address that goes when none is named.
      const address =
        wanted === 'first'
          ? iface.addresses.find((one) => one.family === family && family === 4)
          : addressOn(iface, wanted);
      if (address?.family !== family) refused('EADDRNOTAVAIL');
      takeOff(iface, address, { keep: false });
    },
  };
}

function isElsewhere(kernel: Kernel, iface: Interface, { address, prefixLength }: IPv4Request): boolean {
  const others = kernel.interfaces().filter((other) => other !== iface);
  return others
    .flatMap(({ addresses }) => addresses)
    .filter(({ family }) => family === 4)
    .some(
      (other) =>
        other.prefixLength === prefixLength &&
        networkOf(other.address, other.prefixLength) === networkOf(address, prefixLength),
    );
}
