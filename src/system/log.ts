import { pino } from 'pino';
import type { Clock, Log } from '../core/ports.ts';
import { after } from '../core/units.ts';
import { cut, safeFields } from './log-fields.ts';
import { logForm, readerOf, type LogForm, type LogFormat, type Reader } from './log-form.ts';
import { humanLine } from './log-line.ts';
import { repeatFilter } from './repeats.ts';
import { stderrWriter, type LineWriter } from './stderr.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MAX_SENTENCE = 1_000;
/** One line, whatever its fields are: what journald and most collectors still take as one. */
const MAX_LINE = 8_000;

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly writer: LineWriter;
  readonly form: LogForm;
}

/** A log with an end: `close` says what was counted but not said yet, and gives a slow reader a moment. */
export interface ClosableLog extends Log {
  close(): Promise<void>;
}
/** For the last words to leave; a service that stops is not held up by its log. */
const CLOSE_TIMEOUT_MS = 500;

interface Line {
  readonly level: LogLevel;
  readonly fields: Record<string, unknown>;
  readonly text: string;
}

/** The log on stderr, in the form that suits whoever reads it there. */
export function systemLog({
  level,
  format = 'auto',
  clock,
  environment,
}: {
  level: LogLevel;
  format?: LogFormat;
  clock: Clock;
  environment: Reader['environment'];
}): ClosableLog {
  return createLog({ level, clock, writer: stderrWriter(), form: logForm(format, readerOf(environment)) });
}

/**
 * Identical lines are counted instead of repeated, fields are made safe and bounded first (log-fields.ts), lines that
 * the writer cannot take are counted and the gap is reported once it can. Nothing here throws or waits.
 */
export function createLog({ level, clock, writer, form }: LogOptions): ClosableLog {
  let lost = 0;
  const put = (json: string): boolean => writer.write(form === 'json' ? json : humanLine(json, form));
  const destination = {
    write(json: string) {
      if (!toldGap() || !put(json)) lost += 1;
    },
  };
  /** Tells of the lines that were lost so far; false when that cannot be told either. */
  const toldGap = (): boolean => {
    if (lost === 0) return true;
    const gap = lost;
    lost = 0; // the line about it takes the same way
    logger[level === 'error' ? 'error' : 'warn']({ lost: gap }, `log: lost before this line: ${gap}`);
    if (lost === 0) return true;
    lost = gap;
    return false;
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => error }, // safeFields has made it plain already
    },
    destination,
  );
  const say = ({ level: at, fields, text }: Line): void => {
    const tooLong = JSON.stringify(fields).length > MAX_LINE;
    logger[at](tooLong ? { fields: '[too long]' } : fields, text);
  };
  const repeats = repeatFilter<Line>(clock, ({ level: at, fields, text }, count) => {
    say({ level: at, fields: { ...fields, repeated: count }, text: `${text} (repeated ${times(count)})` });
  });
  const at =
    (lineLevel: LogLevel) =>
    (fields: object, sentence: string): void => {
      if (!logger.isLevelEnabled(lineLevel)) return;
      const line: Line = { level: lineLevel, fields: safeFields(fields), text: cut(sentence, MAX_SENTENCE) };
      if (repeats.admit(JSON.stringify([line.level, line.text, line.fields]), line)) say(line);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    async close() {
      repeats.flush();
      await atMost(CLOSE_TIMEOUT_MS, clock, writer.drained());
      if (lost > 0 && toldGap()) await atMost(CLOSE_TIMEOUT_MS, clock, writer.drained());
    },
  };
}

/** Settles with `done`, or when the time is over. */
function atMost(ms: number, clock: Clock, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.wakeAt(after(clock.nowMs(), ms), resolve);
    void done.then(() => {
      cancel();
      resolve();
    });
  });
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
