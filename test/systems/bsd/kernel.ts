import type { Clock } from '../../../src/core/ports.ts';
import type { Wire } from '../model.ts';
import { familyOf, isLinkLocal, linkLocalOf, parseAddress, splitLength } from './address-text.ts';
import { type Interface, type KernelAddress, kindOf, newAddress, stopAll } from './interface.ts';
import { type Placed, presenceOn } from './presence.ts';
import { type Timers, timersOn } from './timers.ts';

export interface LinkOptions {
  readonly name: string;
  readonly mac: string;
  /** With prefix lengths; the link-local address comes by itself. */
  readonly addresses: readonly string[];
}

export interface KernelOptions {
  readonly clock: Clock;
  readonly wire: Wire;
  readonly links: readonly LinkOptions[];
  /** The link on which the network sees the address now; undefined for nowhere. */
  readonly shownOn: (iface: Interface, address: KernelAddress) => string | undefined;
}

/** What the three systems have alike: interfaces, their addresses, and what the network sees of them. */
export interface Kernel {
  readonly wire: Wire;
  readonly timers: Timers;
  interfaces(): readonly Interface[];
  find(name: string): Interface | undefined;
  attach(name: string, index: number): Interface;
  detach(iface: Interface): void;
  insert(iface: Interface, address: KernelAddress): void;
  remove(iface: Interface, address: KernelAddress): void;
  /** To be called after every change. */
  publish(): void;
  announce(iface: Interface, address: KernelAddress): void;
  settled(): Promise<void>;
  /** `stop` is called when the host is no more. */
  untilClosed(stop: () => void): void;
  close(): void;
}

export function createKernel({ clock, wire, links, shownOn }: KernelOptions): Kernel {
  const timers = timersOn(clock);
  const presence = presenceOn(wire);
  const stops = [() => timers.stopAll()];
  let interfaces = links.map((link, at) => etherInterface(link, at + 1));
  const placesOf = (iface: Interface): Placed[] =>
    iface.addresses.flatMap((one) => {
      const link = shownOn(iface, one);
      return link === undefined ? [] : [{ link, address: one.address, prefixLength: one.prefixLength }];
    });
  const kernel: Kernel = {
    wire,
    timers,
    interfaces: () => interfaces,
    find: (name) => interfaces.find((one) => one.name === name),
    attach(name, index) {
      const iface = emptyInterface(name, index);
      interfaces = [...interfaces, iface];
      return iface;
    },
    detach(iface) {
      iface.addresses.forEach(stopAll);
      interfaces = interfaces.filter((one) => one !== iface);
      kernel.publish();
    },
    insert: (iface, address) => void iface.addresses.push(address),
    remove(iface, address) {
      stopAll(address);
      iface.addresses = iface.addresses.filter((one) => one !== address);
      kernel.publish();
    },
    publish: () => presence.show(interfaces.flatMap(placesOf)),
    announce(iface, address) {
      const link = shownOn(iface, address);
      if (link !== undefined) presence.announce(link, address.address);
    },
    settled: () => presence.settled(),
    untilClosed: (stop) => void stops.push(stop),
    close: () => stops.forEach((stop) => stop()),
  };
  return kernel;
}

const emptyInterface = (name: string, index: number): Interface => ({
  name,
  kind: kindOf(name),
  index,
  mac: '00:00:00:00:00:00',
  isUp: false,
  hasCarrier: true,
  addresses: [],
  groups: new Set(),
});

function etherInterface({ name, mac, addresses }: LinkOptions, index: number): Interface {
  const given = addresses.map(fromText);
  const linkLocal = newAddress({ family: 6, address: linkLocalOf(mac), prefixLength: 64 });
  return {
    ...emptyInterface(name, index),
    kind: 'ether',
    mac,
    isUp: true,
    addresses: [
      ...given.filter(({ family }) => family === 4),
      linkLocal,
      ...given.filter(({ family, address }) => family === 6 && !isLinkLocal(address)),
    ],
  };
}

function fromText(text: string): KernelAddress {
  const [address, length] = splitLength(text);
  const family = familyOf(address);
  const parsed = parseAddress(address, family);
  if (parsed === undefined || length === undefined) throw new Error(`${text} is no address with a length`);
  return newAddress({ family, address: parsed, prefixLength: Number(length) });
}
