import { stripVTControlCharacters } from 'node:util';

export type Tone = 'good' | 'warning' | 'bad' | 'quiet' | 'heading';
const CODES: Readonly<Record<Tone, string>> = {
  good: '32',
  warning: '33',
  bad: '1;31',
  quiet: '2',
  heading: '1',
};

/** Colours a text, or leaves it as it is. What it says must be clear without. */
export type Paint = (tone: Tone, text: string) => string;

export const painter =
  (colour: boolean): Paint =>
  (tone, text) =>
    colour ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text;

/** Columns that a text takes, colours aside. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/**
 * Puts pieces after one another, separated, and starts a new line, indented, where the next one does not fit. A piece is
 * never divided unless it is longer than a line; then it is divided between words.
 */
export function flow(
  pieces: readonly string[],
  {
    columns,
    first = '',
    indent,
    separator = ', ',
  }: { columns: number; first?: string; indent: string; separator?: string },
): string[] {
  const lines: string[] = [];
  let line = first;
  let fresh = true;
  const put = (text: string, glue: string, after: string): void => {
    if (!fresh && widthOf(line + glue + text + after) > columns) {
      lines.push(line + glue.trimEnd());
      line = indent;
      fresh = true;
    }
    line += fresh ? text : glue + text;
    fresh = false;
  };
  for (const [at, piece] of pieces.entries()) {
    const start = at === 0 ? Math.max(widthOf(first), widthOf(indent)) : widthOf(indent);
    const fits = start + widthOf(piece) + separator.trimEnd().length <= columns;
    const parts = fits ? [piece] : piece.split(' ');
    for (const [nth, part] of parts.entries()) {
      // The separator that may have to follow on the same line takes its place too.
      const isFollowed = nth === parts.length - 1 && at < pieces.length - 1;
      put(part, nth === 0 ? separator : ' ', isFollowed ? separator.trimEnd() : '');
    }
  }
  return fresh && lines.length > 0 ? lines : [...lines, line];
}
