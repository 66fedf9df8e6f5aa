import { notUsable, type Place } from './place.ts';

/** A word, or a brace that opens or closes a block. */
export interface Token extends Place {
  readonly kind: 'word' | 'open' | 'close';
  readonly text: string;
}

export interface RawLine extends Place {
  readonly text: string;
}

/**
 * The words of one line. `#` and `!` start a comment wherever they stand outside quotes, as in keepalived; quotes keep blanks and
 * braces; `${NAME}` is no block, and neither are the parentheses of ~SEQ and ~LST.
 */
export function tokensOf(line: RawLine): readonly Token[] {
  const { text } = line;
  const tokens: Token[] = [];
  const place = (at: number): Place => ({ file: line.file, line: line.line, column: line.column + at });
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '#' || character === '!') break;
    if (isBlank(character)) at += 1;
    else if (character === '{' || character === '}') {
      tokens.push({ kind: character === '{' ? 'open' : 'close', text: character, ...place(at) });
      at += 1;
    } else {
      const word = wordAt(text, at, () => place(at));
      tokens.push({ kind: 'word', text: word.text, ...place(at) });
      at = word.end;
    }
  }
  return tokens;
}

const isBlank = (character: string): boolean => /\s/.test(character);

function wordAt(text: string, start: number, where: () => Place): { text: string; end: number } {
  let word = '';
  let at = start;
  while (at < text.length) {
    const character = text[at]!;
    if (isBlank(character) || character === '#' || character === '!' || character === '}') break;
    if (character === '{') {
      if (text[at - 1] !== '$' || at === start) break;
      const end = text.indexOf('}', at);
      if (end < 0) break;
      word += text.slice(at, end + 1);
      at = end + 1;
    } else if (character === '"' || (character === "'" && at === start)) {
      const end = closingQuote(text, at);
      if (end < 0) {
        const hint = `write another ${character} where the text ends`;
        throw notUsable(where(), `this text in quotes does not end on its line`, hint);
      }
      word += text.slice(at + 1, end).replace(/\\(["\\])/g, '$1');
      at = end + 1;
    } else if (character === '\\' && at + 1 < text.length) {
      word += text[at + 1];
      at += 2;
    } else {
      word += character;
      at += 1;
    }
  }
  return { text: word, end: at };
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[start]) return at;
  }
  return -1;
}

/** A line without its comment, and without the backslash that joins it to the next one. */
export function codeOf(text: string): { code: string; continues: boolean } {
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '#' || character === '!') break;
    if (character === '"') {
      const end = closingQuote(text, at);
      at = end < 0 ? text.length : end + 1;
    } else at += character === '\\' ? 2 : 1;
  }
  const code = text.slice(0, at).trimEnd();
  return code.endsWith('\\')
    ? { code: code.slice(0, -1).trimEnd(), continues: true }
    : { code, continues: false };
}
