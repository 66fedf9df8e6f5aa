/** Columns of the table that `ipadm` and `dladm` print, with their width for people. */
export type Columns = Readonly<Record<string, number>>;
export type Row = Readonly<Record<string, string>>;

const ROWS_UNDER_A_HEADER = 24;

export interface TableForm {
  /** As given with `-o`. */
  readonly fields: readonly string[];
  readonly isParsable: boolean;
}

/** The fields asked for that do not exist. */
export const unknownFields = (columns: Columns, fields: readonly string[]): readonly string[] =>
  fields.filter((field) => !(field in columns));

export function tableText(columns: Columns, rows: readonly Row[], { fields, isParsable }: TableForm): string {
  if (isParsable) return rows.map((row) => `${parsableLine(row, fields)}\n`).join('');
  const header = Object.fromEntries(fields.map((field) => [field, field.toUpperCase()]));
  const lines = rows.flatMap((row, at) => (at % ROWS_UNDER_A_HEADER === 0 ? [header, row] : [row]));
  return lines.map((row) => `${paddedLine(columns, row, fields)}\n`).join('');
}

/** A field that stands alone is not escaped, because nothing has to be told apart. */
function parsableLine(row: Row, fields: readonly string[]): string {
  const values = fields.map((field) => row[field] ?? '');
  return values.length === 1
    ? values.join('')
    : values.map((value) => value.replace(/[:\\]/g, '\\$&')).join(':');
}

function paddedLine(columns: Columns, row: Row, fields: readonly string[]): string {
  return fields
    .map((field, at) => {
      const value = row[field] === undefined || row[field] === '' ? '--' : row[field];
      return at === fields.length - 1 ? value : value.padEnd(columns[field] ?? 0);
    })
    .join('');
}
