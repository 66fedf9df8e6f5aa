import type { Outcome } from '../model.ts';

/** A command's early end, with what it leaves on stderr. */
export class Refusal extends Error {
  readonly outcome: Outcome;
  constructor(stderr: string, { rc = 1, stdout = '' } = {}) {
    super(stderr);
    this.outcome = { rc, stdout, stderr };
  }
}

/** As err(3) and errx(3) do: the program's name in front, a newline behind. */
export function refuse(program: string, sentence: string): never {
  throw new Refusal(`${program}: ${sentence}\n`);
}

export const printed = (stdout: string, stderr = ''): Outcome => ({ rc: 0, stdout, stderr });
