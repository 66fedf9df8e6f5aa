import { type KernelAddress, type Lifetimes, runFor } from './interface.ts';
import type { Timers } from './timers.ts';

const SECOND_MS = 1_000;

export interface LeaseEnds {
  /** The address is no longer chosen as a source. */
  readonly onDeprecated: () => void;
  readonly onInvalid: () => void;
  /** How late the kernel's own timer is. */
  readonly latenessMs: number;
}

/** Lifetimes of an IPv6 address, counted anew from now. */
export function lease(
  address: KernelAddress,
  given: Omit<Lifetimes, 'sinceMs'>,
  timers: Timers,
  { onDeprecated, onInvalid, latenessMs }: LeaseEnds,
): void {
  const in_ = (seconds: number | undefined, act: () => void): (() => void) =>
    seconds === undefined ? () => undefined : timers.in(seconds * SECOND_MS + latenessMs, act);
  address.lifetimes = { ...given, sinceMs: timers.nowMs() };
  address.isDeprecated = given.preferredSeconds === 0;
  runFor(address, 'preferred', in_(given.preferredSeconds, onDeprecated));
  runFor(address, 'valid', in_(given.validSeconds, onInvalid));
}

/** What is left, for a listing; undefined for ever. */
export function secondsLeft(
  lifetimes: Lifetimes,
  seconds: number | undefined,
  nowMs: number,
): number | undefined {
  if (seconds === undefined) return undefined;
  return Math.max(0, seconds - Math.floor((nowMs - lifetimes.sinceMs) / SECOND_MS));
}
