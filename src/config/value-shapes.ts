import * as z from 'zod/mini';
import { NAME_CHARACTERS_MAX, NAME_PATTERN, NAME_RULE } from '../core/names.ts';
import { SECOND_MS } from '../core/units.ts';
import { parseDuration, withoutUnit, type DurationRange } from './duration.ts';
import type { Parsed } from './parsed.ts';

/**
 * What the shapes of the config file are made of. Sentences here are read behind the place they are about:
 * `heartbeat.interval: 250 has no unit; write 250ms`.
 */
const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$';

/** What goes into the JSON Schema as it stands. */
export interface Doc {
  readonly description?: string;
  /** The same, for editors that show a description without it as it stands, backticks and all. */
  readonly markdownDescription?: string;
  /** A line for each word of an enum, in its order. */
  readonly enumDescriptions?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly oneOf?: readonly object[];
}
export const docs = z.registry<Doc>();

export function described<T extends z.ZodMiniType>(
  schema: T,
  description: string,
  more: Omit<Doc, 'description'> = {},
): T {
  const markdown = description.includes('`') ? { markdownDescription: description } : {};
  docs.add(schema, { description, ...markdown, ...more });
  return schema;
}

/** What a value is, in words, for "must be …, not …". */
export function kindOf(value: unknown): string {
  if (value === null || value === '') return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : String(value);
}

export type RawIssue = { readonly input?: unknown };
export const must =
  (be: string) =>
  ({ input }: RawIssue): string =>
    input === undefined ? `is missing; it must be ${be}` : `must be ${be}, not ${kindOf(input)}`;

/** Text that has a meaning; `pattern` is what a JSON Schema can say about it. */
export function textAs<T>(
  what: string,
  pattern: string,
  parse: (text: string) => Parsed<T>,
  error = must(what),
) {
  const text = z.string({ error });
  docs.add(text, { pattern });
  return z.pipe(
    text,
    z.transform((text: string, context): T => {
      const parsed = parse(text);
      if ('value' in parsed) return parsed.value;
      context.issues.push({ code: 'custom', message: parsed.problem, input: text });
      return z.NEVER;
    }),
  );
}

export function duration(range: DurationRange) {
  const be = must('a duration such as 250ms or 3s');
  const error = (issue: RawIssue): string =>
    typeof issue.input === 'number' ? withoutUnit(issue.input) : be(issue);
  return textAs('a duration', DURATION_PATTERN, (text) => parseDuration(text, range), error);
}

export interface SecondsRange extends DurationRange {
  /** Whether `off` may stand there; it means 0. */
  readonly off: boolean;
  /** Behind "is not a whole number of seconds", for instance ", in which the kernel counts leases". */
  readonly why: string;
}

/** Whole seconds, as their number. */
export function seconds({ off, why, ...range }: SecondsRange) {
  const pattern = off ? `^off$|${DURATION_PATTERN}` : DURATION_PATTERN;
  return textAs(`a duration in whole seconds${off ? ', or off' : ''}`, pattern, (text) => {
    if (off && text === 'off') return { value: 0 };
    const read = parseDuration(text, range);
    if ('problem' in read) return read;
    if (read.value % SECOND_MS === 0) return { value: read.value / SECOND_MS };
    return { problem: `${text} is not a whole number of seconds${why}` };
  });
}

export const wholeNumber = (min: number, max: number) => {
  const error = must(`a whole number from ${min} to ${max}`);
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
};

/** One of some words, each with its meaning. */
export function oneOf<const T extends string>(meanings: Readonly<Record<T, string>>) {
  const values = Object.keys(meanings) as [T, ...T[]];
  const choice = z.enum(values, {
    error: must(values.length > 1 ? `one of ${values.join(', ')}` : values[0]),
  });
  docs.add(choice, { enumDescriptions: Object.values<string>(meanings) });
  return choice;
}

export const mapping = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, { error: must('a mapping of keys to values') });

export const list = <T extends z.ZodMiniType>(element: T, what: string, max: number) => {
  const error = must(`a list of 1 to ${max} ${what}`);
  return z
    .array(element, { error })
    .check(
      z.minLength(1, { error: `is empty; it needs 1 to ${max} ${what}` }),
      z.maxLength(max, { error: `has too many entries; ${max} ${what} at most` }),
    );
};

const noName = ({ input }: RawIssue): string => `"${String(input)}" is not a name; a name ${NAME_RULE}`;
export const aName = (schema: z.ZodMiniString<string>) =>
  schema.check(
    z.regex(NAME_PATTERN, { error: noName, abort: true }),
    z.maxLength(NAME_CHARACTERS_MAX, { error: noName }),
  );
export const byName = <T extends z.ZodMiniType>(value: T) =>
  z.record(aName(z.string()), value, { error: must('a mapping with one entry per name') });
