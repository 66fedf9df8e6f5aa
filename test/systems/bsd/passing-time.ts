import type { ManualClock } from '../../fakes/manual-clock.ts';

const STEP_MS = 20;

/** Lets the clock go on in small steps, and what each of them set off come to its end. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
    clock.goOn(Math.min(STEP_MS, leftMs));
    await settled();
  }
}

/** Until nothing is left to do but to wait for the clock. */
export const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
