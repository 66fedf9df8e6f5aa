import { unknownFields } from './output-table.ts';
import type { Columns, TableForm } from './output-table.ts';

/** What `-o` asks for, or what is wrong with it. A field that does not exist is always an error here. */
export function chosenForm(
  columns: Columns,
  isParsable: boolean,
  asked: string,
): TableForm | { readonly problem: string } {
  if (isParsable && asked === 'all') return { problem: "output field `all' invalid in parsable mode" };
  const fields = asked === 'all' ? Object.keys(columns) : asked.toLowerCase().split(',');
  const unknown = unknownFields(columns, fields);
  if (unknown.length === 0) return { fields, isParsable };
  const names = unknown.map((field) => `\`${field}'`).join(' ');
  return { problem: `unknown output field${unknown.length === 1 ? '' : 's'}: ${names}` };
}
