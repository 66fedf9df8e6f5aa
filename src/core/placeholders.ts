/** What may stand in braces in a cloud's commands, beside the names of a node's values and `other.NAME`. */
export const COMMAND_WORDS = ['address', 'prefix', 'interface', 'group', 'node', 'peer', 'epoch'] as const;
export type CommandWord = (typeof COMMAND_WORDS)[number];

/** `{other.NAME}`: the value of another node; the command is run once for each of them. */
export const OTHER = 'other.';

/** Braces around anything else, as in JSON, are text. */
const IN_BRACES = /\{((?:other\.)?[A-Za-z][A-Za-z0-9_-]*)\}/g;

/** The words in braces, in order. */
export const wordsInBraces = (text: string): readonly string[] =>
  [...text.matchAll(IN_BRACES)].map(([, word = '']) => word);

export const withWords = (text: string, meaningOf: (word: string) => string | undefined): string =>
  text.replace(IN_BRACES, (braces, word: string) => meaningOf(word) ?? braces);
