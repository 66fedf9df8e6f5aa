import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { isHostLength } from '../address.ts';
import { whyMalformed } from '../well-formed.ts';

/** IFNAMSIZ without its NUL. */
const LINK_LENGTH_MAX = 15;

export interface Addition {
  /** 0 for an address that stays until it is deleted. */
  readonly leaseSeconds: number;
  /** IPv6 only: leave out the word `nodad`, so that the kernel tells the neighbours (see quiet-dad.ts). */
  readonly speaking?: boolean;
}

/**
 * One line for `ip -batch` that adds a VIP or starts its lease anew; see ip-address(8).
 *
 * `replace`, not `add`: after a crash the address may still be there, and that has to count as success.
 * `preferred_lft` stands last: when the agent is killed in the middle of a write, ip runs the cut line, and no proper
 * beginning of a leased line may be a command that adds something (without preferred_lft it is refused, because the
 * preferred lifetime would be longer than the valid one).
 * An IPv6 VIP is added deprecated, so that this host does not choose it as the source of its own connections. IPv6
 * forgets flags that are not repeated, so each renewal says all of them.
 */
export function replaceLine(vip: Vip, { leaseSeconds, speaking = false }: Addition): string {
  const { address, prefixLength, family, link, label } = vip;
  const lifetime = leaseSeconds === 0 ? 'forever' : leaseSeconds;
  const labelled = family === 4 && label !== '' ? ` label ${label}` : '';
  const quiet = family === 6 && !speaking ? ' nodad' : '';
  // With another length the operator wants a subnet, so the kernel may add its route.
  const routed = isHostLength(vip) ? ' noprefixroute' : '';
  const preferred = family === 6 ? 0 : lifetime;
  return (
    `address replace ${address}/${prefixLength} valid_lft ${lifetime} dev ${link}` +
    `${labelled}${quiet}${routed} preferred_lft ${preferred}`
  );
}

/** With the prefix length, always: without it ip deletes by pattern. */
export function deleteLine({ address, prefixLength, link }: Vip): string {
  return `address del ${address}/${prefixLength} dev ${link}`;
}

export function showLine(link: string): string {
  return `address show dev ${link}`;
}

/** Without its addresses: what a thousand of them print takes ip and us longer than most commands. */
export function showLinkLine(link: string): string {
  return `link show dev ${link}`;
}

/** One line per command reaches ip as text, so nothing that could end a word or a line may come from outside. */
export function assertPlain(vip: Vip): void {
  const wrong =
    whyMalformed(vip, LINK_LENGTH_MAX) ??
    (/^[A-Za-z0-9._@+:-]{0,15}$/.test(vip.label)
      ? undefined
      : `"${vip.label}" is no address label (at most 15 letters, digits and . _ - : + @)`);
  if (wrong !== undefined)
    throw new OperatorError('CONFIG_INVALID', wrong, { hint: 'correct it in the config' });
}
