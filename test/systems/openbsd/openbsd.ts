import { watchCarrier } from '../bsd/carrier.ts';
import { type CarpInterfaces, carpInterfaces } from '../bsd/carp-interface.ts';
import { openbsdRules } from '../bsd/carp-rules.ts';
import type { CarpState } from '../bsd/carp.ts';
import { type BsdHost, type BsdHostOptions, bsdHost } from '../bsd/host.ts';
import { createKernel } from '../bsd/kernel.ts';
import { knob } from '../bsd/knobs.ts';
import { openbsdAddresses } from './openbsd-addresses.ts';
import { openbsdCloning } from './openbsd-cloning.ts';
import { openbsdGroups } from './openbsd-groups.ts';
import { openbsdIfconfig } from './openbsd-ifconfig.ts';
import { openbsdSysctl } from './openbsd-sysctl.ts';
import { type OpenbsdVariants, openbsdDefaults } from './openbsd-variants.ts';

export interface OpenbsdHost extends BsdHost {
  carpState(name: string): CarpState | undefined;
  /** pfsync(4) raises the demotion of the group `carp` until it has the states of its peers. */
  beginBulkUpdate(): void;
  endBulkUpdate(): void;
}

/** A freshly booted firewall: 32 for the first update, 1 for any. */
const BULK_UPDATE_DEMOTION = 33;

/** An OpenBSD host: em0 and the like, with CARP as interfaces of their own. */
export function openbsdHost(options: BsdHostOptions<OpenbsdVariants>): OpenbsdHost {
  const { privileged: isPrivileged = true } = options;
  const variants = { ...openbsdDefaults, ...options.variants };
  const carp = { allow: knob(1), preempt: knob(0), log: knob(2) };
  const dadCount = knob(1);
  const kernel = createKernel({
    ...options,
    shownOn(iface, { state }) {
      const one = carps.of(iface);
      if (one !== undefined) return one.carp.state() === 'MASTER' ? one.parent?.name : undefined;
      return iface.kind === 'ether' && iface.isUp && state === 'usable' ? iface.name : undefined;
    },
  });
  kernel.interfaces()[0]?.groups.add('egress');
  const groups = openbsdGroups(kernel, () => carps);
  const carps: CarpInterfaces = carpInterfaces({
    kernel,
    rules: openbsdRules(variants),
    demotionOf: groups.demotionOf,
    isPreempting: () => carp.preempt.read() !== 0,
    isAllowed: () => carp.allow.read() !== 0,
    onSuppressed: (one, by) => groups.adjust(one.iface.groups, by),
  });
  const cloning = openbsdCloning(kernel, carps);
  const addresses = openbsdAddresses({ kernel, carps, dadCount, variants });
  const table = new Map([
    ['net.inet.carp.allow', carp.allow],
    ['net.inet.carp.preempt', carp.preempt],
    ['net.inet.carp.log', carp.log],
    ['net.inet6.ip6.dad_count', dadCount],
  ]);
  const carrier = watchCarrier(kernel, carps.linkChanged);
  const host = bsdHost(kernel, carrier, {
    ifconfig: openbsdIfconfig({ kernel, carps, groups, cloning, addresses, variants, isPrivileged }),
    sysctl: openbsdSysctl({ table, isPrivileged, unknownNameRc: variants.unknownNameRc }),
  });
  return {
    ...host,
    carpState(name) {
      const iface = kernel.find(name);
      return iface && carps.of(iface)?.carp.state();
    },
    beginBulkUpdate: () => groups.adjust(['carp'], BULK_UPDATE_DEMOTION),
    endBulkUpdate: () => groups.adjust(['carp'], -BULK_UPDATE_DEMOTION),
  };
}
