import { type Vip } from '../../src/core/ports.ts';

/** `10.0.0.1/32` on an interface, as a VIP. */
export function vipOf(text: string, link: string, label = ''): Vip {
  const [address = '', prefixLength] = text.split('/');
  return { address, family: address.includes(':') ? 6 : 4, prefixLength: Number(prefixLength), link, label };
}

/** One of each family, as a contract is played with them. */
export const twoVipsOn = (link: string, label: string): readonly [Vip, Vip] => [
  vipOf('10.77.0.100/32', link, label),
  vipOf('fd77::100/128', link),
];
