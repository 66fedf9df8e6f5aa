import { type Clock, type Spawn } from '../../core/ports.ts';
import { after } from '../../core/units.ts';

/** How long it may take to end after its input was closed. */
const END_MS = 1_000;
/** No object of ip begins like this, so ip refuses it. */
const FENCE = 'sealbeat-fence';
/** Lines kept for an error message; BusyBox names itself in the first of its usage text. */
const WORDS_MAX = 100;

/** What ip said of one line. */
export interface LineFailure {
  readonly line: string;
  readonly text: string;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly failures: readonly LineFailure[]; readonly answer: string }
  | { readonly kind: 'ended'; readonly missing: boolean; readonly text: string };

export interface IpProgram {
  readonly pid: number | undefined;
  /** Exchanges completed so far. */
  readonly answers: number;
  /** Lines that it was given so far. */
  readonly linesWritten: number;
  /**
   * Runs the lines after those of the exchanges that are under way. `wantsAnswer`: the lines print exactly one line of
   * JSON; such an exchange is under way alone. Never rejects.
   */
  exchange(lines: readonly string[], wantsAnswer: boolean): Promise<Outcome>;
  kill(): void;
  close(clock: Clock): Promise<void>;
}

/**
 * `ip -force -batch -` runs each line as it arrives and says nothing when it worked. So every exchange ends with a
 * fence: a word that is no object of ip. It refuses that on stderr and goes on, without a kernel call. Because errors and
 * fence come through one pipe they cannot overtake each other. After each failing line ip prints `Command failed -:N`,
 * N counted from its start: so we know the fence whatever the words are, and which line other words belong to.
 */
export function startIp(spawn: Spawn, program: string, onEnd: () => void): IpProgram {
  let linesWritten = 0;
  let answers = 0;
  let words: string[] = [];
  /** Under way, the oldest first. */
  let current: readonly Exchange[] = [];
  let ended: Outcome | undefined;
  const endings: (() => void)[] = [];

  const settleIfComplete = (exchange: Exchange) => {
    const { wantsAnswer, failures, answer, fenced, settle } = exchange;
    if (!fenced || (wantsAnswer && answer === undefined && failures.length === 0)) return;
    current = current.filter((other) => other !== exchange);
    answers += 1;
    settle({ kind: 'answered', failures, answer: answer ?? '' });
  };

  const child = spawn.start(program, ['-json', '-force', '-batch', '-'], {
    onStdout(line) {
      const [exchange] = current;
      if (exchange === undefined) return;
      exchange.answer = line;
      settleIfComplete(exchange);
    },
    onStderr(line) {
      const failedLine = /^Command failed -:(\d+)$/.exec(line)?.[1];
      const exchange = current.find(({ lastLine }) => Number(failedLine) <= lastLine);
      if (exchange === undefined) {
        if (words.length < WORDS_MAX) words.push(line);
        return;
      }
      const text = words.join('\n');
      words = [];
      const place = Number(failedLine) - exchange.lastLine + exchange.lines.length;
      if (place === exchange.lines.length) exchange.fenced = true;
      else exchange.failures.push({ line: exchange.lines[place] ?? '', text });
      settleIfComplete(exchange);
    },
    onEnd({ missing }) {
      const outcome: Outcome = { kind: 'ended', missing, text: words.join('\n') };
      ended = outcome;
      current.forEach(({ settle }) => settle(outcome));
      current = [];
      endings.forEach((done) => done());
      onEnd();
    },
  });

  return {
    pid: child.pid,
    get answers() {
      return answers;
    },
    get linesWritten() {
      return linesWritten;
    },
    exchange: (lines, wantsAnswer) =>
      new Promise((settle) => {
        if (ended !== undefined) return settle(ended);
        if (current.length === 0) words = []; // warnings of an earlier line that did not fail
        linesWritten += lines.length + 1;
        const exchange = { lines, wantsAnswer, lastLine: linesWritten, settle };
        current = [...current, { ...exchange, failures: [], answer: undefined, fenced: false }];
        // A write that fails means that it has ended, which onEnd reports with its last words.
        child.write(`${lines.join('\n')}\n${FENCE}\n`).catch(() => {});
      }),
    kill: () => child.kill(),
    close: (clock) =>
      new Promise((resolve) => {
        if (ended !== undefined) return resolve();
        const cancel = clock.wakeAt(after(clock.nowMs(), END_MS), () => child.kill());
        endings.push(() => {
          cancel();
          resolve();
        });
        child.endInput();
      }),
  };
}

interface Exchange {
  readonly lines: readonly string[];
  readonly wantsAnswer: boolean;
  /** The number of its fence. */
  readonly lastLine: number;
  readonly failures: LineFailure[];
  answer: string | undefined;
  fenced: boolean;
  readonly settle: (outcome: Outcome) => void;
}
