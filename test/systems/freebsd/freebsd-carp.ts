import { type CarpState, type CarpVhost, carpVhost } from '../bsd/carp.ts';
import { freebsdRules } from '../bsd/carp-rules.ts';
import { refused } from '../bsd/errno.ts';
import type { Interface, KernelAddress } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';
import type { FreebsdKnobs } from './freebsd-knobs.ts';
import type { FreebsdVariants } from './freebsd-variants.ts';

/** SIOCSVH. */
export interface VhostRequest {
  readonly vhid: number;
  readonly advbase?: number | undefined;
  readonly advskew?: number | undefined;
  readonly pass?: string | undefined;
  readonly state?: CarpState | undefined;
  readonly peer?: string | undefined;
  readonly peer6?: string | undefined;
}

export interface FreebsdVhost {
  readonly carp: CarpVhost;
  peer6: string | undefined;
  /** Counted in the demotion of the host, because its interface cannot be used. */
  isSuppressed: boolean;
}

/** CARP of FreeBSD 10 and newer: a virtual host is a number on an interface, and has the addresses that name it. */
export interface FreebsdCarp {
  on(iface: Interface): readonly FreebsdVhost[];
  isMaster(iface: Interface, vhid: number): boolean;
  set(iface: Interface, request: VhostRequest): void;
  /** After its address was put on the interface. */
  attach(iface: Interface, vhid: number): void;
  /** After its address was taken off; without the last one it goes, unless another is on its way. */
  detach(iface: Interface, vhid: number, how: { readonly keep: boolean }): void;
  linkChanged(iface: Interface): void;
  allowChanged(): void;
  mastersSpeak(): void;
}

export interface FreebsdCarpOptions {
  readonly kernel: Kernel;
  readonly knobs: FreebsdKnobs;
  /** Adds to the host's demotion. */
  readonly demote: (by: number) => void;
  readonly variants: FreebsdVariants;
  readonly isLoaded: boolean;
}

const ADVBASE_MAX = 255;
const ADVSKEW_MAX = 254;

export function freebsdCarp({ kernel, knobs, demote, variants, isLoaded }: FreebsdCarpOptions): FreebsdCarp {
  const vhosts = new Map<Interface, Map<number, FreebsdVhost>>();
  const on = (iface: Interface): FreebsdVhost[] => [...(vhosts.get(iface)?.values() ?? [])];
  const everywhere = (): FreebsdVhost[] => kernel.interfaces().flatMap(on);
  const canWork = (iface: Interface): boolean =>
    iface.isUp && iface.hasCarrier && knobs.carp.allow.read() !== 0;
  const renew = (iface: Interface, vhost: FreebsdVhost): void => {
    const wasSuppressed = vhost.isSuppressed;
    vhost.isSuppressed = !canWork(iface);
    if (vhost.isSuppressed) vhost.carp.halt({ farewell: false });
    else vhost.carp.reset();
    const factor = knobs.carp.ifdownFactor.read();
    if (wasSuppressed !== vhost.isSuppressed) demote(vhost.isSuppressed ? factor : -factor);
  };
  const create = (iface: Interface, vhid: number): FreebsdVhost => {
    const owned = (): KernelAddress[] => iface.addresses.filter((address) => address.vhid === vhid);
    const carp = carpVhost(
      { vhid, advbase: 1, advskew: 0, pass: '', peer: undefined },
      freebsdRules(variants),
      {
        timers: kernel.timers,
        canRun: () => canWork(iface) && owned().length > 0,
        demotion: () => knobs.carp.demotion.read(),
        isPreempting: () => knobs.carp.preempt.read() !== 0,
        addresses: () => owned().map(({ address }) => address),
        send: (advert, peer) => kernel.wire.advertise(iface.name, advert, peer),
        announce: () => owned().forEach((address) => kernel.announce(iface, address)),
        stateChanged: () => kernel.publish(),
      },
    );
    const vhost: FreebsdVhost = { carp, peer6: undefined, isSuppressed: false };
    vhosts.set(iface, (vhosts.get(iface) ?? new Map<number, FreebsdVhost>()).set(vhid, vhost));
    return vhost;
  };
  const stopListening = kernel.wire.onAdvert((link, advert) => {
    const iface = kernel.find(link);
    if (iface === undefined || knobs.carp.allow.read() === 0) return;
    vhosts.get(iface)?.get(advert.vhid)?.carp.hear(advert);
  });
  kernel.untilClosed(stopListening);
  return {
    on,
    isMaster: (iface, vhid) => vhosts.get(iface)?.get(vhid)?.carp.state() === 'MASTER',
    set(iface, request) {
      // Without the module ifconfig cannot ask for the present settings, and goes on without a word.
      if (!isLoaded) return;
      apply(vhosts.get(iface)?.get(request.vhid) ?? create(iface, request.vhid), request, variants);
    },
    attach(iface, vhid) {
      if (!isLoaded) refused('EPROTONOSUPPORT');
      const vhost = vhosts.get(iface)?.get(vhid);
      if (vhost === undefined) refused('ENOENT');
      renew(iface, vhost);
    },
    detach(iface, vhid, { keep }) {
      const vhost = vhosts.get(iface)?.get(vhid);
      if (vhost === undefined) return;
      renew(iface, vhost);
      if (keep || iface.addresses.some((address) => address.vhid === vhid)) return;
      vhost.carp.halt({ farewell: false });
      if (vhost.isSuppressed) demote(-knobs.carp.ifdownFactor.read());
      vhosts.get(iface)?.delete(vhid);
    },
    linkChanged: (iface) => on(iface).forEach((vhost) => renew(iface, vhost)),
    allowChanged: () =>
      kernel.interfaces().forEach((iface) => on(iface).forEach((vhost) => renew(iface, vhost))),
    mastersSpeak: () => everywhere().forEach(({ carp }) => carp.advertiseNow()),
  };
}

function apply(vhost: FreebsdVhost, request: VhostRequest, { forgetsPeer }: FreebsdVariants): void {
  const { settings } = vhost.carp;
  const { advbase = settings.advbase, advskew = settings.advskew } = request;
  if (advbase < 0 || advbase > ADVBASE_MAX || advskew < 0 || advskew > ADVSKEW_MAX) refused('EINVAL');
  settings.advbase = advbase === 0 ? settings.advbase : advbase;
  settings.advskew = advskew;
  settings.pass = request.pass ?? settings.pass;
  settings.peer = request.peer ?? (forgetsPeer ? undefined : settings.peer);
  vhost.peer6 = request.peer6 ?? (forgetsPeer ? undefined : vhost.peer6);
  if (request.state !== undefined) vhost.carp.force(request.state);
}
