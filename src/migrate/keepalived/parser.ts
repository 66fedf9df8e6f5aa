import type { Source } from '../ledger.ts';
import type { Token } from './lexer.ts';
import { notUsable } from './place.ts';

export interface Statement extends Source {
  readonly words: readonly string[];
  readonly children?: readonly Statement[] | undefined;
}

const DEPTH_MAX = 32;

interface Open {
  readonly token: Token;
  readonly words: readonly Token[];
  readonly children: Statement[];
}

/** The words of each line in turn → statements and the blocks that they open. */
export function treeOf(lines: readonly (readonly Token[])[]): readonly Statement[] {
  const roots: Statement[] = [];
  const stack: Open[] = [];
  const siblings = (): Statement[] => stack.at(-1)?.children ?? roots;
  let words: Token[] = [];
  const finish = (): void => {
    const [first] = words;
    if (first) siblings().push(statementOf(first, words, undefined, first.line));
    words = [];
  };
  for (const line of lines) {
    for (const token of line) {
      if (token.kind === 'word') words.push(token);
      else if (token.kind === 'open') {
        const before = words.length === 0 ? headerBefore(siblings(), token) : undefined;
        if (stack.length === DEPTH_MAX)
          throw notUsable(token, `blocks are nested deeper than ${DEPTH_MAX}`, 'close the blocks before it');
        stack.push({ token, words: before ?? words, children: [] });
        words = [];
      } else {
        finish();
        const open = stack.pop();
        if (!open)
          throw notUsable(
            token,
            'this } closes nothing',
            'remove it, or look for a { that is missing before it',
          );
        const first = open.words[0] ?? open.token;
        siblings().push(statementOf(first, open.words, open.children, token.line));
      }
    }
    finish();
  }
  const left = stack.at(-1);
  if (left) throw notUsable(left.token, 'this { is never closed', 'add the } that belongs to it');
  return roots;
}

/** A brace on a line of its own belongs to the statement before it. */
function headerBefore(siblings: Statement[], brace: Token): readonly Token[] | undefined {
  const last = siblings.at(-1);
  if (!last || last.children || last.file !== brace.file) return undefined;
  siblings.pop();
  const { file, line, column } = last;
  return last.words.map((text) => ({ kind: 'word', text, file, line, column }));
}

function statementOf(
  { file, line, column }: Token,
  tokens: readonly Token[],
  children: readonly Statement[] | undefined,
  endLine: number,
): Statement {
  const words = tokens.map(({ text }) => text);
  return {
    file,
    line,
    column,
    endLine: Math.max(line, endLine),
    words,
    text: textOf(words),
    children,
  };
}

const SECRET = /^(auth_pass|auth_key|password|sha1|md5|auth_hmac.*)$/i;

/** As somebody would write it; passwords belong neither in a report nor in a config that says nothing about them. */
function textOf(words: readonly string[]): string {
  if (words.length === 0) return '{';
  const shown = SECRET.test(words[0]!) && words.length > 1 ? [words[0]!, '****'] : words;
  return shown.map((word) => (word === '' || /[\s{}#!]/.test(word) ? `"${word}"` : word)).join(' ');
}
