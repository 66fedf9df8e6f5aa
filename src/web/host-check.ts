import { isIP } from 'node:net';

/**
 * Whether a request means us. A page of another site can make a visitor's browser ask here under a name of its own that leads to our
 * address (DNS rebinding), and would read the answer; under an address, or a name that only we have, it can't.
 */
export function hostCheck(names: readonly string[]): (header: string | undefined) => boolean {
  const known = new Set(['localhost', ...names].map((name) => name.toLowerCase()));
  return (header) => {
    const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '') ?? [];
    if (bracketed !== undefined) return isIP(bracketed) === 6;
    if (plain === undefined) return false;
    return isIP(plain) === 4 || known.has(plain.toLowerCase().replace(/\.$/, ''));
  };
}
