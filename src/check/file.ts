import type { FileQuestion } from '../core/checks/settings.ts';
import type { CheckAnswer } from '../core/checks/standing.ts';
import { codeOf, readSome } from './read-some.ts';
import { bad, good, oneLine, unclear } from './words.ts';

const BYTES_MAX = 4_096;
const NUMBER_MAX = 254;
const SHOWN_CHARACTERS = 40;

type Read = (path: string, bytesMax: number) => Promise<string>;

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by the daemon',
  EAGAIN: 'is a pipe that nobody has written to',
  ENXIO: 'is a socket',
};

export async function askFile({ file, is }: FileQuestion, read: Read = readSome): Promise<CheckAnswer> {
  try {
    const content = (await read(file, BYTES_MAX)).trim();
    return is === undefined ? numberIn(content) : comparison(content, is);
  } catch (error) {
    const code = codeOf(error);
    const why = `${file} ${WHY_NOT[code] ?? `cannot be read: ${code}`}`;
    if (is === undefined) return { said: 'unknown', text: oneLine(why) };
    return code === 'ENOENT' || code === 'ENOTDIR' ? bad(why) : unclear(why);
  }
}

const shown = (content: string): string => {
  const line = oneLine(content);
  return content === ''
    ? 'nothing'
    : `"${line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line}"`;
};

const comparison = (content: string, is: string): CheckAnswer =>
  content === is ? good(`is "${is}"`) : bad(`is ${shown(content)}, not "${is}"`);

/** As keepalived takes them: anything else is no number, and adds nothing. */
function numberIn(content: string): CheckAnswer {
  const number = Number(content);
  if (!/^[+-]?\d{1,3}$/.test(content) || Math.abs(number) > NUMBER_MAX) {
    const text = `is ${shown(content)}, not a whole number from -${NUMBER_MAX} to ${NUMBER_MAX}`;
    return { said: 'unknown', text: oneLine(text) };
  }
  // The sign of zero is no news.
  return { said: 'good', number: number === 0 ? 0 : number, text: content };
}
