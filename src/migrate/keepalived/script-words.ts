/** What keepalived makes of `script "…"`: words, with quotes and backslashes, and nothing else of a shell. */
export interface ScriptLine {
  readonly words: readonly string[];
  /** As it stands, for a shell. */
  readonly line: string;
  /** Whether whoever wrote it counts on a shell. */
  readonly needsShell: boolean;
}

/** Outside quotes, what a shell would not take for text. */
const OF_SHELL = /[|&;<>()$`*?~]/;
/** Words that only a shell has. */
const BUILT_IN = new Set(['!', '[[', 'exit', 'if', 'for', 'while', 'case', 'export', 'exec', 'cd', '.']);
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

export function scriptLine(line: string): ScriptLine {
  const words: string[] = [];
  let needsShell = false;
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at]!)) {
      at += 1;
      continue;
    }
    const word = wordAt(line, at);
    words.push(word.text);
    needsShell ||= OF_SHELL.test(word.bare) || /[$`]/.test(word.doubleQuoted);
    at = word.end;
  }
  const [first = ''] = words;
  return {
    words,
    line: line.trim(),
    needsShell: needsShell || BUILT_IN.has(first) || ASSIGNMENT.test(first),
  };
}

interface Word {
  text: string;
  /** What of it stands outside quotes, and what in double ones. */
  bare: string;
  doubleQuoted: string;
  end: number;
}

function wordAt(line: string, start: number): Word {
  const word: Word = { text: '', bare: '', doubleQuoted: '', end: start };
  while (word.end < line.length && !/\s/.test(line[word.end]!)) {
    const character = line[word.end]!;
    if (character === "'" || character === '"') {
      const close = line.indexOf(character, word.end + 1);
      const end = close < 0 ? line.length : close;
      const inside = line.slice(word.end + 1, end);
      word.text += inside;
      if (character === '"') word.doubleQuoted += inside;
      word.end = end + 1;
    } else if (character === '\\') {
      word.text += line[word.end + 1] ?? '';
      word.end += 2;
    } else {
      word.text += character;
      word.bare += character;
      word.end += 1;
    }
  }
  return word;
}
