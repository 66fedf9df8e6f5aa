import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * `json` for programs; `colour` and `text` for people at a terminal; `dated` for a file that people read; `journal` and
 * `syslog` for those who note the time themselves, the first with the priority that journald takes from a line (sd-daemon(3)).
 */
export type LogForm = 'json' | 'colour' | 'text' | 'dated' | 'journal' | 'syslog';

export const LOG_FORMATS = ['auto', 'json', 'text', 'journal', 'syslog'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What can be seen of who reads stderr. */
export interface Reader {
  readonly isTerminal: boolean;
  /** Device and inode of stderr, as in systemd's JOURNAL_STREAM; empty when they cannot be told. */
  readonly stream: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function logForm(format: LogFormat, { isTerminal, stream, environment }: Reader): LogForm {
  const people = !isTerminal ? 'dated' : (environment['NO_COLOR'] ?? '') === '' ? 'colour' : 'text';
  if (format === 'text') return people;
  if (format !== 'auto') return format;
  if (isTerminal) return people;
  // Both stay set for whoever is started by a service, and only the first says that it is about this very stderr.
  if (stream !== '' && environment['JOURNAL_STREAM'] === stream) return 'journal';
  return (environment['SMF_FMRI'] ?? '') === '' ? 'json' : 'dated';
}

export function readerOf(environment: Reader['environment'], fd = 2): Reader {
  return { isTerminal: isatty(fd), stream: streamOf(fd), environment };
}

function streamOf(fd: number): string {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return ''; // started with stderr closed
  }
}
