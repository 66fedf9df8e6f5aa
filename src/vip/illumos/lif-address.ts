import { OperatorError } from '../../core/errors.ts';
import { type AddressState, type ShownAddress } from '../plain/tools.ts';
import { type AddressObject } from './address-objects.ts';
import { isUnnamed } from './foreign.ts';
import { type HostLook } from './host-look.ts';
import { type LogicalInterface } from './logical-interfaces.ts';
import { objectOf } from './object-name.ts';

export const hasAddress = ({ address }: LogicalInterface): boolean =>
  address !== '0.0.0.0' && address !== '::';

/**
 * A logical interface as an address, with what ipadm knows of it where ipadm answers: while duplicate detection goes on, the
 * flags say UP already. `mayBeDetecting` decides where ipadm does not say.
 */
export function addressOf(
  look: HostLook,
  part: LogicalInterface,
  mayBeDetecting: (part: LogicalInterface) => boolean,
): ShownAddress {
  const { name, family, address, prefixLength = family === 4 ? 32 : 128 } = part;
  const object = objectFor(look, part);
  const isDetecting = object === undefined ? mayBeDetecting(part) : object.state === 'tentative';
  return {
    ...{ family, address, prefixLength, handle: name },
    ...{ state: stateOf(part, isDetecting), owner: ownerOf(part, object) },
  };
}

function stateOf({ flags }: LogicalInterface, isDetecting: boolean): AddressState {
  if (!flags.has('UP')) return flags.has('DUPLICATE') ? 'duplicate' : 'down';
  if (!flags.has('RUNNING')) return 'inaccessible';
  return isDetecting ? 'tentative' : 'ok';
}

/** Names are not shown by number, so of several with one address it is the one that is up, or is not, as this one. */
function objectFor({ objects }: HostLook, part: LogicalInterface): AddressObject | undefined {
  if (objects instanceof OperatorError) return undefined;
  return objects.find(
    ({ link, address, state }) =>
      link === part.link &&
      address === part.address &&
      state !== 'disabled' &&
      (state === 'down' || state === 'duplicate') === !part.flags.has('UP'),
  );
}

/** Of IPMP's test addresses, routers' offers and DHCP. */
const FOREIGN_FLAGS = ['NOFAILOVER', 'ADDRCONF', 'DHCP'] as const;

function ownerOf(part: LogicalInterface, object: AddressObject | undefined): ShownAddress['owner'] {
  const isForeign =
    part.number === 0 || part.zone !== '' || FOREIGN_FLAGS.some((flag) => part.flags.has(flag));
  if (isForeign || object?.persistent === true) return 'host';
  if (object === undefined) return 'unknown';
  if (object.name === objectOf(part)) return 'ours';
  return isUnnamed(object.name) ? 'unknown' : 'host';
}
