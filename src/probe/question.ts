import type { Clock, ProbeAnswer } from '../core/ports.ts';
import { after, SECOND_MS } from '../core/units.ts';
import { whatWentWrong } from './words.ts';

/** One question that is under way. It ends once, with its first answer or at its limit; what comes later is not heard. */
export interface Question {
  readonly timeoutMs: number;
  isOver(): boolean;
  answer(answered: boolean, text: string): void;
  /** The limit is here, as who was asked to end by then says itself. */
  answerLate(text: string): void;
  /** Calls `close` when the question ends, whatever the reason; at once when it has. */
  onEnd(close: () => void): void;
  /** What has not come when the limit has: `no answer`, unless the way there is known better. */
  awaits(missing: string): void;
}

/** Asks by `begin` and settles with the first answer, or at the limit. A `begin` that fails is a no, with the reason. */
export function asked(
  clock: Clock,
  timeoutMs: number,
  begin: (question: Question) => Promise<void>,
): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    let over = false;
    let missing = 'no answer';
    const closes: (() => void)[] = [];

    const settle = (said: ProbeAnswer): void => {
      if (over) return;
      over = true;
      cancel();
      for (const close of closes) close();
      resolve(said);
    };
    const answer = (answered: boolean, text: string): void => settle({ answered, text });
    const answerLate = (text: string): void => settle({ answered: false, text, isLate: true });
    const cancel = clock.wakeAt(after(clock.nowMs(), timeoutMs), () =>
      answerLate(`${missing} in ${secondsText(timeoutMs)}`),
    );
    begin({
      timeoutMs,
      isOver: () => over,
      answer,
      answerLate,
      onEnd: (close) => (over ? close() : void closes.push(close)),
      awaits: (what) => void (missing = what),
    }).catch((error: unknown) => answer(false, whatWentWrong(error)));
  });
}

export const secondsText = (ms: number): string => `${ms / SECOND_MS} s`;
