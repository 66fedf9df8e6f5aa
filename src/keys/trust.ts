import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, stringify, type Document, type Node, type YAMLMap } from 'yaml';
import { OperatorError } from '../core/errors.ts';
import { isName, NAME_RULE } from '../core/names.ts';
import type { PublicIdentity } from '../core/settings.ts';
import { fingerprintOf, parsePublicLine } from '../wire/public-line.ts';
import {
  documentOf,
  identityIn,
  identityOf,
  pairOf,
  parsed,
  plainOf,
  type Nodes,
  type Plain,
} from './config-document.ts';
import {
  appendLines,
  appendPair,
  applySplices,
  giveValue,
  prependPair,
  replaceScalar,
  type Entry,
  type Splice,
} from './yaml-edit.ts';

export interface TrustOptions {
  /** URLs for a node that has no paths yet. */
  readonly paths?: readonly string[];
  /** Allows another key in the place of the one that is there. */
  readonly replace?: boolean;
}

export interface Trusted {
  /** The whole file, edited; every other byte is as it was. */
  readonly text: string;
  readonly change: 'added' | 'replaced' | 'unchanged';
  readonly key: PublicIdentity;
  /** The key that gave way. */
  readonly previous: PublicIdentity | undefined;
}

/**
 * Puts a public line into the config of all nodes. An unknown node is added; the result may then lack paths or groups,
 * which is for `check` to say. A key that is already there stays as it is.
 * Throws OperatorError: KEY_INVALID, CONFIG_INVALID when the text can't be edited, REFUSED when another key of this node
 * or this key under another name is in the way.
 */
export function trustKey(yamlText: string, node: string, line: string, options: TrustOptions = {}): Trusted {
  if (!isName(node)) {
    throw new OperatorError('USAGE', `"${node}" cannot be the name of a node`, {
      hint: `a name ${NAME_RULE}`,
    });
  }
  const key = parsePublicLine(line);
  const document = parsed(yamlText);
  const plain = plainOf(document);
  refuseForeignUse(plain, node, key);
  const { splices, previous } = editFor(yamlText, document, { node, key, options });
  const text = applySplices(yamlText, splices);
  refuseSideEffects(plain, text, node, key);
  const change = splices.length === 0 ? 'unchanged' : previous ? 'replaced' : 'added';
  return { text, change, key, previous };
}

type Wanted = { node: string; key: PublicIdentity; options: TrustOptions };
type Edit = { splices: readonly Splice[]; previous: PublicIdentity | undefined };

function editFor(text: string, document: Document, wanted: Wanted): Edit {
  const added = (...splices: Splice[]): Edit => ({ splices, previous: undefined });
  const root = document.contents;
  if (root === null || isEmpty(root)) return added(appendLines(text, null, nodesEntry(wanted).block));
  if (!isMap(root)) throw notEditable('it is not a mapping of keys to values', wanted);
  const nodes = pairOf(root, 'nodes');
  if (!nodes) return added(appendPair(text, root, nodesEntry(wanted)));
  if (nodes.value === null || isEmpty(nodes.value)) {
    return added(giveValue(text, nodes.key, `{ ${nodeEntry(wanted).flow} }`));
  }
  if (!isMap(nodes.value)) throw notEditable('its key "nodes" holds no mapping', wanted);
  const present = pairOf(nodes.value, wanted.node);
  if (!present) return added(appendPair(text, nodes.value, nodeEntry(wanted)));
  if (present.value === null || isEmpty(present.value)) {
    return added(giveValue(text, present.key, `{ ${nodePairs(wanted).join(', ')} }`));
  }
  if (!isMap(present.value)) throw notEditable(`"${wanted.node}" is not a mapping`, wanted);
  return editNode(text, present.value, wanted);
}

function editNode(text: string, map: YAMLMap, wanted: Wanted): Edit {
  const splices: Splice[] = [];
  const scalars = keyScalars(map, wanted);
  let previous: PublicIdentity | undefined;
  if (!scalars.some((scalar) => identityIn(scalar)?.id === wanted.key.id)) {
    const [present, second] = scalars;
    if (second) {
      throw new OperatorError('REFUSED', `${wanted.node} has two keys: a rotation is under way`, {
        hint: `take the one that is no longer used out of "keys" of ${wanted.node} first`,
      });
    }
    previous = present && identityIn(present);
    if (previous && wanted.options.replace !== true) throw otherKey(wanted, previous);
    splices.push(
      present
        ? replaceScalar(text, present, wanted.key.line)
        : prependPair(text, map, `key: ${wanted.key.line}`),
    );
  }
  return { splices: [...splices, ...editPaths(text, map, wanted)], previous };
}

