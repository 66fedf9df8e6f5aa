/** Ends each word of a command: the one character that nobody writes in an address, and that no shell treats in a special way. */
const END = '\x1f';

/** Whole commands at a time; so many may hang before the next ones have to wait. */
const TOGETHER = 16;

/**
 * Reads commands as `commandLine` writes them and runs each. Words are cut off one by one, because splitting by IFS would
 * also expand `*` and, in some shells, `{a,b}`. Those that still run after two seconds are left to themselves, so that
 * one that hangs does not keep the others waiting; they are not ended, because their numbers may be others' by now.
 */
const SCRIPT = `
run() {
  (
    for line do
      (
        set --
        while [ -n "$line" ]; do
          set -- "$@" "\${line%%${END}*}"
          line=\${line#*${END}}
        done
        exec "$@"
      ) < /dev/null > /dev/null 2>&1 &
    done
    wait
  ) < /dev/null > /dev/null 2>&1 &
  batch=$!
  (sleep 1; sleep 1; kill -9 "$batch") < /dev/null > /dev/null 2>&1 &
  limit=$!
  wait "$batch" && kill -9 "$limit"
}
set --
while IFS= read -r line; do
  set -- "$@" "$line"
  [ $# -lt ${TOGETHER} ] || { run "$@"; set --; }
done
[ $# -eq 0 ] || run "$@"
`;

/** For `takeDown` of a guard whose lines are whole commands, made by `commandLine`. */
export const runEach: readonly [string, ...string[]] = ['sh', '-c', SCRIPT, 'sealbeat-take-down'];

/** The line that stands for this command. Throws on a word that a line cannot carry, or when there is none. */
export function commandLine(words: readonly string[]): string {
  if (words.length === 0 || words[0] === '') throw new Error('a command begins with a program');
  const odd = words.find((word) => /[\0\n\x1f]/.test(word));
  if (odd !== undefined)
    throw new Error(`a word of a command contains a line break, NUL or US: ${JSON.stringify(odd)}`);
  return words.map((word) => `${word}${END}`).join('');
}
