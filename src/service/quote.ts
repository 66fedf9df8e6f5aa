const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word of a shell's command line, in every sh that our scripts are read by. */
export const shellWord = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ');

/** systemd.service(5), "Command lines": quotes, `%` for specifiers and `$` for variables. */
export function systemdLine(words: readonly string[]): string {
  const escaped = words.map((word) =>
    word.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('$', '$$$$'),
  );
  return escaped.map((word) => (/[\s"']/.test(word) ? `"${word.replaceAll('"', '\\"')}"` : word)).join(' ');
}

export const xmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
