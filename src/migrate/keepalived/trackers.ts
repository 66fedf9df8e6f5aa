import type { Ledger } from '../ledger.ts';
import type { TrackedKind } from './definitions.ts';
import type { Statement } from './parser.ts';

/** One line in a block like `track_script`. */
export interface Tracker {
  readonly block: string;
  /** An interface stands for itself; anything else is defined at the top. */
  readonly kind: TrackedKind | 'interface';
  readonly name: string;
  /** The words behind the name. */
  readonly words: readonly string[];
  readonly statement: Statement;
}

const KINDS: Readonly<Record<string, Tracker['kind']>> = {
  track_script: 'script',
  track_process: 'process',
  track_file: 'file',
  track_interface: 'interface',
};
export const isTracking = (word: string): boolean => Object.hasOwn(KINDS, word);

/** What becomes of each is said again by whoever makes a check of it. */
export function readTrackers(block: Statement, ledger: Ledger): readonly Tracker[] {
  const [word = ''] = block.words;
  const kind = KINDS[word];
  if (kind === undefined || !block.children) {
    ledger.cover(block, 'ignored', 'there is nothing in it');
    return [];
  }
  ledger.say(block, 'taken', 'groups.NAME.checks');
  return block.children.flatMap((statement) => {
    const [name, ...words] = statement.words;
    if (name === undefined || statement.children) return [];
    ledger.cover(statement, 'ignored', 'there is no group that it could be a check of');
    return [{ block: word, kind, name, words, statement }];
  });
}

/** In a View, definitions of different kinds may have one name. */
export const keyOf = (kind: Tracker['kind'], name: string): string => `${kind} ${name}`;
