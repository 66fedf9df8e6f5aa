import type { AddressLife } from './address-life.ts';
import { NO_ADDRESS } from './address-text.ts';
import type { Family } from './address-text.ts';
import { FLAG } from './flags.ts';

/** A logical interface: number 0 has the name of its interface, the others `IF:N`. */
export interface Lif {
  /** The kernel moves data addresses of a group's member to the group. */
  on: IpInterface;
  number: number;
  address: string;
  prefixLength: number;
  isUp: boolean;
  isDuplicate: boolean;
  /** Flags that do not follow from the rest. */
  flags: bigint;
  readonly zone: string | undefined;
  readonly life: AddressLife;
}

/** What is plumbed for one family. IPv4 and IPv6 of a link are two of these, with the same name. */
export interface IpInterface {
  readonly name: string;
  readonly family: Family;
  readonly kind: 'loopback' | 'physical' | 'group';
  readonly index: number;
  readonly mtu: number;
  /** As ifconfig prints it, without leading zeros; empty where there is none. */
  readonly mac: string;
  /** IPMP group that it belongs to, or is. */
  readonly group: string | undefined;
  /** By number. */
  readonly lifs: Map<number, Lif>;
}

export const lifName = ({ on, number }: Pick<Lif, 'on' | 'number'>): string =>
  number === 0 ? on.name : `${on.name}:${number}`;

export const lifsOf = ({ lifs }: IpInterface): readonly Lif[] =>
  [...lifs.values()].toSorted((one, other) => one.number - other.number);

export const hasAddress = (lif: Lif): boolean => lif.address !== NO_ADDRESS[lif.on.family];

export function freeNumber({ lifs }: IpInterface): number {
  let number = 0;
  while (lifs.has(number)) number += 1;
  return number;
}

/** `isRunning`: whether there is a carrier. `hasFailed`: what IPMP thinks of it. */
export interface Condition {
  readonly isRunning: boolean;
  readonly hasFailed: boolean;
}

const KIND_FLAGS = {
  loopback: FLAG.LOOPBACK | FLAG.VIRTUAL,
  physical: 0n,
  group: FLAG.IPMP,
} as const;

export function flagsOf(lif: Lif, { isRunning, hasFailed }: Condition): bigint {
  const { family, kind } = lif.on;
  const set = [
    FLAG.MULTICAST,
    KIND_FLAGS[kind],
    family === 4 ? FLAG.IPv4 : FLAG.IPv6,
    family === 4 && kind !== 'loopback' ? FLAG.BROADCAST : 0n,
    lif.isUp ? FLAG.UP : 0n,
    isRunning ? FLAG.RUNNING : 0n,
    hasFailed ? FLAG.FAILED : 0n,
    lif.isDuplicate ? FLAG.DUPLICATE : 0n,
    lif.flags,
  ];
  return set.reduce((flags, flag) => flags | flag, 0n);
}