function editPaths(text: string, map: YAMLMap, { node, options: { paths = [] } }: Wanted): Splice[] {
  const present = pairOf(map, 'paths')?.value;
  if (paths.length === 0) return [];
  if (!present) {
    const pair = pathsPair(paths);
    return [appendPair(text, map, { flow: pair, block: [pair] })];
  }
  const known: unknown = present.toJSON();
  if (Array.isArray(known) && paths.every((path) => known.includes(path))) return [];
  throw new OperatorError('REFUSED', `${node} has paths already`, {
    hint: `leave out --path, and edit "paths" of ${node} in the file`,
  });
}

/** The scalars that hold keys: that of `key`, or those in `keys`. */
function keyScalars(map: YAMLMap, wanted: Wanted): Node[] {
  const single = pairOf(map, 'key')?.value;
  const several = pairOf(map, 'keys')?.value;
  if (single && several) throw notEditable(`${wanted.node} has both "key" and "keys"`, wanted);
  if (isSeq(several)) return several.items.filter(isScalar);
  if (several) throw notEditable(`"keys" of ${wanted.node} is not a list`, wanted);
  if (single && !isScalar(single)) throw notEditable(`"key" of ${wanted.node} is not text`, wanted);
  return single ? [single] : [];
}

function refuseForeignUse(plain: Plain, node: string, key: PublicIdentity): void {
  for (const [name, entry] of Object.entries(plain.nodes ?? {})) {
    if (name === node) continue;
    const lines = [entry?.key, ...(Array.isArray(entry?.keys) ? (entry.keys as unknown[]) : [])];
    if (!lines.some((line) => identityOf(line)?.id === key.id)) continue;
    throw new OperatorError('REFUSED', `this is the key of ${name}: two nodes cannot have the same`, {
      hint: `run "sealbeat keygen" on ${node} and trust the line that it prints there`,
    });
  }
}

/** The last word before anything is written: the edited text must differ from the old one in what was asked for alone. */
function refuseSideEffects(before: Plain, edited: string, node: string, key: PublicIdentity): void {
  const unsafe = notEditable('its YAML is written in a way that cannot be edited safely', { node, key });
  const document = documentOf(edited);
  if (document.errors.length > 0) throw unsafe;
  const after = plainOf(document);
  // Without a prototype, because a node may be called "constructor".
  const { [node]: old, ...others }: Nodes = Object.assign(Object.create(null), before.nodes);
  const { [node]: now, ...othersNow }: Nodes = Object.assign(Object.create(null), after.nodes);
  const { key: single, keys, paths, ...rest } = now ?? {};
  const { key: _, keys: __, paths: oldPaths, ...oldRest } = old ?? {};
  const lines = [single, ...(Array.isArray(keys) ? (keys as unknown[]) : [])];
  const asAsked =
    lines.some((line) => identityOf(line)?.id === key.id) &&
    isDeepStrictEqual(rest, oldRest) &&
    (oldPaths === undefined || oldPaths === null || isDeepStrictEqual(paths, oldPaths)) &&
    isDeepStrictEqual(others, othersNow) &&
    isDeepStrictEqual({ ...before, nodes: 0 }, { ...after, nodes: 0 });
  if (!asAsked) throw unsafe;
}

const isEmpty = (node: unknown): boolean => isScalar(node) && node.value === null && !node.source;

const nodesEntry = (wanted: Wanted): Entry => ({
  flow: `nodes: { ${nodeEntry(wanted).flow} }`,
  block: ['nodes:', ...nodeEntry(wanted).block.map((line) => `  ${line}`)],
});

function nodeEntry(wanted: Wanted): Entry {
  const name = stringify(wanted.node).trim(); // quotes a name such as 1e3, which YAML would take for a number
  const pairs = nodePairs(wanted);
  const missing = pairs.length === 1 ? ['  # paths: [udp://ADDRESS:7112]   still to be written'] : [];
  return {
    flow: `${name}: { ${pairs.join(', ')} }`,
    block: [`${name}:`, ...pairs.map((pair) => `  ${pair}`), ...missing],
  };
}

const nodePairs = ({ key, options: { paths = [] } }: Wanted): string[] => [
  `key: ${key.line}`,
  ...(paths.length > 0 ? [pathsPair(paths)] : []),
];

const pathsPair = (paths: readonly string[]): string =>
  `paths: ${stringify(paths, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`;

const otherKey = ({ node, key }: Wanted, previous: PublicIdentity): OperatorError =>
  new OperatorError(
    'REFUSED',
    `${node} has another key: ${fingerprintOf(previous)} is in the file, ${fingerprintOf(key)} was given`,
    {
      hint: `if ${node} really has a new identity, compare fingerprints with its operator and add --replace`,
    },
  );

const notEditable = (why: string, { node, key }: { node: string; key: PublicIdentity }): OperatorError =>
  new OperatorError('CONFIG_INVALID', `the file cannot be edited: ${why}`, {
    hint: `write it by hand, under nodes: ${node}: { key: ${key.line}, paths: [udp://ADDRESS:7112] }`,
  });
