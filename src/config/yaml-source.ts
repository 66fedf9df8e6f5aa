import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';
import { COMMAND_WORDS } from '../core/placeholders.ts';
import type { Problem } from './problems.ts';

export type YamlPath = readonly PropertyKey[];
type Place = { line: number; column: number };

/** A file as plain values, with a way back from a value to the place where it is written. */
export interface YamlSource {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path` starts, or its key; the nearest thing around it when the file doesn't have it. */
  placeOf(path: YamlPath, what?: 'key' | 'value'): Place;
}

/** YAML 1.2 core, one document, no tags. Anchors, aliases and `<<` are fine; a bomb of them is refused. Never throws. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (offset: number, sentence: string): Problem => ({
    severity: 'error',
    ...placeAt(offset),
    text: sentence,
  });

  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
      logLevel: 'error',
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unusable(problem(0, 'the YAML is nested too deeply'));
  }
  const found = onePerLine(
    [...document.errors, ...document.warnings].map((error) => problem(error.pos[0], sentenceOf(error, text))),
  );
  const strangers = strangeNodes(document).map(({ node, sentence }) => problem(startOf(node), sentence));
  const problems = [...found, ...strangers];
  if (problems.length > 0) return { value: undefined, problems, placeOf: () => placeAt(0) };
  try {
    const value: unknown = document.toJS();
    const placeOf = (path: YamlPath, what: 'key' | 'value' = 'value'): Place =>
      placeAt(offsetOf(document, path, what));
    return { value, problems, placeOf };
  } catch (error) {
    // Too many aliases, a merge of what is no mapping, a mapping inside itself: the library says which.
    return unusable(
      problem(0, `the YAML cannot be resolved: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}

/** One slip, such as a tab, makes the parser stumble over the rest of its line as well. */
const onePerLine = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.toReversed().map((problem) => [problem.line, problem])).values(),
];

const unusable = (problem: Problem): YamlSource => ({
  value: undefined,
  problems: [problem],
  placeOf: () => ({ line: 1, column: 1 }),
});

/** As people write them: the words that have a meaning, and names of values in capitals. */
const PLACEHOLDER = new RegExp(`^\\{(?:name|${COMMAND_WORDS.join('|')}|(?:other\\.)?[A-Z][A-Z0-9_]*)\\}`);

function unquoted(placeholder: string | undefined): string | undefined {
  if (placeholder === undefined) return undefined;
  const example = ['{peer}', '{name}'].includes(placeholder) ? 'ssh://{peer}' : `--option=${placeholder}`;
  return `between brackets, text with a placeholder stands in quotes: "${example}"`;
}

/** The parser's own words, save for the mistakes that people make every day. */
function sentenceOf(error: YAMLError, text: string): string {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice in the same mapping; remove one of them';
    case 'TAB_AS_INDENT':
      return 'YAML is indented with spaces; there is a tab here';
    case 'MULTIPLE_DOCS':
      return 'a second YAML document starts here; the file must hold one';
    case 'TAG_RESOLVE_FAILED':
      return 'YAML tags (!name) mean nothing here; remove it';
    case 'MISSING_CHAR':
      return unquoted(PLACEHOLDER.exec(text.slice(error.pos[0]))?.[0]) ?? otherWords(error);
    default:
      return otherWords(error);
  }
}

const otherWords = ({ message }: YAMLError): string =>
  `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;

/** What is YAML, but no plain value: keys that objects would lose or change without a word, aliases to nowhere. */
function strangeNodes(document: Document): { node: Node; sentence: string }[] {
  const strange: { node: Node; sentence: string }[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Pair(_, { key: node }) {
      if (!isNode(node)) return;
      if (!isScalar(node) && !isAlias(node))
        strange.push({ node, sentence: 'a key must be a word, not a list or a mapping' });
      else if (isScalar(node) && node.value === '__proto__')
        strange.push({ node, sentence: '"__proto__" cannot be a key' });
    },
    Value(_, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias(_, node) {
      if (anchors.has(node.source)) return;
      strange.push({
        node,
        sentence: `*${node.source} refers to nothing: there is no &${node.source} before it`,
      });
    },
  });
  return strange;
}

function offsetOf(document: Document, path: YamlPath, what: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let key: Node | undefined;
  for (const step of path) {
    const here = isAlias(node) ? node.resolve(document) : node;
    const next = isMap(here) ? pairAt(here.items, step) : isSeq(here) ? here.items[Number(step)] : undefined;
    if (next === undefined) return nearest(node, key, 'key');
    if (isNode(next)) [node, key] = [next, undefined];
    else [node, key] = [(next as Pair).value, (next as Pair<Node>).key];
  }
  return nearest(node, key, what);
}

const pairAt = (items: readonly Pair[], step: PropertyKey): Pair | undefined =>
  items.find(({ key }) => isScalar(key) && String(key.value ?? '') === String(step));

function nearest(node: unknown, key: Node | undefined, what: 'key' | 'value'): number {
  const value = isNode(node) && (!isScalar(node) || node.source !== '') ? node : undefined;
  const wanted = what === 'key' ? (key ?? value) : (value ?? key);
  return wanted ? startOf(wanted) : 0;
}

const startOf = (node: Node): number => node.range?.[0] ?? 0;
