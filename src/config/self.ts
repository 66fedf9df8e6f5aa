import { OperatorError } from '../core/errors.ts';
import type { NodeSettings, PublicIdentity, Settings } from '../core/settings.ts';
import { fingerprintOf } from '../wire/public-line.ts';

/**
 * The node of the config that has one of these identities (newest first, as in the identity file).
 * Throws OperatorError IDENTITY_UNKNOWN, with the command that makes this node known.
 */
export function findSelf(
  { nodes }: Settings,
  identities: readonly { readonly public: PublicIdentity }[],
): NodeSettings {
  const own = new Set(identities.map((identity) => identity.public.id));
  const [self, other] = nodes.filter(({ keys }) => keys.some(({ id }) => own.has(id)));
  if (self && other) {
    throw new OperatorError(
      'IDENTITY_UNKNOWN',
      `the identities in this node's file belong to two nodes of the config, ${self.name} and ${other.name}`,
      { hint: 'take the line out of the identity file that is not of this node' },
    );
  }
  if (self) return self;
  const newest = identities[0]?.public;
  const [fingerprint, line] = newest ? [fingerprintOf(newest), newest.line] : ['none', 'LINE'];
  throw new OperatorError(
    'IDENTITY_UNKNOWN',
    `no node of the config has this node's key, which has the fingerprint ${fingerprint}`,
    {
      hint: `if it shall be one of ${nodes.map(({ name }) => name).join(', ')}: sealbeat key trust NODE ${line}`,
    },
  );
}
