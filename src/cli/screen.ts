import type { Writable } from 'node:stream';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'; // the second page, no cursor, no wrapping
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/** Where a command writes what people look at: a terminal, or a pipe or file in its place. */
export interface Screen {
  readonly isTerminal: boolean;
  columns(): number;
  /** Settles when it was taken; 'gone' when the reader has closed the pipe. */
  write(text: string): Promise<'written' | 'gone'>;
  /** Makes a terminal's whole window show the text, cut at its height; a pipe gets it as it is. */
  show(text: string): Promise<'written' | 'gone'>;
  /** Gives a terminal its former content back, if `show` has taken it. */
  restore(): void;
  /** Returns what stops the listening. */
  onResize(listener: () => void): () => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A terminal, and neither NO_COLOR (no-color.org) nor TERM=dumb. */
export const wantsColour = ({
  isTTY,
  env,
}: {
  readonly isTTY: boolean;
  readonly env: Environment;
}): boolean => isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

/** Stdout, and the environment that says how it wants to be treated. */
export function screenOn(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  environment: Environment,
): Screen {
  const isTerminal = stream.isTTY === true;
  let taken = false;
  let gone = false;
  stream.on('error', () => (gone = true));

  const write = (text: string): Promise<'written' | 'gone'> =>
    new Promise((resolve) => {
      if (gone) return resolve('gone');
      stream.write(text, (error) => resolve(error ? 'gone' : 'written'));
    });
  const rows = (): number => stream.rows || DEFAULT_ROWS;
  return {
    isTerminal,
    columns: () => stream.columns || Number(environment['COLUMNS']) || DEFAULT_COLUMNS,
    write,
    show(text) {
      if (!isTerminal) return write(text);
      const enter = taken ? '' : ENTER;
      taken = true;
      // Each line is cleared just before it is written, and the window below the last one: no blank frame, no flicker.
      // Not behind its end: there the cursor may still stand on the last column.
      const lines = fitted(text, rows());
      const below = lines.length < rows() ? '\r\n\u001b[J' : '';
      return write(`${enter}\u001b[H${lines.map((line) => `\u001b[K${line}`).join('\r\n')}${below}`);
    },
    restore() {
      if (!taken || gone) return;
      taken = false;
      stream.write(LEAVE);
    },
    onResize(listener) {
      stream.on('resize', listener);
      return () => void stream.removeListener('resize', listener);
    },
  };
}

function fitted(text: string, rows: number): readonly string[] {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), `(${lines.length - rows + 1} more lines: make the window higher)`];
}
