import { OperatorError } from '../../core/errors.ts';

/** A line of `ipadm` or `dladm` with `-p` and more than one field: `:` between them, and `\` before `:` and `\` in them. */
export function fieldsOf(line: string): string[] {
  const fields: string[] = [''];
  for (const [, escaped, plain] of line.matchAll(/\\([^])|([^])/gu)) {
    if (plain === ':') fields.push('');
    else fields.push(fields.pop() + (escaped ?? plain ?? ''));
  }
  return fields;
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** What cannot be read must not count as an absent address. */
export function unreadable(command: string, line: string): OperatorError {
  return new OperatorError(
    'VIP_UNKNOWN',
    `${command} printed what sealbeat cannot read: ${JSON.stringify(line)}`,
    {
      hint: `run \`${command}\` by hand and look at it`,
    },
  );
}
