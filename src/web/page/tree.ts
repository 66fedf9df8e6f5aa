import { printable } from '../../core/printable.ts';

/**
 * What is shown, as data: a text, or an element with its attributes and children. The server writes it as HTML, the
 * browser makes nodes of it, and neither ever takes a text for markup.
 */
export type Tree = string | ElementTree;
export type ElementTree = readonly [tag: string, attributes: Attributes, ...children: Tree[]];
export type Attributes = Readonly<Record<string, string>>;

export type Tone = 'good' | 'warning' | 'bad' | 'quiet';

type Given = Tree | undefined;

/** Texts may come from tools and peers: made harmless here, once for all. */
export const element = (tag: string, attributes: Attributes, ...children: readonly Given[]): ElementTree => [
  tag,
  attributes,
  ...children
    .filter((child): child is Tree => child !== undefined && child !== '')
    .map((child) => (typeof child === 'string' ? printable(child) : child)),
];

/** A word that needs attention, or the lack of need; the word says it, the colour only repeats it. */
export const toned = (tone: Tone, text: string): ElementTree => element('b', { class: tone }, text);

const AGE_STEP_MS = 100;

/**
 * How long ago something was, as the moment itself on the daemon's clock: the tree is the same a second later, and who
 * shows it counts on by a clock of its own. In steps, so that two reads of a clock give one moment.
 */
export const age = (now: number, agoMs: number): ElementTree => [
  'span',
  { 'data-at': String(Math.floor((now - agoMs) / AGE_STEP_MS) * AGE_STEP_MS) },
];

/** A shape beside words that say the same. */
export const symbol = (tone: Tone, shape: string): ElementTree => [
  'span',
  { class: `symbol ${tone}`, 'aria-hidden': 'true' },
  shape,
];

/** Facts on one line, with dots between them. */
export function facts(attributes: Attributes, ...pieces: readonly (readonly Given[])[]): ElementTree {
  const some = pieces.filter((piece) => piece.length > 0);
  return element(
    'p',
    attributes,
    ...some.map((piece) => element('span', { class: 'fact' }, ...piece)).flatMap((one) => [one, ' ']),
  );
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => readonly Given[];
}

/** Roles are said outright, because a style that lays rows out as blocks takes the table's meaning away in some browsers. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  attributes: Attributes = {},
): ElementTree {
  const head = columns.map(({ title }) => element('th', { role: 'columnheader', scope: 'col' }, title));
  const body = rows.map((row) =>
    element(
      'tr',
      { role: 'row' },
      ...columns.map(({ title, cell }, place) => cellOf(title, place, cell(row))),
    ),
  );
  return element(
    'table',
    { role: 'table', ...attributes },
    element('caption', {}, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    element('tbody', { role: 'rowgroup' }, ...body),
  );
}

function cellOf(title: string, place: number, content: readonly Given[]): ElementTree {
  const labelled = { 'data-title': title };
  return place === 0
    ? element('th', { role: 'rowheader', scope: 'row', ...labelled }, ...content)
    : element('td', { role: 'cell', ...labelled }, ...content);
}

/** What a program printed may be long; its beginning says what it is about. */
export const MAX_OUTPUT = 400;
export const shortened = (text: string): string =>
  text.length > MAX_OUTPUT ? `${text.slice(0, MAX_OUTPUT)}…` : text;

export const outputCell = ({ output }: { readonly output: string }): Tree[] =>
  output === '' ? [] : [element('code', {}, shortened(output))];
