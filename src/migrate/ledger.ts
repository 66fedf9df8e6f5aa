/** What became of a statement of another program's config. */
export type Verdict =
  | 'taken' // it means the same here
  | 'changed' // it is here, and not quite the same
  | 'missing' // sealbeat has nothing like it; the sentence proposes something
  | 'ignored'; // it has no purpose here, and the sentence says why

/** One statement where it is written. A block is one, and so is each statement in it. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where a block ends; the same line for anything else. */
  readonly endLine: number;
  /** As written, without comments; without what is secret. */
  readonly text: string;
  readonly children?: readonly Source[] | undefined;
}

export interface Entry extends Omit<Source, 'children'> {
  readonly verdict: Verdict;
  readonly says: string;
  /** How many statements it speaks for: 1, or a whole block. */
  readonly statements: number;
}

/**
 * Accounts for every statement exactly once, whatever the rest of the code does: a statement that nobody has spoken of is
 * in the report as one that sealbeat does not know. `files` is their order in the report.
 */
export interface Ledger {
  /** Of several sentences about a statement, which two nodes' views of one file may lead to, the gravest stays. */
  say(source: Source, verdict: Verdict, says: string): void;
  /** The same for a statement together with everything in it. */
  cover(source: Source, verdict: Verdict, says: string): void;
  /** In the order of the files. */
  entries(): readonly Entry[];
}

const GRAVITY: readonly Verdict[] = ['ignored', 'taken', 'changed', 'missing'];
const UNKNOWN =
  'no word that sealbeat knows; look up what it does, and whether docs/manual.md has something for it';

interface Said {
  readonly verdict: Verdict;
  readonly says: string;
  readonly whole: boolean;
}

export function ledger(roots: readonly Source[], files: readonly string[]): Ledger {
  const said = new Map<string, Said>();
  const record = (source: Source, now: Said): void => {
    const key = keyOf(source);
    const before = said.get(key);
    if (before && GRAVITY.indexOf(before.verdict) >= GRAVITY.indexOf(now.verdict)) return;
    said.set(key, now);
  };
  return {
    say: (source, verdict, says) => record(source, { verdict, says, whole: false }),
    cover: (source, verdict, says) => record(source, { verdict, says, whole: true }),
    entries() {
      const found = new Map<string, Entry>();
      for (const root of roots) walk(root, said, found);
      return [...found.values()].toSorted(
        (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
      );
    },
  };
}

function walk(source: Source, said: ReadonlyMap<string, Said>, found: Map<string, Entry>): void {
  const key = keyOf(source);
  const known = said.get(key) ?? { verdict: 'missing', says: UNKNOWN, whole: true };
  // One by one: a statement of a parser has words too, and passwords may be among them.
  const { file, line, column, text, children = [] } = source;
  const { verdict, says, whole } = known;
  if (!found.has(key)) {
    found.set(key, {
      file,
      line,
      column,
      text,
      endLine: whole ? source.endLine : source.line,
      verdict,
      says,
      statements: whole ? countOf(source) : 1,
    });
  }
  if (!whole) for (const child of children) walk(child, said, found);
}

/** Two views of a file hold the same statement twice; where it stands says that it is one. */
const keyOf = ({ file, line, column }: Source): string => `${line}:${column}:${file}`;

export const countOf = ({ children = [] }: Source): number =>
  children.reduce((sum, child) => sum + countOf(child), 1);
