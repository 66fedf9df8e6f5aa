import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import type { Parsed } from './parsed.ts';

const UNIT_MS = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: 60 * MINUTE_MS } as const;

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** `250ms`, `1.5s`, `2m`, `1h` to milliseconds. A unit is a must: a bare 3 means seconds to one reader and ms to the next. */
export function parseDuration(text: string, { minMs, maxMs }: DurationRange): Parsed<number> {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*(\D*)$/.exec(text.trim()) ?? [];
  if (digits === undefined) return { problem: `"${text}" is not a duration; write for instance 250ms or 3s` };
  if (unit === '') return { problem: withoutUnit(digits) };
  if (!isUnit(unit)) return { problem: `"${unit}" is not a unit of time; the units are ms, s, m and h` };
  const ms = Number(digits) * UNIT_MS[unit];
  const rounded = Math.round(ms);
  if (Math.abs(ms - rounded) > 1e-6) return { problem: `${text} is not a whole number of milliseconds` };
  if (rounded < minMs || rounded > maxMs) {
    return { problem: `${text} is out of range: ${formatDuration(minMs)} to ${formatDuration(maxMs)}` };
  }
  return { value: rounded };
}

export const withoutUnit = (digits: string | number): string =>
  `${digits} has no unit; write ${digits}ms, or ${digits}s for seconds`;

/** The shortest exact way to write it: 3000 is `3s`, 1500 is `1500ms`, 90000 is `90s`. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    if (ms !== 0 && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`;
  }
  return `${ms}ms`;
}

const isUnit = (text: string): text is keyof typeof UNIT_MS => Object.hasOwn(UNIT_MS, text);
