import { type Vip } from '../../core/ports.ts';
import { type ShownAddress } from '../plain/tools.ts';
import { objectOf } from './object-name.ts';

/* The next step where the VIP's address stands there and is not ours to touch. */

/** By the name of its address object. */
export function foreignObject(vip: Vip, { handle }: ShownAddress): string {
  if (handle === objectOf(vip))
    return `it is persistent, and sealbeat makes none that are: \`ipadm show-addr ${handle}\`; \`ipadm delete-addr ${handle}\` removes it for good`;
  if (isUnnamed(handle))
    return `it was made without ipadm: \`ifconfig -a\`; choose another VIP, or \`${removeif(vip)}\` if it is a left-over`;
  return `look at it: \`ipadm show-addr ${handle}\`; choose another VIP, or \`ipadm delete-addr ${handle}\` if it is a left-over`;
}

/** By its logical interface. */
export function foreignInterface(vip: Vip, { handle }: ShownAddress): string {
  const look = `\`ifconfig ${handle}${vip.family === 6 ? ' inet6' : ''}\`, \`ipadm show-addr | grep ${vip.address}\``;
  return handle.includes(':')
    ? `look at it: ${look}; choose another VIP, or remove it by the name that ipadm shows if it is a left-over`
    : `it is the interface's own address: ${look}; choose another VIP`;
}

/** What ipadm calls an address that ifconfig has made; everything else has been given its name by somebody. */
export const isUnnamed = (object: string): boolean => /\/(\?|_\w+)$/.test(object);

const removeif = ({ link, family, address }: Vip): string =>
  `ifconfig ${link}${family === 6 ? ' inet6' : ''} removeif ${address}`;
