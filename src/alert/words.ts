const CHARACTERS_MAX = 200;

/** The first words of what a server or a system said, on one line; it may be anything. */
export function firstWords(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > CHARACTERS_MAX ? `${line.slice(0, CHARACTERS_MAX)}…` : line;
}

/** What went wrong with a connection, in words without the name of a system call. */
export function whatWentWrong(error: unknown): string {
  if (!(error instanceof Error)) return firstWords(String(error));
  // Of a name with several addresses, the first failure stands for all.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code, message } = first as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'the connection was broken off';
  if (code === 'ETIMEDOUT') return 'no answer';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'no route to it';
  // Node adds advice for people who start Node themselves, behind a semicolon.
  return firstWords(message.split('; ')[0] ?? '');
}

/** Causes have words of peers, programs and servers in them: nothing of it may become a line or a header of its own. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
