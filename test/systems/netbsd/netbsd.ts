import { watchCarrier } from '../bsd/carrier.ts';
import { type CarpInterfaces, carpInterfaces } from '../bsd/carp-interface.ts';
import { netbsdRules } from '../bsd/carp-rules.ts';
import type { CarpState } from '../bsd/carp.ts';
import { fraction } from '../bsd/fraction.ts';
import { type BsdHost, type BsdHostOptions, bsdHost } from '../bsd/host.ts';
import { createKernel } from '../bsd/kernel.ts';
import { knob } from '../bsd/knobs.ts';
import type { HearingWire } from '../lan.ts';
import { netbsdAddresses } from './netbsd-addresses.ts';
import { arpDad } from './netbsd-dad.ts';
import { netbsdIfconfig } from './netbsd-ifconfig.ts';
import { netbsdSysctl } from './netbsd-sysctl.ts';
import { type NetbsdVariants, netbsdDefaults } from './netbsd-variants.ts';

export interface NetbsdHost extends BsdHost {
  carpState(name: string): CarpState | undefined;
  /** Somebody else speaks for an address; a wire that can be listened to says so by itself. */
  hearConflict(link: string, address: string): void;
}

/** A NetBSD host: wm0 and the like, with duplicate detection for IPv4, and CARP as OpenBSD had it long ago. */
export function netbsdHost(options: BsdHostOptions<NetbsdVariants>): NetbsdHost {
  const { privileged: isPrivileged = true, random } = options;
  const variants = { ...netbsdDefaults, ...options.variants };
  const carp = { allow: knob(1), preempt: knob(0), log: knob(0) };
  const dadCount = knob(3);
  const dadCount6 = knob(1);
  let suppressions = 0;
  const kernel = createKernel({
    ...options,
    shownOn(iface, { state }) {
      const one = carps.of(iface);
      if (one !== undefined) return one.carp.state() === 'MASTER' ? one.parent?.name : undefined;
      return iface.isUp && state === 'usable' ? iface.name : undefined;
    },
  });
  const carps: CarpInterfaces = carpInterfaces({
    kernel,
    rules: netbsdRules(variants),
    demotionOf: () => suppressions,
    isPreempting: () => carp.preempt.read() !== 0,
    isAllowed: () => carp.allow.read() !== 0,
    onSuppressed(_, by) {
      suppressions += by;
      if (by > 0 && suppressions === 1) for (const one of carps.all()) one.carp.advertiseNow();
    },
  });
  const arp = arpDad({ kernel, dadCount, fraction: () => fraction(random) });
  const addresses = netbsdAddresses({ kernel, carps, arp, dadCount6, variants });
  const table = new Map([
    ['net.inet.ip.dad_count', dadCount],
    ['net.inet6.ip6.dad_count', dadCount6],
    ['net.inet.carp.allow', carp.allow],
    ['net.inet.carp.preempt', carp.preempt],
    ['net.inet.carp.log', carp.log],
  ]);
  if (canHear(options.wire)) kernel.untilClosed(options.wire.onAnnounce(arp.conflict));
  const carrier = watchCarrier(kernel, addresses.linkChanged);
  const host = bsdHost(kernel, carrier, {
    ifconfig: netbsdIfconfig({ kernel, carps, addresses, variants, isPrivileged }),
    sysctl: netbsdSysctl({ table, isPrivileged }),
  });
  return {
    ...host,
    hearConflict: arp.conflict,
    carpState(name) {
      const iface = kernel.find(name);
      return iface && carps.of(iface)?.carp.state();
    },
  };
}

const canHear = (wire: object): wire is HearingWire => 'onAnnounce' in wire;
