import type { Vip } from '../../core/ports.ts';
import { canonicalAddress, isHostLength } from '../address.ts';
import type { AddressState, ShownAddress, ShownLink } from './tools.ts';

/** Interfaces by name, as one look showed them; undefined for one that does not exist. */
export type Links = ReadonlyMap<string, ShownLink | undefined>;

/** Best first: an address can stand there twice, in use and as a left-over of a failed attempt. */
const STATES: readonly AddressState[] = ['ok', 'tentative', 'inaccessible', 'duplicate', 'down'];

/** The addresses that are the VIP by address, length and interface; the one in the best state first. */
export function foundOn(vip: Vip, link: ShownLink | undefined): readonly ShownAddress[] {
  return sameAddress(vip, link)
    .filter(({ prefixLength }) => prefixLength === vip.prefixLength)
    .toSorted((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state));
}

/** The same address with whatever length: to most kernels it is the same. */
export function sameAddress(vip: Vip, link: ShownLink | undefined): readonly ShownAddress[] {
  const wanted = canonicalAddress(vip.address, vip.family);
  return (link?.addresses ?? []).filter(({ family, address }) => family === vip.family && address === wanted);
}

export function stateIn(vip: Vip, links: Links): AddressState | 'absent' {
  return foundOn(vip, links.get(vip.link))[0]?.state ?? 'absent';
}

export const isThere = (vip: Vip, links: Links): boolean => stateIn(vip, links) !== 'absent';

/** It is in use, or will be as soon as the kernel is content: not one that was refused or switched off. */
export const isHeldState = (state: AddressState | 'absent'): boolean =>
  state === 'ok' || state === 'tentative' || state === 'inaccessible';

/**
 * What looks like the VIP may be an address of this host, which an operator also entered as a VIP. It is ours when we put
 * it there or marked it; with the length of a single host it is taken for what a dead agent left behind.
 */
export function mayBeOurs(vip: Vip, { owner }: ShownAddress, isOurs: boolean): boolean {
  return owner === 'ours' || (owner === 'unknown' && (isOurs || isHostLength(vip)));
}
