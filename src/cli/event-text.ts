import type { EventRecord } from '../core/report.ts';
import { printable } from '../system/printable.ts';

/** One transition on one line: when (UTC, so that the lines of two nodes can be merged), who, what, and the cause. */
export function eventText({ at, kind, subject, text, cause }: EventRecord): string {
  const when = `${at.slice(0, 23).replace('T', ' ')}Z`;
  const noun = kind === 'role' ? 'group' : kind;
  const who = subject === '' ? noun : `${noun} ${subject}`;
  return printable(`${when}  ${who}: ${text}${cause === '' ? '' : ` (${cause})`}`);
}
