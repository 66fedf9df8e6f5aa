import type { Clock } from '../../../src/core/ports.ts';

const DEFENCES_MAX = 3;
const WINDOW_MS = 30_000;

/** Whether an address that works may be defended once more: three times in 30 s, then it is given up. */
export function defenceCount(clock: Clock): { mayDefend(): boolean } {
  let defendedAtMs: number[] = [];
  return {
    mayDefend() {
      const nowMs = clock.nowMs();
      defendedAtMs = defendedAtMs.filter((atMs) => nowMs - atMs < WINDOW_MS);
      if (defendedAtMs.length >= DEFENCES_MAX) return false;
      defendedAtMs.push(nowMs);
      return true;
    },
  };
}
