import { isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import { kindOf, list, type RawIssue } from './value-shapes.ts';

const WORDS_MAX = 64;

/** Words that YAML takes for something else than text are what goes wrong most often here. */
function noWord({ input }: RawIssue): string {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    const [key = 'peer'] = Object.keys(input);
    return `is a mapping to YAML; a placeholder stands in quotes: "{${key}}"`;
  }
  if (typeof input === 'number' || typeof input === 'boolean') {
    return `must be text, not ${input}; write it in quotes: "${input}"`;
  }
  return `must be text, not ${kindOf(input)}`;
}

export const word = z.string({ error: noWord }).check(
  z.refine((text: string) => !text.includes('\0'), {
    error: 'has a zero byte in it, which no command can take',
  }),
);

export const whyNoProgram = (program: string): string | undefined =>
  isAbsolute(program)
    ? undefined
    : `"${program}" is not an absolute path; the PATH of a service is not the one of your shell, so write the whole path of the program`;

/** A program with its arguments, as they reach it: there is no shell. `whyWrong` looks at the whole of it. */
export const commandShape = (whyWrong: (words: readonly string[]) => string | undefined) =>
  list(word, 'words: the program and its arguments', WORDS_MAX).check(
    z.check<string[]>(({ value, issues }) => {
      const [program] = value;
      if (program === undefined) return; // said already
      const notAbsolute = whyNoProgram(program);
      if (notAbsolute !== undefined)
        issues.push({ code: 'custom', message: notAbsolute, input: program, path: [0] });
      const message = whyWrong(value);
      if (message !== undefined) issues.push({ code: 'custom', message, input: value });
    }),
  );
