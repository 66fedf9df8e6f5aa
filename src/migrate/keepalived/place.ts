import { OperatorError } from '../../core/errors.ts';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What makes the rest of a file unreadable. */
export const notUsable = ({ file, line, column }: Place, sentence: string, hint: string): OperatorError =>
  new OperatorError('CONFIG_INVALID', `${file}:${line}:${column}: ${sentence}`, { hint });
