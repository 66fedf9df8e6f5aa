import { wordWrap } from './word-wrap.ts';

const WIDTH = 80;
const MARGIN = 8;

/** Tells what happens, with the seconds since the beginning in front, in lines of 80 columns. */
export class Story {
  readonly #startedMs = performance.now();
  readonly #bold: (text: string) => string;

  constructor(isTerminal: boolean) {
    this.#bold = isTerminal ? (text) => `\u001b[1m${text}\u001b[0m` : (text) => text;
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1_000;
  }

  chapter(title: string): void {
    process.stdout.write(`\n${this.#bold(title)}\n`);
  }

  /** Something happened. */
  tell(text: string): void {
    const [first = '', ...more] = wordWrap(text, WIDTH - MARGIN);
    const at = this.seconds.toFixed(2).padStart(MARGIN - 2);
    process.stdout.write(`${at}  ${first}\n`);
    for (const line of more) process.stdout.write(`${' '.repeat(MARGIN + 2)}${line}\n`);
  }

  /** A command that is run, as a person would type it. */
  command(text: string): void {
    this.tell(`$ ${text}`);
  }
}
