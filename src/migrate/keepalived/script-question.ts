import type { DraftSettings } from '../draft.ts';
import type { Verdict } from '../ledger.ts';
import { absoluteProgram, baseName } from './program-path.ts';
import { recognised } from './recognise.ts';
import { scriptLine } from './script-words.ts';

/** What a check asks in the place of a script. */
export interface Question {
  readonly settings: DraftSettings;
  /** The program that asks the same; undefined where there is none. */
  readonly command: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
  readonly verdict: Verdict;
  readonly says: string;
}

const WORDS_MAX = 64;
export const SHELL = '/bin/sh';
export const UNQUOTED =
  'keepalived runs the first word alone, as nothing is in quotes; here the others are its arguments';

/** Of `script "…"`: the built-in check that asks the same, or the program as it is; a sentence where there is neither. */
export function questionOf(written: readonly string[]): Question | { readonly problem: string } {
  const line = scriptLine(written.join(' '));
  const [program] = line.words;
  if (program === undefined) return { problem: 'there is no program in it' };
  const remarks = written.length > 1 ? [UNQUOTED] : [];
  const command = commandOf(written);
  const known = recognised(line);
  if (known) {
    const [[kind, value] = ['', '']] = known.settings;
    const says = `${kind}: ${String(value)}, which is built in, and starts no program`;
    return { ...known, command: wordsIn(command), verdict: 'changed', says: [says, ...remarks].join('; ') };
  }
  if ('problem' in command) return command;
  return {
    settings: [['command', command.words]],
    command: command.words,
    verdict: command.remarks.length > 0 ? 'changed' : 'taken',
    says: ['command: the program and its arguments', ...command.remarks].join('; '),
  };
}

const wordsIn = (command: Command | { readonly problem: string }): readonly string[] | undefined =>
  'words' in command ? command.words : undefined;

export type Command = { readonly words: readonly string[]; readonly remarks: readonly string[] };

/** A program with an absolute path, which is the shell where the line was written for one. */
export function commandOf(written: readonly string[]): Command | { readonly problem: string } {
  const { words, line, needsShell } = scriptLine(written.join(' '));
  const remarks = written.length > 1 ? [UNQUOTED] : [];
  const [program = '', ...rest] = words;
  if (needsShell) {
    const why = `with ${SHELL} -c, as it is written for a shell (keepalived 2 hands ${signIn(line)} to the program); programs in it are looked up in PATH`;
    return { words: [SHELL, '-c', line], remarks: [why, ...remarks] };
  }
  if (program === '') return { problem: 'there is no program in it' };
  if (words.length > WORDS_MAX)
    return { problem: `it has more than ${WORDS_MAX} words; put them into a script of its own` };
  const path = absoluteProgram(program);
  if (path === undefined)
    return {
      problem: `"${program}" is not an absolute path, and nothing is looked up in PATH; write the whole path there ("command -v ${baseName(program)}" says it), and import again`,
    };
  const found =
    path === program ? [] : [`${program} is taken to be ${path}, as nothing is looked up in PATH`];
  return { words: [path, ...rest], remarks: [...found, ...remarks] };
}

/** The first thing in it that only a shell understands, for the sentence. */
const signIn = (line: string): string => /&&|\|\||\$\(|[|&;<>()$`*?~!]/.exec(line)?.[0] ?? 'such words';
