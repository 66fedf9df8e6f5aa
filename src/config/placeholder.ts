import { closest } from './closest.ts';

/** What stands for the node that a probe or a fence is about: its address and its name. */
const PLACEHOLDERS = ['peer', 'name'] as const;

/** Whether a text is about one node in particular, or about the world as every node sees it. */
export type Subject = 'node' | 'world';

const wordsInBraces = (text: string): readonly string[] =>
  [...text.matchAll(/\{([A-Za-z][\w-]*)\}/g)].map(([, word = '']) => word);

export const hasPlaceholder = (texts: readonly string[]): boolean => texts.flatMap(wordsInBraces).length > 0;

/** The sentence about a word in braces that stands for nothing. */
export function unknownPlaceholder(texts: readonly string[]): string | undefined {
  const known: readonly string[] = PLACEHOLDERS;
  const word = texts.flatMap(wordsInBraces).find((candidate) => !known.includes(candidate));
  if (word === undefined) return undefined;
  const near = closest(word, known);
  const meant =
    near === undefined
      ? 'there are {peer} for the address of the node and {name} for its name'
      : `did you mean {${near}}?`;
  return `{${word}} stands for nothing; ${meant}`;
}

/** Why the placeholders of a probe, all of them known, don't fit what it is about. */
export function wrongSubject(texts: readonly string[], subject: Subject): string | undefined {
  const [word] = texts.flatMap(wordsInBraces);
  if (subject === 'world' && word !== undefined) {
    return `a witness is asked about no node, so {${word}} stands for nothing here; write the address of something that every node should reach`;
  }
  if (subject === 'node' && word === undefined) {
    return 'asks the same for every node; write {peer} where the address of the silent node belongs, or {name} for its name';
  }
  return undefined;
}
