import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { fromHex } from './hex.ts';

// What stands before the 32 raw bytes of a key in DER (RFC 8410): node:crypto takes them in no other way. OpenSSL needs a
// hundredth of the time that JavaScript needs, for the same bytes.
const SECRET_HEADS = {
  ed25519: fromHex('302e020100300506032b657004220420'),
  x25519: fromHex('302e020100300506032b656e04220420'),
} as const;
const PUBLIC_HEADS = {
  ed25519: fromHex('302a300506032b6570032100'),
  x25519: fromHex('302a300506032b656e032100'),
} as const;
const KEY_BYTES = 32;

export type Curve = keyof typeof SECRET_HEADS;

/** An Ed25519 seed or an X25519 secret key, 32 bytes. */
export const secretKeyObject = (curve: Curve, secret: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([SECRET_HEADS[curve], secret]), format: 'der', type: 'pkcs8' });

export const publicKeyObject = (curve: Curve, key: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC_HEADS[curve], key]), format: 'der', type: 'spki' });

/** X25519, RFC 7748. Throws for a public key of small order, which public-line.ts refuses. */
export const sharedPoint = (secret: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  diffieHellman({
    privateKey: secretKeyObject('x25519', secret),
    publicKey: publicKeyObject('x25519', publicKey),
  });

/** The public half, 32 bytes: the end of its DER. */
export function publicHalfOf(curve: Curve, secret: Uint8Array): Uint8Array {
  const spki = createPublicKey(secretKeyObject(curve, secret)).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(spki.subarray(-KEY_BYTES));
}
