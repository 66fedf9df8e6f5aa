import type { Random } from '../core/ports.ts';
import type { PublicIdentity } from '../core/settings.ts';
import { publicHalfOf } from './der.ts';
import { formatPublicLine, nodeIdOf } from './public-line.ts';
import { selfSign } from './self-signature.ts';

/** A node's own keys. Never logged, never printed; only keys/keyfile.ts writes it down. */
export interface SecretIdentity {
  readonly public: PublicIdentity;
  /** Ed25519 seed, 32 bytes. */
  readonly signSeed: Uint8Array;
  /** X25519 secret key, 32 bytes. */
  readonly boxSecret: Uint8Array;
}

/** A new identity from 64 bytes of `random`: 32 for signing, then 32 for the box. */
export function makeIdentity(random: Random): SecretIdentity {
  return identityFrom({ signSeed: random.bytes(32), boxSecret: random.bytes(32) });
}

/** The same secrets always give the same identity, public line included: Ed25519 signs without chance. */
export function identityFrom({
  signSeed,
  boxSecret,
}: {
  signSeed: Uint8Array;
  boxSecret: Uint8Array;
}): SecretIdentity {
  const signKey = publicHalfOf('ed25519', signSeed);
  const boxKey = publicHalfOf('x25519', boxSecret);
  const line = formatPublicLine({ signKey, boxKey }, selfSign(signSeed, { signKey, boxKey }));
  const open = { public: { signKey, boxKey, id: nodeIdOf({ signKey, boxKey }), line } };
  // Not enumerable: a log line, an error or a JSON dump of an identity shows the public half alone.
  return Object.defineProperties(open, {
    signSeed: { value: signSeed },
    boxSecret: { value: boxSecret },
  }) as SecretIdentity;
}
