import type { Interface } from './interface.ts';

/** Bits and names in the order in which all three print them. */
const FLAGS = [
  [0x1, 'UP'],
  [0x2, 'BROADCAST'],
  [0x40, 'RUNNING'],
  [0x100, 'PROMISC'],
  [0x800, 'SIMPLEX'],
  [0x8000, 'MULTICAST'],
  [0x1000000, 'LOWER_UP'],
] as const;

export type Flag = (typeof FLAGS)[number][1];

/** `8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST>` */
export function flagsText(set: ReadonlySet<Flag>): string {
  const shown = FLAGS.filter(([, name]) => set.has(name));
  const bits = shown.reduce((sum, [bit]) => sum | bit, 0);
  return `${bits.toString(16)}<${shown.map(([, name]) => name).join(',')}>`;
}

export function flagsOf(
  iface: Interface,
  { isRunning, isPromiscuous = false, isLowerUp = false }: FlagFacts,
): Set<Flag> {
  const set = new Set<Flag>(['BROADCAST', 'SIMPLEX', 'MULTICAST']);
  if (iface.isUp) set.add('UP');
  if (isRunning) set.add('RUNNING');
  if (isPromiscuous) set.add('PROMISC');
  if (isLowerUp) set.add('LOWER_UP');
  return set;
}

export interface FlagFacts {
  readonly isRunning: boolean;
  readonly isPromiscuous?: boolean;
  /** FreeBSD 14, where netlink brought it along. */
  readonly isLowerUp?: boolean;
}
