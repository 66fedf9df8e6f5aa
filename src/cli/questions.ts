import { OperatorError } from '../core/errors.ts';
import type { CliHost } from './host.ts';
import { tell } from './talk.ts';

export interface Wanted {
  /** What is asked for, in words: `name of this node`. */
  readonly what: string;
  /** The option that says it: `--name`. */
  readonly flag: string;
  /** What the option said. */
  readonly given: string | undefined;
  /** What is likely, and taken unless somebody says otherwise; undefined when nothing is. */
  readonly found: string | undefined;
  /** Why nothing is, as the end of an error. */
  readonly whyNot?: string;
  /** What is wrong with an answer, or undefined. */
  check(text: string): string | undefined;
}

export type Answer = (wanted: Wanted) => Promise<string>;

/** So many bad answers end it: behind a terminal that has gone every answer is empty. */
const TRIES = 5;

/**
 * An option is taken as it is. Otherwise a person is asked, with what was found in brackets, and asked again with the
 * reason when the answer will not do; with `yes`, or without a terminal, what was found is taken.
 * Throws OperatorError USAGE, which names the option.
 */
export const answersFrom =
  (host: CliHost, yes: boolean): Answer =>
  async (wanted) => {
    const { flag, given, found, check } = wanted;
    if (given !== undefined) {
      const problem = check(given);
      if (problem === undefined) return given;
      throw new OperatorError('USAGE', `${flag}: ${problem}`, { hint: `sealbeat init --help` });
    }
    const foundProblem = found === undefined ? wanted.whyNot : check(found);
    const isFound = found !== undefined && foundProblem === undefined;
    if (isFound && (yes || !host.canAsk)) return found;
    if (host.canAsk) return await askedOf(host, wanted, isFound ? found : undefined);
    throw missing(wanted, foundProblem);
  };

async function askedOf(host: CliHost, wanted: Wanted, found: string | undefined): Promise<string> {
  const question = `sealbeat: ${wanted.what}${found === undefined ? '' : ` [${found}]`}: `;
  if (found === undefined && wanted.whyNot !== undefined) tell(host, wanted.whyNot);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const typed = (await host.ask(question)).trim();
    const answer = typed === '' ? found : typed;
    const problem = answer === undefined ? 'there is nothing to take by default' : wanted.check(answer);
    if (problem === undefined && answer !== undefined) return answer;
    tell(host, problem ?? '');
  }
  throw missing(wanted, 'there was no answer that will do');
}

const missing = ({ what, flag }: Wanted, why: string | undefined): OperatorError =>
  new OperatorError('USAGE', `${what}: ${why ?? 'it was not said'}`, { hint: `say it with ${flag}` });

/** A question whose answer is yes or no; no is what Enter says. */
export async function agreed(host: CliHost, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await host.ask(`sealbeat: ${question} [y/N] `)).trim());
}
