import { hash } from 'node:crypto';

const BLOCK_BYTES = 128;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** HMAC-SHA-512 under one key, ready to be used many times. */
export interface Hmac {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

/** Throws RangeError for keys above the block of 128 bytes, which RFC 2104 would hash first. */
export function hmacSha512(key: Uint8Array): Hmac {
  if (key.length > BLOCK_BYTES) throw new RangeError(`HMAC key of ${key.length} bytes`);
  const pad = (byte: number): Uint8Array => {
    const block = new Uint8Array(BLOCK_BYTES).fill(byte);
    key.forEach((bits, at) => (block[at]! ^= bits));
    return block;
  };
  return { inner: pad(INNER_PAD), outer: pad(OUTER_PAD) };
}

/**
 * The 64 bytes of HMAC-SHA-512 (RFC 2104). Two one-shot hashes: createHmac of node:crypto makes a key object and a stream
 * for every call, which for one frame costs more than its box.
 */
export function digest({ inner, outer }: Hmac, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash(
    'sha512',
    Buffer.concat([outer, hash('sha512', Buffer.concat([inner, ...parts]), 'buffer')]),
    'buffer',
  );
}
