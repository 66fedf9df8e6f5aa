import { cut } from './log-fields.ts';
import type { LogForm } from './log-form.ts';
import { printable } from './printable.ts';

const MAX_LINE = 2_000;
const RESET = '\u001b[0m';
/** `priority` as in syslog(3). */
const LEVELS: Readonly<
  Record<string, { readonly word: string; readonly colour: string; readonly priority: number }>
> = {
  debug: { word: 'debug', colour: '\u001b[2m', priority: 7 },
  info: { word: 'info ', colour: '\u001b[32m', priority: 6 },
  warn: { word: 'WARN ', colour: '\u001b[33m', priority: 4 },
  error: { word: 'ERROR', colour: '\u001b[31m', priority: 3 },
};

/** A JSON line of the log → a line for people: time and level as the reader wants them, sentence, then the fields as `name=value`. */
export function humanLine(json: string, form: Exclude<LogForm, 'json'>): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const known = LEVELS[String(level)] ?? { word: String(level), colour: '', priority: 6 };
  const { word, colour, priority } = known;
  const values = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
  const text = cut(printable(`${String(msg)}${values.join('')}`), MAX_LINE);
  switch (form) {
    case 'colour':
      return `${clockTime(new Date(String(time)))} ${colour}${word}${RESET} ${text}\n`;
    case 'text':
      return `${clockTime(new Date(String(time)))} ${word} ${text}\n`;
    case 'dated':
      return `${String(time)} ${word} ${text}\n`;
    case 'journal':
      return `<${priority}>${text}\n`;
    case 'syslog':
      return `${word.trim()}: ${text}\n`;
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@%+,-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

function clockTime(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}
