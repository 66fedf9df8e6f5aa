import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';

/**
 * Edits as splices of the source text. The parsed document says where, and what isn't spliced keeps every byte:
 * comments, blank lines, alignment and quotes, which printing the document anew would tidy away.
 */
export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

export function applySplices(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((a, b) => b.at - a.at)
    .reduce(
      (edited, { at, remove, insert }) => edited.slice(0, at) + insert + edited.slice(at + remove),
      text,
    );
}

/** Of a block entry: its first line, and the lines below it without the indentation of the entry itself. */
export interface Entry {
  readonly flow: string;
  readonly block: readonly string[];
}

/** Behind the last pair of a mapping, in the mapping's own style. */
export function appendPair(text: string, map: YAMLMap, entry: Entry): Splice {
  const last = map.items.at(-1) as Pair<Node, Node | null> | undefined;
  if (map.flow === true || last === undefined) return appendToFlow(map, last, entry.flow);
  const indent = ' '.repeat(columnOf(text, startOf(map)));
  return insertLines(text, endOf(last), entry.block, indent);
}

/** Before the first pair of a mapping, in the mapping's own style. */
export function prependPair(text: string, map: YAMLMap, pair: string): Splice {
  const first = map.items[0];
  if (first === undefined) return appendToFlow(map, undefined, pair);
  const at = startOf(map);
  if (map.flow === true) return { at, remove: 0, insert: `${pair}, ` };
  return { at, remove: 0, insert: `${pair}${newlineOf(text)}${' '.repeat(columnOf(text, at))}` };
}

/** Gives a key that has no value (`lb1:`) one, on the same line. */
export function giveValue(text: string, key: Node, value: string): Splice {
  const colon = text.indexOf(':', rangeOf(key)[1]);
  return { at: colon + 1, remove: 0, insert: ` ${value}` };
}

export function replaceScalar(text: string, scalar: Node, value: string): Splice {
  const [at, end] = rangeOf(scalar);
  const quote = /^["']/.exec(text.slice(at, end))?.[0] ?? '';
  return { at, remove: end - at, insert: quote + value + quote };
}

/** Lines at the end of the whole document, which may be empty. */
export function appendLines(text: string, contents: Node | null, lines: readonly string[]): Splice {
  if (contents) return insertLines(text, endOf(contents), lines, '');
  return insertLines(text, text.length, lines, '');
}

function insertLines(text: string, at: number, lines: readonly string[], indent: string): Splice {
  const newline = newlineOf(text);
  const indented = lines.map((line) => indent + line).join(newline);
  if (at === 0 || text[at - 1] === '\n') return { at, remove: 0, insert: indented + newline };
  const lineEnd = pastDeeperComments(text, endOfLine(text, at), indent);
  const last = lineEnd === text.length ? newline : '';
  return { at: lineEnd, remove: 0, insert: newline + indented + last };
}

function endOfLine(text: string, at: number): number {
  const lineFeed = text.indexOf('\n', at);
  if (lineFeed < 0) return text.length;
  return text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed;
}

/** Comment lines that are indented more than what is going to be inserted speak about what stands above them. */
function pastDeeperComments(text: string, lineEnd: number, indent: string): number {
  const comments = new RegExp(`(?:(?:\\r?\\n[ \\t]*)*\\r?\\n${indent} +#[^\\r\\n]*)*`, 'y');
  comments.lastIndex = lineEnd;
  comments.test(text);
  return comments.lastIndex;
}

function appendToFlow(map: YAMLMap, last: Pair<Node, Node | null> | undefined, pair: string): Splice {
  if (last) return { at: endOf(last), remove: 0, insert: `, ${pair}` };
  return { at: rangeOf(map)[0] + 1, remove: 0, insert: ` ${pair} ` };
}

/** The end of what is written, without the comments and blank lines that a block collection's range includes. */
function endOf(item: Node | Pair<Node, Node | null>): number {
  if ('key' in item) return item.value && hasText(item.value) ? endOf(item.value) : rangeOf(item.key)[1];
  if ((isMap(item) || isSeq(item)) && item.flow !== true) {
    const last = item.items.at(-1) as Node | Pair<Node, Node | null> | undefined;
    if (last) return endOf(last);
  }
  return rangeOf(item)[1];
}

const hasText = (node: Node): boolean => !(isScalar(node) && rangeOf(node)[0] === rangeOf(node)[1]);

const startOf = (map: YAMLMap): number => rangeOf((map.items[0] as Pair<Node>).key)[0];

const columnOf = (text: string, at: number): number => at - (text.lastIndexOf('\n', at - 1) + 1);

const newlineOf = (text: string): string => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

function rangeOf(node: Node): [start: number, end: number] {
  if (!node.range) throw new RangeError('a node that was not parsed has no place in the text');
  return [node.range[0], node.range[1]];
}
