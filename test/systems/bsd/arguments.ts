/** What a word of ifconfig does; `next` takes the argument behind it. */
export type Word = (next: () => string) => void;

export interface WordList {
  readonly words: Readonly<Record<string, Word>>;
  /** Whatever is none of the words. */
  readonly other: (text: string) => void;
  readonly onMissing: (word: string) => never;
}

/** Runs the words of a command line from left to right. */
export function runWords(args: readonly string[], { words, other, onMissing }: WordList): void {
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const name = word;
    const run = Object.hasOwn(words, name) ? words[name] : undefined;
    if (run === undefined) other(name);
    else run(() => left.shift() ?? onMissing(name));
  }
}

/** As strtonum(3) says it. */
export function numberFault(
  text: string,
  min: number,
  max: number,
): 'invalid' | 'too small' | 'too large' | undefined {
  if (!/^[+-]?\d+$/.test(text)) return 'invalid';
  return Number(text) < min ? 'too small' : Number(text) > max ? 'too large' : undefined;
}
