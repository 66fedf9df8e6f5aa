import { isScalar, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { OperatorError } from '../core/errors.ts';
import type { PublicIdentity } from '../core/settings.ts';
import { parsePublicLine } from '../wire/public-line.ts';

/** The keys of the mapping `nodes` that are edited here, as plain values. */
export type Plain = { nodes?: Nodes | null };
export type Nodes = Record<string, { key?: unknown; keys?: unknown; paths?: unknown } | null>;

export const documentOf = (text: string): Document =>
  parseDocument(text, { prettyErrors: false, merge: true, logLevel: 'error' });

/** Throws OperatorError CONFIG_INVALID when it is not YAML. */
export function parsed(text: string): Document {
  const document = documentOf(text);
  const [error] = document.errors;
  if (!error) return document;
  const lines = text.slice(0, error.pos[0]).split('\n');
  throw new OperatorError(
    'CONFIG_INVALID',
    `the file is not valid YAML: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${error.message}`,
    { hint: 'put that right first; "sealbeat check" shows all problems' },
  );
}

/** Throws OperatorError CONFIG_INVALID for an alias to nowhere. */
export function plainOf(document: Document): Plain {
  try {
    const plain: unknown = document.toJS();
    return typeof plain === 'object' && plain !== null ? (plain as Plain) : {};
  } catch (cause) {
    throw new OperatorError('CONFIG_INVALID', 'the file has a YAML alias (*name) without an anchor (&name)', {
      hint: 'put that right first; "sealbeat check" shows all problems',
      cause,
    });
  }
}

export function pairOf(map: YAMLMap, name: string): { key: Node; value: Node | null } | undefined {
  const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === name);
  return pair as { key: Node; value: Node | null } | undefined;
}

/** The key in a value of the file, if it is one. */
export function identityOf(line: unknown): PublicIdentity | undefined {
  if (typeof line !== 'string') return undefined;
  try {
    return parsePublicLine(line);
  } catch {
    return undefined; // a placeholder or a damaged line: nobody trusts it, so it may give way
  }
}

export const identityIn = (node: Node): PublicIdentity | undefined =>
  identityOf(isScalar(node) ? node.value : undefined);
