const PLAIN = /^[\w@%+=:,./-]+$/;

/** For people to read, and to paste into a shell. */
export const shownWords = (words: readonly string[]): string =>
  words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
