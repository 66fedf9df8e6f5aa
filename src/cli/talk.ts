import type { OperatorError } from '../core/errors.ts';
import { printable } from '../system/printable.ts';
import type { CliHost } from './host.ts';

/*
 * The rules of all talk, which goes to standard error: every line starts with "sealbeat: ", then what kind it is unless
 * it is plain; sentences start in lower case and end without a full stop; a hint is the next thing to type or to read.
 */
type Err = Pick<CliHost, 'err'>;

export const tell = (host: Err, text: string): void => eachLine(host, 'sealbeat: ', text);
export const note = (host: Err, text: string): void => eachLine(host, 'sealbeat: note: ', text);
export const warn = (host: Err, text: string): void => eachLine(host, 'sealbeat: warning: ', text);
export const hint = (host: Err, text: string): void => eachLine(host, 'sealbeat: hint: ', text);
export const complain = (host: Err, text: string): void => eachLine(host, 'sealbeat: error: ', text);

export function tellError(host: Err, error: OperatorError): void {
  complain(host, error.message);
  hint(host, error.hint);
}

function eachLine(host: Err, prefix: string, text: string): void {
  // Files and peers put words into our sentences; none of them may move a cursor.
  for (const line of text.split('\n')) host.err(prefix + printable(line));
}
