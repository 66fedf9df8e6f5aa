import { OperatorError } from '../core/errors.ts';
import type { Exec } from '../core/ports.ts';
import { shellLine } from './quote.ts';
import type { Step } from './plan.ts';

/** A daemon that stops may hand over first, and one that starts has to look around. */
const STEP_MS_MAX = 60_000;

/** Runs them in order, and says each. Throws OperatorError at the first that fails and may not. */
export async function runSteps(
  steps: readonly Step[],
  { exec, dryRun, say }: { exec: Exec; dryRun: boolean; say: (text: string) => void },
): Promise<void> {
  for (const step of steps) {
    if (dryRun) say(`would run: ${shellLine(step.words)}`);
    else await runStep(step, exec, say);
  }
}

async function runStep(step: Step, exec: Exec, say: (text: string) => void): Promise<void> {
  const failures: string[] = [];
  for (const words of [step.words, ...(step.otherwise === undefined ? [] : [step.otherwise])]) {
    const failure = await failureOf(words, exec);
    if (failure === undefined) return say(`ran: ${shellLine(words)}`);
    failures.push(failure);
  }
  const text = failures.join('; ');
  if (step.mayFail === true) return say(`did not work, which may be all right: ${text}`);
  throw new OperatorError('REFUSED', text, {
    hint: 'what was written stays; put it right and run the same command again',
  });
}

/** Whether a question was answered with yes. */
export async function saysYes(words: readonly string[], exec: Exec): Promise<boolean> {
  return (await failureOf(words, exec)) === undefined;
}

async function failureOf([file = '', ...args]: readonly string[], exec: Exec): Promise<string | undefined> {
  const { exitCode, stderr, stdout, missing, timedOut } = await exec.run(file, args, {
    timeoutMs: STEP_MS_MAX,
  });
  if (exitCode === 0) return undefined;
  const line = shellLine([file, ...args]);
  if (missing) return `${line}: ${file} is not installed`;
  if (timedOut) return `${line}: did not end within ${STEP_MS_MAX / 1_000} s`;
  return `${line}: exit code ${exitCode}: ${(stderr.trim() || stdout.trim()).split('\n').join('; ')}`;
}
