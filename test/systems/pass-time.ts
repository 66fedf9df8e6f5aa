import type { ManualClock } from '../fakes/manual-clock.ts';

/**
 * Lets a model's time pass, in steps, so that what a step has started can answer before the next one. What happens inside
 * a step is seen at its end, so `stepMs` is how exactly a test can say when.
 */
export async function passTime(clock: ManualClock, ms: number, stepMs = 10): Promise<void> {
  await new Promise(setImmediate); // what was started before has begun
  for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
    clock.goOn(Math.min(stepMs, leftMs));
    await new Promise(setImmediate);
  }
}

/** As `passTime`, until the promise settles. Throws when it has not after `boundMs`. */
export async function passTimeUntil<T>(
  clock: ManualClock,
  promise: Promise<T>,
  boundMs = 60_000,
): Promise<T> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let passedMs = 0; ; passedMs += 10) {
    await new Promise(setImmediate);
    if (settled) return promise;
    if (passedMs >= boundMs) throw new Error(`not settled after ${boundMs} ms of the model's time`);
    clock.goOn(10);
  }
}
