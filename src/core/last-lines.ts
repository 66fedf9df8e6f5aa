/** Enough to see why a program failed, and little enough for one line of `sealbeat events`. */
const LINES_MAX = 4;
const CHARACTERS_MAX = 200;

/** Colours and the like, which mean nothing in a log. */
const TERMINAL_CODES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** The last lines that say something, in the order in which a failure is explained: what went wrong comes last. */
export function lastLines({
  stdout,
  stderr,
}: {
  readonly stdout: string;
  readonly stderr: string;
}): readonly string[] {
  return [...linesOf(stdout), ...linesOf(stderr)].slice(-LINES_MAX);
}

function linesOf(text: string): readonly string[] {
  return text
    .replace(TERMINAL_CODES, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '')
    .slice(-LINES_MAX)
    .map((line) => (line.length > CHARACTERS_MAX ? `${line.slice(0, CHARACTERS_MAX - 1)}…` : line));
}
