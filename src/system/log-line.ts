import { cut } from './log-fields.ts';
import { printable } from './printable.ts';

const MAX_LINE = 2_000;
const RESET = '\u001b[0m';
const LEVELS: Readonly<Record<string, { readonly word: string; readonly colour: string }>> = {
  debug: { word: 'debug', colour: '\u001b[2m' },
  info: { word: 'info ', colour: '\u001b[32m' },
  warn: { word: 'WARN ', colour: '\u001b[33m' },
  error: { word: 'ERROR', colour: '\u001b[31m' },
};

/** A JSON line of the log → a line for people: local time, level, sentence, then the fields as `name=value`. */
export function humanLine(json: string, { colour }: { colour: boolean }): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const { word, colour: start } = LEVELS[String(level)] ?? { word: String(level), colour: '' };
  const values = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
  const text = cut(printable(`${String(msg)}${values.join('')}`), MAX_LINE);
  return `${clockTime(new Date(String(time)))} ${colour ? `${start}${word}${RESET}` : word} ${text}\n`;
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
