import { sign, verify } from 'node:crypto';
import { publicKeyObject, secretKeyObject } from './der.ts';

/** Separates this signature from every other use of the same key. */
const CONTEXT = Buffer.from('sealbeat 1 identity');

/**
 * The signature in a public line: Ed25519 over context ‖ signing key ‖ box key, by that signing key itself.
 * It shows that the two halves were put together by whoever has the signing secret, so that halves of two lines
 * can't be mixed. It isn't a proof that this somebody may be trusted: that is what comparing fingerprints is for.
 * OpenSSL signs, because it needs 0.05 ms where JavaScript needs 7; the bytes are the same.
 */
export function selfSign(
  signSeed: Uint8Array,
  keys: { signKey: Uint8Array; boxKey: Uint8Array },
): Uint8Array {
  return new Uint8Array(sign(null, signedText(keys), secretKeyObject('ed25519', signSeed)));
}

export function selfSignatureHolds(
  keys: { signKey: Uint8Array; boxKey: Uint8Array },
  signature: Uint8Array,
): boolean {
  return verify(null, signedText(keys), publicKeyObject('ed25519', keys.signKey), signature);
}

const signedText = ({ signKey, boxKey }: { signKey: Uint8Array; boxKey: Uint8Array }): Buffer =>
  Buffer.concat([CONTEXT, signKey, boxKey]);
