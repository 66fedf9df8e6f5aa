/** The third party could not be asked, or its answer decides nothing. The message is a few words for people. */
export class Unclear extends Error {
  override readonly name = 'Unclear';
}

const WORDS_CHARACTERS_MAX = 120;

/** The beginning of what a stranger said, harmless on a terminal and in a log. */
export const firstWords = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, WORDS_CHARACTERS_MAX);
