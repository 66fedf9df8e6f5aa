import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { OperatorError } from '../core/errors.ts';
import type { PublicIdentity } from '../core/settings.ts';
import {
  documentOf,
  identityIn,
  identityOf,
  pairOf,
  parsed,
  plainOf,
  type Nodes,
} from './config-document.ts';
import { applySplices, type Splice } from './yaml-edit.ts';

/**
 * The config with `newest` in front of the one key that the node has: `key: OLD` becomes `keys: [NEW, OLD]`. Every other
 * byte is as it was. Throws OperatorError CONFIG_INVALID when the text is written in a way that can't be edited.
 */
export function withNewerKey(text: string, node: string, newest: PublicIdentity): string {
  const { key, keys, notEditable } = nodeIn(text, node);
  const wanted = `keys: [${newest.line}, …]`;
  const [single] = keys === undefined ? [] : scalarsOf(keys.value);
  const older = single ?? key?.value;
  const olderKey = older && identityIn(older);
  if (older === undefined || olderKey === undefined) throw notEditable(wanted);
  const edited = applySplices(text, key ? intoList(text, key, newest) : inFront(text, keys, older, newest));
  assertOnlyKeys(text, edited, node, [newest, olderKey], () => notEditable(wanted));
  return edited;
}

/** The way back: of the node's two keys the first stays alone, `keys: [NEW, OLD]` becomes `key: NEW`. */
export function withoutOlderKey(text: string, node: string): string {
  const { keys, notEditable } = nodeIn(text, node);
  const [first, second] = keys === undefined ? [] : scalarsOf(keys.value);
  const newest = first && identityIn(first);
  const wanted = `key: ${newest?.line ?? 'LINE'}`;
  if (!keys || !isSeq(keys.value) || !first || !second || !newest) throw notEditable(wanted);
  const edited = applySplices(text, [
    rename(keys.key, 'key'),
    ...(keys.value.flow === true
      ? outOfBrackets(text, keys.value, first)
      : outOfLines(text, keys.key, first, second)),
  ]);
  assertOnlyKeys(text, edited, node, [newest], () => notEditable(wanted));
  return edited;
}

type Pair = { readonly key: Node; readonly value: Node };

function nodeIn(text: string, node: string) {
  const notEditable = (wanted: string): OperatorError =>
    new OperatorError(
      'CONFIG_INVALID',
      `the keys of ${node} are written in a way that cannot be edited safely`,
      {
        hint: `write it by hand, under nodes: ${node}: ${wanted}`,
      },
    );
  const root = parsed(text).contents;
  const nodes = isMap(root) ? pairOf(root, 'nodes')?.value : undefined;
  const entry = isMap(nodes) ? pairOf(nodes, node)?.value : undefined;
  if (!isMap(entry)) throw notEditable('key: LINE');
  return { key: filled(entry, 'key'), keys: filled(entry, 'keys'), notEditable };
}

function filled(map: YAMLMap, name: string): Pair | undefined {
  const pair = pairOf(map, name);
  return pair?.value ? { key: pair.key, value: pair.value } : undefined;
}

const scalarsOf = (list: Node): Node[] => (isSeq(list) ? list.items.filter(isScalar) : []);

function intoList(text: string, { key, value }: Pair, newest: PublicIdentity): Splice[] {
  const [at, end] = rangeOf(value);
  const insert = `[${newest.line}, ${text.slice(at, end)}]`;
  return [rename(key, 'keys'), { at, remove: end - at, insert }];
}

/** A list of one, which is as good as a single key. */
function inFront(text: string, keys: Pair | undefined, older: Node, newest: PublicIdentity): Splice[] {
  const [at] = rangeOf(older);
  if (keys && isSeq(keys.value) && keys.value.flow === true)
    return [{ at, remove: 0, insert: `${newest.line}, ` }];
  const dash = text.lastIndexOf('-', at);
  const lineStart = text.lastIndexOf('\n', dash) + 1;
  const newline = text[lineStart - 2] === '\r' ? '\r\n' : '\n';
  const between = newline + ' '.repeat(dash - lineStart) + text.slice(dash, at);
  return [{ at, remove: 0, insert: newest.line + between }];
}

function outOfBrackets(text: string, list: YAMLSeq, newest: Node): Splice[] {
  const [at, end] = rangeOf(list);
  // A comment between the brackets would be lost: that is left to a person, who knows what to do with it.
  if (text.slice(at, end).includes('#')) return [];
  return [{ at, remove: end - at, insert: text.slice(...rangeOf(newest)) }];
}

function outOfLines(text: string, key: Node, newest: Node, older: Node): Splice[] {
  const colon = text.indexOf(':', rangeOf(key)[1]);
  const [newestAt] = rangeOf(newest);
  const lead = text.slice(colon + 1, newestAt);
  const dash = text.lastIndexOf('-', newestAt);
  // What stands between the colon and the first dash may be a comment. Then the value stays on its own line.
  const upward: Splice = /^\s*-\s*$/.test(lead)
    ? { at: colon + 1, remove: lead.length, insert: ' ' }
    : { at: dash, remove: 1, insert: ' ' };
  const [olderAt, olderEnd] = rangeOf(older);
  const lineStart = text.lastIndexOf('\n', text.lastIndexOf('-', olderAt)) + 1;
  const lineEnd = text.indexOf('\n', olderEnd - 1);
  const end = lineEnd < 0 ? text.length : lineEnd + 1;
  return [upward, { at: lineStart, remove: end - lineStart, insert: '' }];
}

function rename(key: Node, name: string): Splice {
  const [at, end] = rangeOf(key);
  return { at, remove: end - at, insert: name };
}

/** The last word before anything is written: nothing but the keys of this node may differ, and they as asked for. */
function assertOnlyKeys(
  before: string,
  after: string,
  node: string,
  wanted: readonly PublicIdentity[],
  unsafe: () => OperatorError,
): void {
  const document = documentOf(after);
  if (document.errors.length > 0) throw unsafe();
  const [old, now] = [split(before, node), split(after, node)];
  const asAsked =
    isDeepStrictEqual(
      now.keys,
      wanted.map(({ id }) => id),
    ) && isDeepStrictEqual(now.rest, old.rest);
  if (!asAsked) throw unsafe();
}

/** The ids of a node's keys, and all else that the file says. */
function split(text: string, node: string) {
  const plain = plainOf(documentOf(text));
  // Without a prototype, because a node may be called "constructor".
  const { [node]: entry, ...others }: Nodes = Object.assign(Object.create(null), plain.nodes);
  const { key, keys, ...rest } = entry ?? {};
  const lines: unknown[] = key === undefined ? (Array.isArray(keys) ? (keys as unknown[]) : []) : [key];
  return { keys: lines.map((line) => identityOf(line)?.id), rest: [{ ...plain, nodes: 0 }, others, rest] };
}

function rangeOf(node: Node): [start: number, end: number] {
  if (!node.range) throw new RangeError('a node that was not parsed has no place in the text');
  return [node.range[0], node.range[1]];
}
