const MAX_CHARACTERS = 120;

/** What the system says, in words that need no manual. Anything else is said as it came. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'closed by the other side',
  EPIPE: 'closed by the other side',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'host unreachable',
  EHOSTDOWN: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENETDOWN: 'network down',
  EADDRNOTAVAIL: 'no address here to ask from',
  EACCES: 'not permitted on this host',
  EPERM: 'not permitted on this host',
  EMFILE: 'too many open files here',
  ENFILE: 'too many open files here',
};

/** The few words for an error of a socket, of node:http or of our own. */
export function whatWentWrong(error: unknown): string {
  const { code = '', message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (code.startsWith('HPE_')) return 'answer is not HTTP';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return tlsFailed(message);
  return MEANINGS[code] ?? cut(message || code || 'failed without a word');
}

/** OpenSSL puts where in its source it was between colons; `wrong version number` is its name for anything but TLS. */
function tlsFailed(message: string): string {
  if (message.includes('wrong version number')) return 'answer is not TLS';
  const reason = /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1];
  return cut(reason === undefined ? 'TLS failed' : `TLS failed: ${reason}`);
}

/** The last line with something on it, and nothing that a terminal would act on. */
export function lastLine(text: string): string {
  return cut(
    text
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1) ?? '',
  );
}

/** Text from outside ends up in events and status, so it is kept short and on one line. */
export function cut(text: string): string {
  const characters = [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()];
  if (characters.length <= MAX_CHARACTERS) return characters.join('');
  return `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`;
}
