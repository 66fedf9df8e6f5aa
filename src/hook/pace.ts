import type { Clock } from '../core/ports.ts';

/**
 * Starting a program stops the event loop for a moment. When many groups move at once their hooks take turns, one start in
 * each turn of the loop, so that beats go out in between.
 */
export function newPace(clock: Clock): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let armed = false;
  const open = (): void => {
    const wake = waiting.shift();
    armed = wake !== undefined;
    if (wake === undefined) return;
    clock.wakeAt(clock.nowMs(), open);
    wake();
  };
  return () => {
    if (armed) return new Promise((wake) => waiting.push(wake));
    armed = true;
    clock.wakeAt(clock.nowMs(), open);
    return Promise.resolve();
  };
}
