import { watchCarrier } from '../bsd/carrier.ts';
import type { CarpState } from '../bsd/carp.ts';
import { type BsdHost, type BsdHostOptions, bsdHost } from '../bsd/host.ts';
import { createKernel } from '../bsd/kernel.ts';
import { freebsdAddresses } from './freebsd-addresses.ts';
import { freebsdCarp } from './freebsd-carp.ts';
import { freebsdIfconfig } from './freebsd-ifconfig.ts';
import { freebsdKnobs } from './freebsd-knobs.ts';
import { freebsdSysctl } from './freebsd-sysctl.ts';
import { type FreebsdVariants, freebsdDefaults } from './freebsd-variants.ts';

export interface FreebsdOptions extends BsdHostOptions<FreebsdVariants> {
  /** 14 when not said. */
  readonly version?: 13 | 14;
  /** Whether carp.ko is loaded; true when not said. */
  readonly carpLoaded?: boolean;
}

export interface FreebsdHost extends BsdHost {
  carpState(link: string, vhid: number): CarpState | undefined;
  /** pfsync(4) asks its peers for all states, and demotes the host until it has them. */
  beginBulkUpdate(): void;
  endBulkUpdate(): void;
}

/** A FreeBSD host: em0 and the like, with CARP as a property of addresses. */
export function freebsdHost(options: FreebsdOptions): FreebsdHost {
  const {
    clock,
    wire,
    links,
    version = 14,
    privileged: isPrivileged = true,
    carpLoaded: isLoaded = true,
  } = options;
  const variants = { ...freebsdDefaults(version), ...options.variants };
  let demotion = 0;
  const demote = (by: number): void => {
    demotion += by;
    carp.mastersSpeak();
  };
  const knobs = freebsdKnobs({
    demotion: {
      read: () => demotion,
      write: (value) => demote(variants.demotionWrite === 'adds' ? value : value - demotion),
    },
    onAllow: () => carp.allowChanged(),
    isCarpLoaded: isLoaded,
    sharesPrefixes: variants.sharesPrefixes,
  });
  const kernel = createKernel({
    clock,
    wire,
    links,
    shownOn: (iface, { state, vhid }) =>
      iface.isUp && state === 'usable' && (vhid === undefined || carp.isMaster(iface, vhid))
        ? iface.name
        : undefined,
  });
  const carp = freebsdCarp({ kernel, knobs, demote, variants, isLoaded });
  const addresses = freebsdAddresses({ kernel, carp, knobs, variants });
  const carrier = watchCarrier(kernel, carp.linkChanged);
  const host = bsdHost(kernel, carrier, {
    ifconfig: freebsdIfconfig({ kernel, carp, addresses, version, variants, isPrivileged }),
    sysctl: freebsdSysctl({ table: knobs.table, isPrivileged, unknownOid: variants.unknownOid }),
  });
  return {
    ...host,
    carpState(link, vhid) {
      const iface = kernel.find(link);
      const vhost = iface && carp.on(iface).find((one) => one.carp.settings.vhid === vhid);
      return vhost?.carp.state();
    },
    beginBulkUpdate: () => demote(knobs.pfsyncFactor.read()),
    endBulkUpdate: () => demote(-knobs.pfsyncFactor.read()),
  };
}
