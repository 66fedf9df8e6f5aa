import { OperatorError } from '../core/errors.ts';
import type { PublicIdentity } from '../core/settings.ts';
import { parsePublicLine } from '../wire/public-line.ts';
import { configInvalid } from './problems.ts';
import { readYaml } from './yaml-source.ts';

/** A key that the file gives to a node; `problem` says why it can't be one. */
export type ListedKey = { readonly node: string } & (
  { readonly identity: PublicIdentity } | { readonly problem: string }
);

/**
 * The keys of a file in the order of the file, also while the rest of it is still to be written.
 * Throws OperatorError CONFIG_INVALID when it isn't YAML.
 */
export function keysIn(text: string, path: string): readonly ListedKey[] {
  const { value, problems } = readYaml(text);
  if (problems.length > 0) throw configInvalid(path, problems);
  return Object.entries(record(record(value)['nodes'])).flatMap(([node, entry]): ListedKey[] => {
    const { key, keys } = record(entry);
    const lines: readonly unknown[] = Array.isArray(keys) ? keys : [key ?? ''];
    return lines.map((line) => readKey(node, line));
  });
}

function readKey(node: string, line: unknown): ListedKey {
  if (line === '') return { node, problem: 'there is no key' };
  if (typeof line !== 'string') return { node, problem: 'the key is not text' };
  try {
    return { node, identity: parsePublicLine(line) };
  } catch (error) {
    if (error instanceof OperatorError) return { node, problem: error.message };
    throw error;
  }
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
