import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Ran } from '../core/ports.ts';
import { SECOND_MS } from '../core/units.ts';

const MAX_CHARACTERS = 200;

export const good = (text: string): CheckAnswer => ({ said: 'good', text: oneLine(text) });
export const bad = (text: string): CheckAnswer => ({ said: 'bad', text: oneLine(text) });
export const unclear = (text: string): CheckAnswer => ({ said: 'unclear', text: oneLine(text) });
export const late = (timeoutMs: number): CheckAnswer => ({
  said: 'late',
  text: `no answer in ${timeoutMs / SECOND_MS} s`,
});

/** What came from outside is shown to people: one line, kept short, and nothing that a terminal would act on. */
export function oneLine(text: string): string {
  const characters = [...text.slice(0, 4 * MAX_CHARACTERS).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')];
  const line = characters.slice(0, MAX_CHARACTERS).join('').trim();
  return characters.length > MAX_CHARACTERS ? `${line}…` : line;
}

/** The last line with something on it. */
export const lastLine = (text: string): string =>
  text
    .trimEnd()
    .split(/[\r\n]/)
    .at(-1)
    ?.trim() ?? '';

/** A program that failed says why on stderr, if it does as it should. */
export function wordsOf({ exitCode, stdout, stderr }: Ran): string {
  const [first, second] = exitCode === 0 ? [stdout, stderr] : [stderr, stdout];
  return lastLine(first) || lastLine(second);
}
