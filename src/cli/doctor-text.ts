import type { Finding, Level } from '../doctor/finding.ts';
import { printable } from '../system/printable.ts';
import { flow, pad, painter, widthOf, type Paint, type Tone } from './layout.ts';

export interface DoctorLook {
  readonly columns: number;
  readonly colour: boolean;
}

const MIN_COLUMNS = 40;
const TITLES: Readonly<Record<Level, string>> = {
  ok: 'in order',
  note: 'note',
  warning: 'WARNING',
  problem: 'PROBLEM',
};
const TONES: Readonly<Record<Level, Tone>> = {
  ok: 'good',
  note: 'heading',
  warning: 'warning',
  problem: 'bad',
};
const INDENT = '  ';
const LABEL_COLUMNS = 5;

/**
 * For people: first what is in order, one line each, then the rest, the worst last, where it is still on the screen; each
 * with why it matters and what to type. Commands stand on lines of their own, so that they can be copied.
 */
export function doctorText(findings: readonly Finding[], { columns, colour }: DoctorLook): string {
  const width = Math.max(MIN_COLUMNS, columns);
  const paint = painter(colour);
  const fine = findings.filter(({ level }) => level === 'ok');
  const rest = findings.filter(({ level }) => level !== 'ok');
  const blocks = [fineLines(fine, width, paint), ...rest.map((finding) => blockOf(finding, width, paint))];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function fineLines(findings: readonly Finding[], columns: number, paint: Paint): readonly string[] {
  if (findings.length === 0) return [];
  const label = Math.max(...findings.map(({ id }) => widthOf(id))) + 2;
  const lines = findings.flatMap(({ id, subject, what }) => {
    const text = printable(subject === '' ? what : `${subject}: ${what}`);
    return wrapped(text, {
      columns,
      first: `${INDENT}${pad(id, label)}`,
      indent: INDENT + ' '.repeat(label),
    });
  });
  return [paint(TONES.ok, TITLES.ok), ...lines];
}

function blockOf(
  { id, level, subject, what, why, fix }: Finding,
  columns: number,
  paint: Paint,
): readonly string[] {
  const text = printable(subject === '' ? what : `${subject}: ${what}`);
  const head = `${paint(TONES[level], TITLES[level])} ${id}: `;
  const label = (word: string): string => `${INDENT}${pad(word, LABEL_COLUMNS)}`;
  const behind = ' '.repeat(INDENT.length + LABEL_COLUMNS);
  return [
    ...wrapped(text, { columns, first: head, indent: INDENT }),
    ...(why === '' ? [] : wrapped(printable(why), { columns, first: label('why'), indent: behind })),
    // Not folded: half a command is none.
    ...(fix === ''
      ? []
      : fix.split('\n').map((line, at) => `${at === 0 ? label('do') : behind}${printable(line)}`)),
  ];
}

const wrapped = (
  text: string,
  { columns, first, indent }: { columns: number; first: string; indent: string },
): string[] => flow(text.split(' '), { columns, first, indent, separator: ' ' });

/** One line: how many of each, and what that means. */
export function verdict(findings: readonly Finding[]): string {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const [problems, warnings, notes] = [count('problem'), count('warning'), count('note')];
  const counted = [
    ...(problems > 0 ? [many(problems, 'problem')] : []),
    ...(warnings > 0 ? [many(warnings, 'warning')] : []),
    ...(notes > 0 ? [many(notes, 'note')] : []),
  ].join(', ');
  if (problems > 0) return `${counted}: this host can't be relied on as it is`;
  if (warnings > 0) return `no problem, ${counted}`;
  return `all is well${notes > 0 ? `, ${counted}` : ''}`;
}

const many = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
