import { isIP } from 'node:net';
import type { Vip } from '../core/ports.ts';

/**
 * Why this cannot be given to a system's tools, or undefined. It reaches them as words of a command line or as text, so
 * nothing that could be an option, end a word or end a line may come from outside.
 */
export function whyMalformed(
  { address, family, prefixLength, link }: Vip,
  linkLengthMax: number,
): string | undefined {
  const lengthMax = family === 4 ? 32 : 128;
  if (isIP(address) !== family) return `"${address}" is no IPv${family} address`;
  if (!Number.isInteger(prefixLength) || prefixLength < 1 || prefixLength > lengthMax)
    return `/${prefixLength} is no prefix length for ${address}`;
  if (link.length > linkLengthMax || !/^[A-Za-z0-9._@+][A-Za-z0-9._@+-]*$/.test(link))
    return `"${link}" is no interface name`;
  return undefined;
}
