import type { Outcome } from '../model.ts';
import type { Kernel } from '../bsd/kernel.ts';

const LOOK_EVERY_MS = 10;
const SECOND_MS = 1_000;

/** `ifconfig -w N`: until no address is tentative, or N seconds are over; 0 for as long as it takes. */
export async function waitForDetection(seconds: number, { timers, interfaces }: Kernel): Promise<Outcome> {
  const endAtMs = seconds === 0 ? Infinity : timers.nowMs() + seconds * SECOND_MS;
  const isTentative = (): boolean =>
    interfaces().some(({ addresses }) => addresses.some(({ state }) => state === 'tentative'));
  while (isTentative()) {
    if (timers.nowMs() > endAtMs) return { rc: 1, stdout: '', stderr: 'ifconfig: timed out\n' };
    await new Promise<void>((done) => timers.in(LOOK_EVERY_MS, done));
  }
  return { rc: 0, stdout: '', stderr: '' };
}
