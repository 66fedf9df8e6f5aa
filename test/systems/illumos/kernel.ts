import type { Family } from './address-text.ts';
import { hasAddress, lifsOf } from './interfaces.ts';
import type { Condition, IpInterface, Lif } from './interfaces.ts';
import { lifTable } from './lif-table.ts';
import type { TableParts } from './lif-table.ts';
import type { Conditions } from './setup.ts';

/** `ENOTALLOWED` is not of errno.h: the global zone does not let this zone have the address. */
export type Errno = 'ENXIO' | 'EPERM' | 'EEXIST' | 'EBUSY' | 'EADDRNOTAVAIL' | 'ENOTALLOWED';

/** The ioctls. Those that change something return what went wrong, or undefined. */
export interface Kernel {
  /** IPv4 first, each family in the order of its index. */
  all(): readonly IpInterface[];
  find(name: string, family: Family): IpInterface | undefined;
  /** By `IF` or `IF:N`. */
  findLif(name: string, family: Family): Lif | undefined;
  conditionOf(on: IpInterface): Promise<Condition>;
  plumb(name: string, family: Family): Errno | undefined;
  unplumb(on: IpInterface): Promise<Errno | undefined>;
  addLif(on: IpInterface): Lif | Errno;
  removeLif(lif: Lif): Promise<Errno | undefined>;
  setAddress(lif: Lif, address: string, prefixLength: number): Promise<Errno | undefined>;
  setFlag(lif: Lif, flag: bigint, isOn: boolean): Errno | undefined;
  setUp(lif: Lif): Errno | undefined;
  setDown(lif: Lif): Promise<Errno | undefined>;
  /** Somebody else has announced an address on a link. */
  heard(link: string, address: string): void;
  linkChanged(link: string, isUp: boolean): void;
  /** What no privilege is asked for: boot and shutdown. */
  readonly boot: Boot;
}

export interface Boot {
  plumb(name: string, family: Family): IpInterface | undefined;
  addLif(on: IpInterface, zone?: string): Lif;
  /** Up at once, as if it had been there for long, or with duplicate detection. */
  bringUp(lif: Lif, how: 'at once' | 'detecting'): Promise<void>;
  /** Everything is gone. */
  shutdown(): Promise<void>;
}

export interface KernelParts extends TableParts {
  readonly conditions: Conditions;
}

export function illumosKernel(parts: KernelParts): Kernel {
  const { setup, variants, conditions } = parts;
  const table = lifTable(parts);
  const { interfaces, topology } = table;
  const mayConfigure = (): boolean => conditions.isPrivileged && setup.zone !== 'shared';

  const boot: Boot = {
    plumb(name, family) {
      const facts = topology.factsOf(name);
      if (facts === undefined) return undefined;
      const mtu = facts.kind !== 'loopback' ? 1_500 : family === 4 ? 8_232 : 8_252;
      const on: IpInterface = { name, family, mtu, ...facts, lifs: new Map() };
      interfaces.push(on);
      table.add(on);
      return on;
    },
    addLif: (on, zone) => table.add(on, zone),
    async bringUp(lif, how) {
      if (how === 'at once') await table.resume(lif);
      else table.bringUp(lif);
    },
    async shutdown() {
      for (const { life } of table.all()) await life.end();
      interfaces.length = 0;
    },
  };

  return {
    boot,
    all: () => interfaces.toSorted((one, other) => one.family - other.family || one.index - other.index),
    find: (name, family) => table.find(name, family),
    findLif(name, family) {
      const [, physical = '', number = '0'] = /^([^:]*)(?::(\d+))?$/.exec(name) ?? [];
      return table.find(physical, family)?.lifs.get(Number(number));
    },
    async conditionOf({ name, kind, group }) {
      if (kind === 'loopback') return { isRunning: true, hasFailed: false };
      const links = kind === 'group' ? topology.membersOf(name) : [name];
      const carriers = await Promise.all(links.map((link) => setup.wire.hasCarrier(link)));
      const isRunning = carriers.includes(true);
      return { isRunning, hasFailed: !isRunning && group !== undefined };
    },
    plumb(name, family) {
      if (!mayConfigure()) return 'EPERM';
      if (table.find(name, family) !== undefined) return 'EEXIST';
      return boot.plumb(name, family) === undefined ? 'ENXIO' : undefined;
    },
    async unplumb(on) {
      if (!mayConfigure()) return 'EPERM';
      interfaces.splice(interfaces.indexOf(on), 1);
      for (const { life } of lifsOf(on)) await life.end();
      return undefined;
    },
    addLif: (on) => (mayConfigure() ? table.add(on) : 'EPERM'),
    async removeLif(lif) {
      if (!mayConfigure()) return 'EPERM';
      if (lif.number === 0) return 'EBUSY';
      lif.on.lifs.delete(lif.number);
      await lif.life.end();
      return undefined;
    },
    async setAddress(lif, address, prefixLength) {
      if (!mayConfigure()) return 'EPERM';
      if (!table.isAllowed(address) && variants.notAllowed === 'refused') return 'ENOTALLOWED';
      if (lif.on.family === 6 && lacksLinkLocal(lif.on, address)) return 'EADDRNOTAVAIL';
      await lif.life.end();
      Object.assign(lif, { address, prefixLength, isDuplicate: false });
      if (lif.isUp) table.begin(lif);
      return undefined;
    },
    setFlag(lif, flag, isOn) {
      if (!mayConfigure()) return 'EPERM';
      lif.flags = isOn ? lif.flags | flag : lif.flags & ~flag;
      return undefined;
    },
    setUp(lif) {
      if (!mayConfigure()) return 'EPERM';
      return table.bringUp(lif) ? undefined : 'EADDRNOTAVAIL';
    },
    async setDown(lif) {
      if (!mayConfigure()) return 'EPERM';
      Object.assign(lif, { isUp: false, isDuplicate: false });
      await lif.life.end();
      return undefined;
    },
    heard(link, address) {
      for (const lif of table.all())
        if (lif.life.place?.link === link && lif.address === address) lif.life.heard();
    },
    linkChanged: (link, isUp) => table.linkChanged(link, isUp),
  };
}

/** IPv6 has to begin with a link-local address. */
function lacksLinkLocal(on: IpInterface, address: string): boolean {
  if (on.kind === 'loopback' || address === '::' || address.startsWith('fe80:')) return false;
  const zeroth = on.lifs.get(0);
  return zeroth === undefined || !hasAddress(zeroth);
}
