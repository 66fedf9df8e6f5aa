import { formatDuration } from '../../config/duration.ts';
import type { DraftSettings } from '../draft.ts';
import { secondsAsMs, wholeNumber } from '../number.ts';
import type { TrackedKind } from './definitions.ts';
import type { Reading } from './reading.ts';
import type { Question } from './script-question.ts';

const INTERVAL_MS = { min: 100, max: 3_600_000, usual: 2_000 };
const TIMEOUT_MS = { min: 10, max: 600_000, usual: 1_000 };
const TIMES_MAX = 100;
/** What keepalived asks once a second, or is told of. */
const EVERY_SECOND: DraftSettings = [['interval', '1s']];

/** How often it is asked, and how often an answer has to be heard; the defaults are those of keepalived, and not ours. */
export const TIMINGS: Readonly<
  Record<TrackedKind, (reading: Reading, question: Question | undefined) => DraftSettings>
> = {
  script(reading, question) {
    const intervalMs = timeIn(reading, 'interval', INTERVAL_MS) ?? 1_000;
    // What is built in answers without a program that could be slow, so the interval says nothing about it.
    const usualMs = INSTANT.has(question?.settings[0]?.[0] ?? '') ? TIMEOUT_MS.usual : intervalMs;
    const ownMs = timeIn(reading, 'timeout', TIMEOUT_MS) ?? Math.min(usualMs, TIMEOUT_MS.max);
    const timeoutMs = Math.max(TIMEOUT_MS.min, Math.min(ownMs, question?.timeoutMs ?? ownMs));
    return [
      ...(intervalMs === INTERVAL_MS.usual ? [] : [['interval', formatDuration(intervalMs)] as const]),
      ...(timeoutMs === TIMEOUT_MS.usual ? [] : [['timeout', formatDuration(timeoutMs)] as const]),
      ...times('rise', timesIn(reading, 'rise'), 1),
      ...times('fall', timesIn(reading, 'fall'), 2),
      ...(reading.valueOf('init_fail') === undefined ? [] : [['initial', 'down'] as const]),
    ];
  },
  process(reading) {
    const delayMs = secondsAsMs(reading.valueOf('delay')?.[0], 0, TIMES_MAX - 1) ?? 0;
    const after = (word: string): number =>
      1 + Math.ceil((secondsAsMs(reading.valueOf(word)?.[0], 0, TIMES_MAX - 1) ?? delayMs) / 1_000);
    return [
      ...EVERY_SECOND,
      ...times('rise', after('fork_delay'), 1),
      ...times('fall', after('terminate_delay'), 2),
    ];
  },
  // What stands in it counts at once, so whoever makes a check of it says how often a wrong word has to be seen.
  file: () => EVERY_SECOND,
};

const INSTANT = new Set(['process', 'unit']);

const times = (key: string, count: number, usual: number): DraftSettings =>
  count === usual ? [] : [[key, count]];

function timeIn(
  reading: Reading,
  word: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const [text] = reading.valueOf(word) ?? [];
  if (text === undefined) return undefined;
  const ms = secondsAsMs(text, 0, 999_999);
  if (ms === undefined) {
    reading.say(word, 'missing', `not a time in seconds; left out, and the default stands in its place`);
    return undefined;
  }
  const bounded = Math.min(max, Math.max(min, ms));
  const says = `${word}: ${formatDuration(bounded)}`;
  if (bounded === ms) reading.say(word, 'taken', says);
  else reading.say(word, 'changed', `${says}, from ${formatDuration(min)} to ${formatDuration(max)}`);
  return bounded;
}

function timesIn(reading: Reading, word: string): number {
  const [text] = reading.valueOf(word) ?? [];
  if (text === undefined) return 1;
  const count = wholeNumber(text, 1, 999_999_999);
  if (count === undefined) {
    reading.say(word, 'changed', `${word}: 1, as keepalived takes what is no number from 1 on`);
    return 1;
  }
  if (count > TIMES_MAX) reading.say(word, 'changed', `${word}: ${TIMES_MAX}, which is the most`);
  else reading.say(word, 'taken', `${word}: ${count}`);
  return Math.min(TIMES_MAX, count);
}
