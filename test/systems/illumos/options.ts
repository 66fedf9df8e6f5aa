/** Arguments as getopt(3C) reads them: options first, each a letter. */
export interface Options {
  /** By letter; the empty string for one without a value. */
  readonly given: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** What is wrong, in the words that these commands have for it. */
  readonly problem: string | undefined;
}

/** `letters` as for getopt: one that takes a value has a colon after it. */
export function readOptions(args: readonly string[], letters: string): Options {
  const given = new Map<string, string>();
  const rest = [...args];
  for (let word = rest[0]; word !== undefined && /^-./.test(word); word = rest[0]) {
    rest.shift();
    if (word === '--') break;
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] ?? '';
      const place = letter === ':' ? -1 : letters.indexOf(letter);
      if (place < 0) return { given, operands: rest, problem: `unrecognized option '-${letter}'` };
      if (letters[place + 1] !== ':') {
        given.set(letter, '');
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : rest.shift();
      if (value === undefined)
        return { given, operands: rest, problem: `option '-${letter}' requires a value` };
      given.set(letter, value);
      break;
    }
  }
  return { given, operands: rest, problem: undefined };
}
