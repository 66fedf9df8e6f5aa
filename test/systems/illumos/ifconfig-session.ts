import type { Family } from './address-text.ts';
import { STATUS } from './ipadm-answer.ts';
import type { Errno } from './kernel.ts';
import type { Machine } from './machine.ts';

/** One call of ifconfig, which works through its words from left to right. */
export interface Session {
  readonly machine: Machine;
  /** The interface that was named. */
  readonly first: string;
  /** The one that the next word is about: `addif` changes it. */
  name: string;
  readonly family: Family;
  /** All words after the interface, because a netmask counts wherever it stands. */
  readonly words: readonly string[];
  print(line: string): void;
}

/** A complaint ends the call; undefined goes on. */
export type Complaint = string | undefined;

const WORDS: Readonly<Record<Errno, string>> = {
  ENXIO: 'no such interface',
  EPERM: 'permission denied',
  EEXIST: 'already exists',
  EBUSY: 'Device busy',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ENOTALLOWED: STATUS.ENOTALLOWED,
};

/** An ioctl that failed: `setifflags: SIOCSLIFFLAGS: e1000g0:2: Cannot assign requested address`. */
export const ioctlFailed = (what: string, name: string, errno: Errno): string =>
  `${what}: ${name}: ${WORDS[errno]}`;
