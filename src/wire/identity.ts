import type { PublicIdentity } from '../core/settings.ts';

/** A node's own keys. Never logged, never printed; only keys/keyfile.ts writes it down. */
export interface SecretIdentity {
  readonly public: PublicIdentity;
  /** Ed25519 seed, 32 bytes. */
  readonly signSeed: Uint8Array;
  /** X25519 secret key, 32 bytes. */
  readonly boxSecret: Uint8Array;
}
