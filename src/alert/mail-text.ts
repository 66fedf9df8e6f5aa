import { oneLine } from './words.ts';
import type { AlertMessage } from './message.ts';

const COLUMNS = 76;
const LABEL_COLUMNS = 8;

export const subjectOf = ({ title }: AlertMessage, prefix: string): string => oneLine(`${prefix} ${title}`);

/** The mail for people: what happened in one sentence, then what is known of it, a line each. */
export function mailText(message: AlertMessage, lost: number): string {
  const { text, group, from, to, at, since, cause, epoch, gap, details, next, node, cluster } = message;
  const facts: readonly (readonly [label: string, value: string])[] = [
    ['Group', group],
    ['From', from],
    ['To', to],
    ['When', timeText(at)],
    ['Since', since === at ? '' : timeText(since)],
    ['Cause', cause],
    ['Epoch', epoch === 0 ? '' : String(epoch)],
    ['Gap', gap],
  ];
  const known = facts.filter(([, value]) => value !== '');
  return [
    ...wrapped(`${text}.`, 0, ''),
    '',
    ...known.flatMap(([label, value]) => labelled(label, value)),
    ...(details.length === 0 ? [] : ['', ...details.flatMap((line) => wrapped(line, 4, '  '))]),
    ...(lost === 0 ? [] : ['', ...wrapped(lostText(lost), 0, '')]),
    ...(next === '' ? [] : ['', ...labelled('Next', `${next}  (on ${node})`)]),
    '',
    '-- ',
    `sealbeat on ${node}, cluster ${cluster}`,
    '',
  ].join('\n');
}

const lostText = (lost: number): string =>
  `${lost} earlier ${lost === 1 ? 'message' : 'messages'} could not be delivered in time and ${lost === 1 ? 'was' : 'were'} dropped; "sealbeat events" has what happened.`;

const labelled = (label: string, value: string): readonly string[] =>
  wrapped(value, LABEL_COLUMNS, `${label}:`.padEnd(LABEL_COLUMNS));

/** Folded between words; whatever is longer than a line stays whole. */
function wrapped(text: string, indent: number, first: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of oneLine(text).split(/ (?! )/)) {
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = ' '.repeat(indent);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** As the clock on this host's wall shows it, and the same in UTC, which is the same for all readers. */
export function timeText(ms: number): string {
  const at = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  const east = -at.getTimezoneOffset();
  const offset = `${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${day} ${clock} ${offset} (${at.toISOString()})`;
}
