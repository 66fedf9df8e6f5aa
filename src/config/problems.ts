import { OperatorError } from '../core/errors.ts';

/** Something in the file that an operator should know, with the place where to look. */
export interface Problem {
  /** An error keeps the file from being used; a warning is a danger; a note is only good to know. */
  readonly severity: 'error' | 'warning' | 'note';
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** A sentence without its end: `heartbeat.interval: 250 has no unit; write 250ms, or 250s for seconds`. */
  readonly text: string;
}

/** How compilers and editors write and find places. */
export const formatProblem = (path: string, { line, column, text }: Problem): string =>
  `${path}:${line}:${column}: ${text}`;

/** All errors of a file as one: a line for each. */
export function configInvalid(path: string, problems: readonly Problem[]): OperatorError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const message = errors.map((problem) => formatProblem(path, problem)).join('\n');
  return new OperatorError('CONFIG_INVALID', message, {
    hint: `put ${errors.length > 1 ? `these ${errors.length} places` : 'this'} right, then run: sealbeat check -c ${path}`,
  });
}

export const inFileOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
