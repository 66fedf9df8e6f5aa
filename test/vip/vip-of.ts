import { type Vip } from '../../src/core/ports.ts';

/** `10.0.0.1/32` on an interface, as a VIP. */
export function vipOf(text: string, link: string, label = ''): Vip {
  const [address = '', prefixLength] = text.split('/');
  return { address, family: address.includes(':') ? 6 : 4, prefixLength: Number(prefixLength), link, label };
}
