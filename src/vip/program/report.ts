import type { ProgramReport } from '../options.ts';
import { endText, isDone, type ProgramEnd } from './run.ts';
import { shownWords } from '../../core/shown-words.ts';

const SHOWN_MAX = 4;

/** One report for all that went well in one call, since they are many when a group is large, and one for each failure. */
export function reportsOf(what: string, ends: readonly ProgramEnd[]): readonly ProgramReport[] {
  const done = ends.filter(isDone);
  const failures = ends.filter((end) => !isDone(end)).map((end) => reportOf(what, end));
  return done.length === 0 ? failures : [together(what, done), ...failures];
}

const reportOf = (what: string, end: ProgramEnd): ProgramReport => ({
  failed: true,
  text: `${what}: ${shownWords(end.call.words)}: ${endText(end)}`,
  cause: linesOf([end]),
});

const together = (what: string, ends: readonly ProgramEnd[]): ProgramReport => ({
  failed: false,
  text: `${what}: ${ends
    .slice(0, SHOWN_MAX)
    .map((end) => shownWords(end.call.words))
    .join('; ')}${ends.length > SHOWN_MAX ? `; and ${ends.length - SHOWN_MAX} more` : ''}: exit code 0`,
  cause: linesOf(ends),
});

const linesOf = (ends: readonly ProgramEnd[]): string =>
  ends
    .flatMap(({ lines }) => lines)
    .slice(-SHOWN_MAX)
    .join(' | ');
