import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a door's folder holds beside the executables; see `door.ts`. */
export const requestsIn = (folder: string): string => join(folder, 'requests');
export const goneIn = (folder: string): string => join(folder, 'gone');

/** With what is around it, a call of this many characters stays below PIPE_BUF in any encoding. */
const CHARACTERS_MAX = 900;

/** Callers may have a PATH on which nothing else is found. */
export function mkfifoPath(): string {
  const found = spawnSync('sh', ['-c', 'command -v mkfifo'], { encoding: 'utf8' }).stdout.trim();
  if (!found.startsWith('/')) throw new Error('mkfifo is not installed');
  return found;
}

/** `'` ends a quoted text in sh, so it is written outside of one. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export const goneSentence = (name: string): string => `${name}: the host of this command is gone`;

/**
 * A program of sh that has its call carried out by the door's process. Everything but mkfifo is built into sh, which makes
 * it as quick as a real command. The request is one write, so that calls do not mix; the answer is sh that says it. The
 * order matters: whoever finds the door gone has been seen by its keeper, or sees that it is gone.
 */
export function executableText(name: string, folder: string, mkfifo: string): string {
  return `#!/bin/sh
door=${quoted(folder)}
gone() {
  echo ${quoted(goneSentence(name))} >&2
  exit 1
}
answer=$door/answer.$$
until ${quoted(mkfifo)} "$answer" 2>/dev/null; do
  [ -p "$answer" ] || gone
  answer=$answer.x
done
[ ! -e "$door/gone" ] || gone
all=$*
if [ "\${#all}" -le ${CHARACTERS_MAX} ]; then
  printf '%s\\0' "$answer" "$#" ${quoted(name)} "$@" 1<>"$door/requests"
else
  printf '%s\\0' ${quoted(name)} "$@" >"$answer.call"
  printf '%s\\0' "$answer" in-file 1<>"$door/requests"
fi
. "$answer"
`;
}
