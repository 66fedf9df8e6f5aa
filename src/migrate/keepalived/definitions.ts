import type { DraftSettings } from '../draft.ts';
import { accountOf, isRoot, type Account } from './account.ts';
import { CHECK_WORDS } from './keywords.ts';
import type { Statement } from './parser.ts';
import type { Remark } from './remark.ts';
import { TIMINGS } from './check-timing.ts';
import type { Reading } from './reading.ts';
import { questionOf, type Question } from './script-question.ts';
import { processQuestion } from './process-question.ts';
import { weightOf, type Weight } from './weight.ts';

export type TrackedKind = 'script' | 'process' | 'file';

/** A vrrp_script, vrrp_track_process or vrrp_track_file; whether it matters is known once somebody tracks it. */
export interface Definition {
  readonly kind: TrackedKind;
  readonly name: string;
  readonly statement: Statement;
  /** Undefined when no check can be made of it, which `remarks` says. */
  readonly question: Question | undefined;
  readonly timing: DraftSettings;
  readonly weight: Weight;
  /** Whose rights a program has where it says so itself. */
  readonly account: Account | undefined;
  readonly remarks: readonly Remark[];
}

const KINDS: Readonly<Record<string, TrackedKind>> = {
  vrrp_script: 'script',
  vrrp_track_process: 'process',
  vrrp_track_file: 'file',
  track_file: 'file',
};
export const kindOf = (word: string): TrackedKind | undefined =>
  Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;

export function readDefinition(kind: TrackedKind, statement: Statement): Definition {
  const remarks: Remark[] = [];
  const words = new Map<string, Statement>();
  for (const child of statement.children ?? []) {
    const [word = ''] = child.words;
    const known = Object.hasOwn(CHECK_WORDS, word) ? CHECK_WORDS[word] : undefined;
    if (!known) {
      const says = `"${word}" is no word that sealbeat knows; left out`;
      remarks.push({ statement: child, verdict: 'missing', says });
    } else remarks.push({ statement: child, verdict: known.verdict, says: known.says });
    words.set(word, child);
  }
  const reading: Reading = {
    valueOf: (word) => words.get(word)?.words.slice(1),
    say(word, verdict, says) {
      const child = words.get(word);
      if (!child) return;
      const at = remarks.findIndex((one) => one.statement === child);
      remarks.splice(at, 1, { statement: child, verdict, says });
    },
  };
  const question = QUESTIONS[kind](reading);
  return {
    kind,
    name: statement.words[1] ?? '',
    statement,
    question,
    timing: TIMINGS[kind](reading, question),
    weight: weightIn(reading, kind),
    account: accountIn(reading),
    remarks,
  };
}

const QUESTIONS: Readonly<Record<TrackedKind, (reading: Reading) => Question | undefined>> = {
  script(reading) {
    const question = questionOf(reading.valueOf('script') ?? []);
    if ('problem' in question) {
      reading.say('script', 'missing', question.problem);
      return undefined;
    }
    reading.say('script', question.verdict, question.says);
    return question;
  },
  process: processQuestion,
  file(reading) {
    const path = reading.valueOf('file')?.[0] ?? '';
    if (!/^\/\P{Cc}*[^/\p{Cc}]$/u.test(path)) {
      reading.say('file', 'missing', 'not the absolute path of a file, so there is no check of it');
      return undefined;
    }
    reading.say('file', 'taken', `file: ${path}`);
    return { settings: [['file', path]], command: undefined, verdict: 'taken', says: 'file' };
  },
};

function weightIn(reading: Reading, kind: TrackedKind): Weight {
  const weight = weightOf(reading.valueOf('weight') ?? [kind === 'file' ? '1' : '0']);
  const says = weight.value === 0 ? 'vital: it takes the group away' : `weight: ${weight.value}`;
  reading.say('weight', 'taken', `${says}, where the track block says nothing else`);
  return weight;
}

function accountIn(reading: Reading): Account | undefined {
  const words = reading.valueOf('user');
  if (words === undefined) return undefined;
  const account = accountOf(words);
  if (!account) reading.say('user', 'missing', 'not the name of a user; left out');
  else if (isRoot(account)) reading.say('user', 'taken', 'as root, which runs the agent');
  else if (account.group === undefined) reading.say('user', 'taken', `user: ${account.user}`);
  else
    reading.say(
      'user',
      'changed',
      `user: ${account.user}; left out, as it has the groups of its user: ${account.group}`,
    );
  return account;
}
