import type { Ledger } from '../ledger.ts';
import { accountOf, type Account } from './account.ts';
import { keptLines } from './kept.ts';
import { INSTANCE } from './keywords.ts';
import type { Statement } from './parser.ts';
import { commandOf } from './script-question.ts';

/** A line like `notify_master "…" [USER [GROUP]]`. */
export interface Notify {
  readonly word: string;
  readonly statement: Statement;
  readonly run: readonly string[];
  readonly account: Account | undefined;
}

/** By word, the moments when it is run; a plain `notify` is run at all that keepalived has a word for. */
export const MOMENTS: Readonly<Record<string, readonly string[]>> = {
  notify_master: ['post_up'],
  notify_backup: ['on_standby'],
  notify_fault: ['on_fault'],
  notify_stop: ['post_down'],
  notify: ['post_up', 'post_down', 'on_fault', 'on_standby'],
};
export const isNotify = (word: string): boolean => Object.hasOwn(MOMENTS, word);

/** Undefined, and kept, where no hook can be made of it. */
export function readNotify(statement: Statement, kept: string[], ledger: Ledger): Notify | undefined {
  const [word = '', script = '', ...who] = statement.words;
  // Quotes keep what a program is called with together; behind it stands whom it is run as.
  const command = commandOf([script]);
  const account = who.length === 0 ? undefined : accountOf(who);
  if ('problem' in command || (who.length > 0 && !account)) {
    const problem = 'problem' in command ? command.problem : `"${who.join(' ')}" is not a user and a group`;
    ledger.cover(statement, 'missing', problem);
    kept.push(...keptLines(statement));
    return undefined;
  }
  const { verdict, says } = INSTANCE[word]!;
  const isSame = verdict === 'taken' && command.remarks.length === 0;
  ledger.cover(statement, isSame ? 'taken' : 'changed', [says, ...command.remarks].join('; '));
  return { word, statement, run: command.words, account };
}
