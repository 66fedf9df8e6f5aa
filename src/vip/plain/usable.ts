import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { vipText } from '../address.ts';
import { foundOn, type Links, mayBeOurs, sameAddress } from './found.ts';
import type { Holding } from './holding.ts';
import type { AddressTools, Hints, ShownAddress, ShownLink } from './tools.ts';

/** The interface of a VIP. Throws VIP_NO_INTERFACE. */
export function present({ link }: Vip, links: Links, hints: Hints): ShownLink {
  const shown = links.get(link);
  if (shown !== undefined) return shown;
  throw new OperatorError('VIP_NO_INTERFACE', `interface ${link} does not exist`, {
    hint: `see the names with \`${hints.links}\`; the config names the interface per group, or per node`,
  });
}

/** Throws when an address on this interface would be of no use: nobody hears it. */
export function assertCarries({ name, up, carrier }: ShownLink, hints: Hints): void {
  if (up && carrier) return;
  throw new OperatorError('VIP_FAILED', `interface ${name} ${up ? 'has no carrier' : 'is down'}`, {
    hint: up ? `see the cable and the switch port of ${name}` : hints.linkUp(name),
  });
}

/** The part of an adapter that knows what is ours, and how it would be removed. */
export interface Ownership {
  readonly holding: Pick<Holding, 'isOurs'>;
  readonly tools: Pick<AddressTools, 'removeCommands'>;
}

/** Throws when what looks like the VIP is somebody else's: removing it could cut this host off. */
export function assertNotForeign(vip: Vip, link: ShownLink | undefined, ownership: Ownership): void {
  const foreign = foundOn(vip, link).find((found) => !mayBeOurs(vip, found, ownership.holding.isOurs(vip)));
  if (foreign !== undefined) throw ownAddress(vip, foreign, ownership);
}

/**
 * Throws when the VIP cannot be added beside what is there: the same address with another length counts too, because to most
 * kernels it is the same address, and the release would remove the host's own.
 */
export function assertAddable(vip: Vip, link: ShownLink, ownership: Ownership): void {
  assertNotForeign(vip, link, ownership);
  const other = sameAddress(vip, link).find(({ prefixLength }) => prefixLength !== vip.prefixLength);
  if (other !== undefined) throw ownAddress(vip, other, ownership);
}

function ownAddress(vip: Vip, found: ShownAddress, { tools }: Ownership): OperatorError {
  const text = vipText({ ...vip, prefixLength: found.prefixLength });
  const remove = tools.removeCommands(vip, found).map((command) => command.join(' '));
  return new OperatorError('VIP_FAILED', `${text} is an address of this host itself, not a VIP of sealbeat`, {
    hint: `choose another VIP, or \`${remove.join('; ')}\` if it is a left-over`,
  });
}
