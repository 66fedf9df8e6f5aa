import type { Clock } from '../core/ports.ts';
import { after, SECOND_MS } from '../core/units.ts';
import type { SendOutcome } from './message.ts';
import { whatWentWrong } from './words.ts';

/** Ends what is under way when the time is over or it is aborted. What was thrown is a reason to try again. */
export async function inTime(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  work: (ended: AbortSignal) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const late = new AbortController();
  const over = Promise.withResolvers<SendOutcome>();
  const end = (why: string): void => {
    over.resolve({ kind: 'later', why });
    late.abort();
  };
  const onAbort = (): void => end('ended');
  const cancel = clock.wakeAt(after(clock.nowMs(), limitMs), () =>
    end(`no answer in ${limitMs < SECOND_MS ? `${limitMs} ms` : `${limitMs / SECOND_MS} s`}`),
  );
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const working = work(late.signal).catch((error: unknown): SendOutcome => ({
      kind: 'later',
      why: whatWentWrong(error),
    }));
    return await Promise.race([working, over.promise]);
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
