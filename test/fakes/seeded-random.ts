import { createHash } from 'node:crypto';
import type { Random } from '../../src/core/ports.ts';

/** Bytes that look random and are the same in every run: SHA-512 over the seed and a counter. */
export function seededRandom(seed: string): Random {
  let count = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 64) {
        const block = createHash('sha512').update(`${seed} ${count++}`).digest();
        bytes.set(block.subarray(0, Math.min(64, length - at)), at);
      }
      return bytes;
    },
  };
}
