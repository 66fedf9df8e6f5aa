import { median } from './row.ts';
import type { Row } from './row.ts';
import type { Scenario } from './scenario.ts';

function digits(value: number, unit: Row['unit']): string {
  if (unit === '%') return value.toFixed(3);
  return value.toFixed(0);
}

/** `293 [250 .. 347]` for several values, the value for one, and what could not be resolved as `< 6`. */
export function cellOf({ values, unit, resolution, note, failedRuns = 0 }: Row): string {
  const shown = (value: number): string =>
    resolution !== undefined && value < resolution ? `< ${resolution}` : digits(value, unit);
  const notes = [note, failedRuns > 0 ? `${failedRuns} runs failed` : undefined].filter(
    (each) => each !== undefined,
  );
  const beside = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  if (values.length === 0) return `-${beside}`;
  if (values.length === 1) return shown(median(values)) + beside;
  return `${shown(median(values))} [${shown(Math.min(...values))} .. ${shown(Math.max(...values))}]${beside}`;
}

/** A heading, how it was measured, and one line per quantity with the contenders side by side. */
export function tableOf({ title, method }: Scenario, rows: readonly Row[]): string {
  const contenders = [...new Set(rows.map((row) => row.contender))];
  const measures = [...new Set(rows.map((row) => `${row.measure}, ${row.unit}`))];
  const runs = Math.max(0, ...rows.map((row) => row.values.length));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = measures.map((measure) => {
    const found = (contender: string): Row | undefined =>
      rows.find((row) => row.contender === contender && `${row.measure}, ${row.unit}` === measure);
    return line([
      measure,
      ...contenders.map((contender) => {
        const row = found(contender);
        return row === undefined ? '' : cellOf(row);
      }),
    ]);
  });
  const heading = [`## ${title}`, '', method, runs > 1 ? `Median [smallest .. largest] of ${runs}.` : '', ''];
  if (rows.length === 0) return [...heading, 'Nothing could be measured here.', ''].join('\n');
  return [
    ...heading,
    line(['', ...contenders]),
    line(['---', ...contenders.map(() => '---')]),
    ...body,
    '',
  ].join('\n');
}
