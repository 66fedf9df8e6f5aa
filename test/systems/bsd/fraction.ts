import type { Random } from '../../../src/core/ports.ts';

/** From 0 up to 1, and the middle of it where nothing is random. */
export function fraction(random: Random | undefined): number {
  if (random === undefined) return 0.5;
  return new DataView(random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32;
}
