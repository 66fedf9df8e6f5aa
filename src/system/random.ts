import { randomFillSync } from 'node:crypto';
import type { Random } from '../core/ports.ts';

/** The system's entropy. A plain Uint8Array with memory of its own: a Buffer's may be shared with others. */
export const systemRandom: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
};
