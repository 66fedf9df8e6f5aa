import { randomFillSync } from 'node:crypto';
import type { Random } from '../core/ports.ts';

/** A heartbeat needs 32 bytes: the system is asked once for many of them. */
const POOL_BYTES = 4_096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** The system's entropy. A plain Uint8Array with memory of its own: a Buffer's may be shared with others. */
export const systemRandom: Random = {
  bytes(count) {
    if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + count);
    pool.fill(0, used, used + count); // handed out once, and then not to be found here
    used += count;
    return bytes;
  },
};
