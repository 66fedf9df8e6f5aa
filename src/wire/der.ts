import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { fromHex } from './hex.ts';

// What stands before the 32 raw bytes of a key in DER (RFC 8410): node:crypto takes them in no other way. OpenSSL needs a
// hundredth of the time that JavaScript needs, for the same bytes.
const SECRET_HEADS = {
  ed25519: fromHex('302e020100300506032b657004220420'),
  x25519: fromHex('302e020100300506032b656e04220420'),
} as const;
const ED25519_PUBLIC_HEAD = fromHex('302a300506032b6570032100');
const KEY_BYTES = 32;

export type Curve = keyof typeof SECRET_HEADS;

/** An Ed25519 seed or an X25519 secret key, 32 bytes. */
export const secretKeyObject = (curve: Curve, secret: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([SECRET_HEADS[curve], secret]), format: 'der', type: 'pkcs8' });

/** To verify with. */
export const verifyKeyObject = (signKey: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([ED25519_PUBLIC_HEAD, signKey]), format: 'der', type: 'spki' });

/** The public half, 32 bytes: the end of its DER. */
export function publicHalfOf(curve: Curve, secret: Uint8Array): Uint8Array {
  const spki = createPublicKey(secretKeyObject(curve, secret)).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(spki.subarray(-KEY_BYTES));
}
