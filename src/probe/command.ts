import type { Exec, Ran } from '../core/ports.ts';
import type { ProbeSettings } from '../core/settings.ts';
import type { Question } from './question.ts';
import { cut, lastLine } from './words.ts';

type CommandProbe = Extract<ProbeSettings, { readonly kind: 'command' }>;

export async function askCommand(
  { command: [file = '', ...args] }: CommandProbe,
  exec: Exec,
  question: Question,
): Promise<void> {
  question.awaits('no end');
  const ran = await exec.run(file, args, { timeoutMs: question.timeoutMs });
  if (ran.timedOut) return; // the limit is here, too, and says so
  if (ran.missing) return question.answer(false, cut(`${file} is not installed`));
  question.answer(
    ran.exitCode === 0,
    cut([endOf(ran), wordsOf(ran)].filter((text) => text !== '').join(': ')),
  );
}

const endOf = ({ exitCode }: Ran): string =>
  exitCode === -1 ? 'not started, or ended by a signal' : `exit code ${exitCode}`;

/** A program that failed says why on stderr, if it does as it should. */
function wordsOf({ exitCode, stdout, stderr }: Ran): string {
  const [first, second] = exitCode === 0 ? [stdout, stderr] : [stderr, stdout];
  return lastLine(first) || lastLine(second);
}
