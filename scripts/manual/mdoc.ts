/*
 * The little of mdoc(7) that two pages need. mdoc says what a word is and not how it looks, so the same page is good with
 * man-db and groff on Linux, and with mandoc on the BSDs and illumos.
 */
const COLUMNS = 76;

/** Text that reaches the reader as it is, wherever it stands. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('…', '...')
    .replace(
      /[^\x20-\x7e]/gu,
      (one) => `\\[u${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );

/** One argument of a macro. A word that is a macro itself, or nothing but punctuation, would be taken for one. */
export function word(text: string): string {
  const safe = escaped(text).replaceAll('"', '\\(dq').replaceAll('-', '\\-');
  const shielded = /^([A-Z][a-z][a-z0-9]?|[.,:;()[\]?!|])$/.test(safe) || safe === '' ? `\\&${safe}` : safe;
  return shielded.includes(' ') ? `"${shielded}"` : shielded;
}

/** A line with a macro; its words are data, but for those that `word` has been given by the caller. */
export const macro = (name: string, ...words: readonly string[]): string => [`.${name}`, ...words].join(' ');

/** Prose: `code` stands in backticks, another page is name(8), and an empty line ends a paragraph. */
export const prose = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((paragraph, index) => [...(index === 0 ? [] : ['.Pp']), ...sentences(paragraph)]);

/** A new sentence is a new line, so that the formatter knows where one ends. */
const sentences = (paragraph: string): readonly string[] =>
  paragraph
    .replace(/\s+/g, ' ')
    .split(/(?<=[^.][.!?][)"]?) (?=["`({0-9A-Z])/)
    .flatMap(marked);

interface Mark {
  readonly macro: string;
  readonly found: RegExpExecArray;
}

/** What in a sentence needs a macro; the words of systems are macros, too. */
const MARKS: readonly (readonly [pattern: RegExp, macro: (groups: readonly string[]) => string])[] = [
  [/(\(?)`([^`]+)`([.,;:)]*)/, ([, before = '', code = '']) => `Ql ${before} ${word(code)}`],
  [
    /(\(?)\b([a-z][a-z0-9_.-]*)(\(\d\))([.,;:)]*)/,
    ([, before = '', name = '', number = '']) => `Xr ${before} ${name} ${number[1]}`,
  ],
  [/(\(?)\b(FreeBSD|OpenBSD|NetBSD)\b([.,;:)]*)/, ([, before = '', name = '']) => `${name[0]}x ${before}`],
];

function firstMark(sentence: string): Mark | undefined {
  const marks = MARKS.flatMap(([pattern, macroOf]) => {
    const found = pattern.exec(sentence);
    return found ? [{ found, macro: macroOf(found) }] : [];
  });
  return marks.toSorted((a, b) => a.found.index - b.found.index)[0];
}

function marked(sentence: string): readonly string[] {
  const mark = firstMark(sentence);
  if (!mark) return wrapped(sentence);
  const { found } = mark;
  const rest = sentence.slice(found.index + found[0].length);
  // What touches the word without a blank stays with it.
  const touching = /^\S*/.exec(rest)?.[0] ?? '';
  const behind = [...(found.at(-1) ?? ''), ...(touching === '' ? [] : ['Ns', word(touching)])];
  return [
    ...wrapped(sentence.slice(0, found.index)),
    macro(mark.macro.replace(/ +/g, ' ').trim(), ...behind),
    ...marked(rest.slice(touching.length)),
  ];
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const one of text.trim().split(/\s+/).filter(Boolean).map(escaped)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + one.length < COLUMNS) lines[lines.length - 1] = `${last} ${one}`;
    else lines.push(one);
  }
  return lines.map((line) => line.replace(/^[.']/, '\\&$&'));
}

/** Text with its own line breaks. */
export const literal = (text: string): readonly string[] => [
  '.Bd -literal -offset indent',
  ...text
    .trimEnd()
    .split('\n')
    .map((line) => escaped(line).replace(/^[.']/, '\\&$&')),
  '.Ed',
];

export interface Item {
  /** What is explained, as macros: `Fl -json`. */
  readonly head: string;
  readonly body: readonly string[];
}

export const list = (items: readonly Item[]): readonly string[] =>
  items.length === 0
    ? []
    : ['.Bl -tag -width Ds', ...items.flatMap(({ head, body }) => [`.It ${head}`, ...body]), '.El'];

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A whole page. */
export function page(
  { name, number, about, date }: { name: string; number: number; about: string; date: string },
  sections: readonly Section[],
): string {
  return [
    '.\\" Made by "npm run manual" from the sources of the program; changes here are lost.',
    `.Dd ${date}`,
    `.Dt ${name.toUpperCase()} ${number}`,
    '.Os',
    '.Sh NAME',
    `.Nm ${name}`,
    `.Nd ${about}`,
    ...sections.flatMap(({ title, lines }) => [`.Sh ${title}`, ...lines]),
    '',
  ].join('\n');
}
