import { type CarpVhost, carpVhost } from './carp.ts';
import type { CarpRules } from './carp-rules.ts';
import { refused } from './errno.ts';
import type { Interface } from './interface.ts';
import type { Kernel } from './kernel.ts';

/** CARP as an interface of its own, which belongs to a physical one. */
export interface CarpInterface {
  readonly iface: Interface;
  readonly carp: CarpVhost;
  /** Undefined until somebody says on which network it speaks. */
  parent: Interface | undefined;
  /** Its physical interface cannot be used, which demotes the host. */
  isSuppressed: boolean;
}

export interface CarpInterfaceOptions {
  readonly kernel: Kernel;
  readonly rules: CarpRules;
  demotionOf(one: CarpInterface): number;
  isPreempting(): boolean;
  isAllowed(): boolean;
  /** A physical interface was lost, or came back. */
  onSuppressed(one: CarpInterface, by: 1 | -1): void;
}

export interface CarpInterfaces {
  of(iface: Interface): CarpInterface | undefined;
  all(): readonly CarpInterface[];
  isParent(iface: Interface): boolean;
  create(iface: Interface): void;
  destroy(iface: Interface): void;
  setParent(one: CarpInterface, parent: Interface): void;
  setVhid(one: CarpInterface, vhid: number): void;
  setUp(one: CarpInterface, isUp: boolean): void;
  /** After an address came or went. */
  addressesChanged(one: CarpInterface): void;
  linkChanged(physical: Interface): void;
}

const NO_VHID = 0;

export function carpInterfaces(options: CarpInterfaceOptions): CarpInterfaces {
  const { kernel, rules, demotionOf, isPreempting, isAllowed, onSuppressed } = options;
  const known = new Map<Interface, CarpInterface>();
  const create = (iface: Interface): void => {
    const settings = { vhid: NO_VHID, advbase: 1, advskew: 0, pass: '', peer: undefined };
    const carp = carpVhost(settings, rules, {
      timers: kernel.timers,
      canRun: () => canRun(one),
      demotion: () => demotionOf(one),
      isPreempting,
      addresses: () => iface.addresses.map(({ address }) => address),
      send: (advert, peer) => one.parent && kernel.wire.advertise(one.parent.name, advert, peer),
      announce: () => iface.addresses.forEach((address) => kernel.announce(iface, address)),
      stateChanged: () => kernel.publish(),
    });
    const one: CarpInterface = { iface, carp, parent: undefined, isSuppressed: false };
    known.set(iface, one);
  };
  const followLink = (one: CarpInterface): void => {
    const wasSuppressed = one.isSuppressed;
    one.isSuppressed = one.parent !== undefined && !(one.parent.hasCarrier && one.parent.isUp);
    if (one.isSuppressed) one.carp.halt({ farewell: false });
    else one.carp.reset();
    if (wasSuppressed !== one.isSuppressed) onSuppressed(one, one.isSuppressed ? 1 : -1);
  };
  const leaveParent = (one: CarpInterface): void => {
    one.carp.halt({ farewell: false });
    if (one.isSuppressed) onSuppressed(one, -1);
    Object.assign(one, { parent: undefined, isSuppressed: false });
    one.iface.isUp = false;
  };
  const all = (): CarpInterface[] => [...known.values()];
  const refuseTwin = (one: CarpInterface, parent: Interface | undefined, vhid: number): void => {
    const isTwin = (other: CarpInterface): boolean =>
      other !== one && other.parent === parent && other.carp.settings.vhid === vhid;
    if (parent !== undefined && vhid !== NO_VHID && all().some(isTwin)) refused('EINVAL');
  };
  kernel.untilClosed(
    kernel.wire.onAdvert((link, advert) => {
      if (!isAllowed()) return;
      for (const one of all()) if (one.parent?.name === link && canRun(one)) one.carp.hear(advert);
    }),
  );
  return {
    of: (iface) => known.get(iface),
    all,
    isParent: (iface) => all().some(({ parent }) => parent === iface),
    create,
    destroy(iface) {
      const one = known.get(iface);
      if (one !== undefined) leaveParent(one);
      known.delete(iface);
    },
    setParent(one, parent) {
      if (one.parent === parent) return;
      refuseTwin(one, parent, one.carp.settings.vhid);
      if (one.parent !== undefined) leaveParent(one);
      one.parent = parent;
      one.iface.isUp ||= one.iface.addresses.length > 0;
      giveMac(one);
      followLink(one);
    },
    setVhid(one, vhid) {
      refuseTwin(one, one.parent, vhid);
      one.carp.settings.vhid = vhid;
      giveMac(one);
      one.carp.reset();
    },
    setUp(one, isUp) {
      if (!isUp) one.carp.halt({ farewell: true });
      one.iface.isUp = isUp;
      if (isUp && one.carp.state() === 'INIT') one.carp.run();
    },
    addressesChanged(one) {
      if (one.iface.addresses.length > 0) return one.carp.run();
      one.iface.isUp = false;
      one.carp.halt({ farewell: false });
    },
    linkChanged: (physical) => all().forEach((one) => one.parent === physical && followLink(one)),
  };
}

const canRun = ({ iface, carp, parent, isSuppressed }: CarpInterface): boolean =>
  iface.isUp &&
  carp.settings.vhid !== NO_VHID &&
  iface.addresses.length > 0 &&
  parent !== undefined &&
  !isSuppressed;

/** The virtual MAC address that moves with the master. */
function giveMac({ iface, carp, parent }: CarpInterface): void {
  if (carp.settings.vhid === NO_VHID || parent === undefined) return;
  iface.mac = `00:00:5e:00:01:${carp.settings.vhid.toString(16).padStart(2, '0')}`;
}
