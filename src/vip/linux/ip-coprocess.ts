import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Spawn } from '../../core/ports.ts';
import { after } from '../../core/units.ts';
import { showLine } from './ip-commands.ts';
import { ipFailure, ipMissing, ipFailed } from './ip-failed.ts';
import { type LinkState, parseLinkState, unreadable } from './ip-json.ts';
import { type LineFailure, startIp, type IpProgram } from './ip-program.ts';

/** A tenth of what a socket takes at once: one write of this size is taken whole or not at all. */
const CHUNK_BYTES_MAX = 16_000;
/** So that ip has something to do while the next is made. */
const FIRST_CHUNK_BYTES_MAX = 2_000;
/**
 * At most so many are written that ip has not answered for: while it runs one, the next one waits for it, however busy the
 * host is. When the agent is killed only so much can still be waiting to be run.
 */
const CHUNKS_AHEAD_MAX = 2;
/**
 * ip forgets to free what the kernel answers to a change: 4 kB of memory and 32 kB of address space for each (iproute2 6.1),
 * a gigabyte a day for one VIP. So it is replaced after so many lines, when there is nothing to do.
 */
const LINES_MAX = 4_000;
const REPLACED_AFTER_MS = 100;
/** What a look at a number that is no longer there prints, as if that were a success. */
const NOTHING = '[]';

/** One `ip -batch` that stays: a command costs no fork, which may be what fails when memory is short. */
export interface IpCoprocess {
  /**
   * Runs the lines in order and returns those that failed; asks for them as they are needed, perhaps twice. Nothing more
   * is written once `timeoutMs` have passed since the call, however long this process was asleep in between. Throws
   * OperatorError when it cannot tell what was done.
   */
  change(lines: Iterable<string>, limit: { timeoutMs: number }): Promise<readonly LineFailure[]>;
  /** Undefined when there is no such interface. Throws OperatorError when it cannot tell. */
  show(link: string, limit: { timeoutMs: number }): Promise<LinkState | undefined>;
  /** Starts the program now, so that the first command need not wait for it. */
  prepare(): void;
  close(): Promise<void>;
}

export interface IpCoprocessOptions {
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly program: string;
  /**
   * What `show` prints: the interface with its addresses, unless said otherwise. One program cannot do both: after its
   * first `link show`, ip prints no addresses any more, as if there were none.
   */
  readonly shows?: (link: string) => string;
  /** Called with the process id of each program that is started. */
  readonly onStart: (pid: number) => void;
}

export function ipCoprocess(options: IpCoprocessOptions): IpCoprocess {
  const { spawn, clock, program, shows = showLine, onStart } = options;
  let running: IpProgram | undefined;
  let closed = false;
  let cancelReplacing: (() => void) | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const start = (): IpProgram => {
    const started = startIp(spawn, program, () => {
      if (running !== started) return;
      running = undefined;
      // Again at once, while there is nothing urgent to do; one that never answered would only fail again.
      if (started.answers > 0 && !closed) running = start();
    });
    if (started.pid !== undefined) onStart(started.pid);
    return started;
  };
  const use = (): IpProgram => {
    if (closed)
      throw new OperatorError('VIP_FAILED', 'the adapter is closed', { hint: 'start the agent again' });
    return (running ??= start());
  };
  const discard = () => {
    running?.kill();
    running = undefined;
  };

  /** The next one is there before this one goes: starting a program is what fails when memory is short. */
  const replaceIfWorn = () => {
    if (cancelReplacing !== undefined || (running?.linesWritten ?? 0) < LINES_MAX) return;
    cancelReplacing = clock.wakeAt(after(clock.nowMs(), REPLACED_AFTER_MS), () => {
      queue = queue.then(() => {
        cancelReplacing = undefined;
        if (closed || running === undefined) return;
        const next = start();
        if (next.pid === undefined) return;
        void running.close(clock);
        running = next;
      });
    });
  };

  /** Calls one after another, each with the time that is left of its own. */
  const inTurn = <T>(timeoutMs: number, work: (leftMs: () => number) => Promise<T>): Promise<T> => {
    const deadline = after(clock.nowMs(), timeoutMs);
    const turn = queue.then(() => work(() => deadline - clock.nowMs()));
    queue = turn.catch(() => {});
    return turn;
  };

  const exchange = async (lines: readonly string[], wantsAnswer: boolean, leftMs: () => number) => {
    const left = leftMs();
    if (left <= 0) throw timedOut(lines);
    const ip = use();
    let cancel = () => {};
    const timeout = new Promise<never>((_, reject) => {
      cancel = clock.wakeAt(after(clock.nowMs(), left), () => {
        if (running === ip) discard();
        reject(timedOut(lines));
        if (!closed) running ??= start();
      });
    });
    try {
      const outcome = await Promise.race([ip.exchange(lines, wantsAnswer), timeout]);
      if (outcome.kind === 'answered') return outcome;
      if (running === ip) discard();
      if (outcome.missing) throw ipMissing(program);
      throw ipFailed(summary(lines), outcome.text === '' ? 'it ended without a word' : outcome.text);
    } finally {
      cancel();
    }
  };

  const changeOnce = async (
    lines: Iterable<string>,
    leftMs: () => number,
  ): Promise<readonly LineFailure[]> => {
    const failures: LineFailure[] = [];
    const ahead: ReturnType<typeof exchange>[] = [];
    const readNext = async () => failures.push(...((await ahead.shift())?.failures ?? []));
    for (const chunk of chunks(lines)) {
      if (ahead.length === CHUNKS_AHEAD_MAX) await readNext();
      const answer = exchange(chunk, false, leftMs);
      answer.catch(() => {}); // the first one that fails is told, when its turn to be read comes
      ahead.push(answer);
    }
    while (ahead.length > 0) await readNext();
    replaceIfWorn();
    return failures;
  };

  /**
   * ip remembers the number behind each interface name for as long as it runs. After an interface was made anew, or
   * two swapped their names, that memory is wrong: a new program asks again.
   */
  const withFreshNumbers = async <T>(
    looksStale: (result: T) => boolean,
    work: () => Promise<T>,
  ): Promise<T> => {
    const wasFresh = running === undefined || running.answers === 0;
    const result = await work();
    if (!looksStale(result)) return result;
    discard();
    return wasFresh ? result : work();
  };

  const show: IpCoprocess['show'] = (link, { timeoutMs }) =>
    inTurn(timeoutMs, async (leftMs) => {
      const line = shows(link);
      const shown = await withFreshNumbers(
        (found) => found?.state?.name !== link,
        async () => {
          const { failures, answer } = await exchange([line], true, leftMs);
          const [failure] = failures;
          if (failure === undefined)
            return { answer, state: answer === NOTHING ? undefined : parseLinkState(answer, link) };
          if (ipFailure(failure.text) === 'no-interface') return undefined;
          throw ipFailed(line, failure.text);
        },
      );
      if (shown === undefined) return undefined;
      if (shown.state?.name !== link) throw unreadable(link, shown.answer);
      return shown.state;
    });

  return {
    change: (lines, { timeoutMs }) =>
      inTurn(timeoutMs, (leftMs) =>
        withFreshNumbers(
          (failures) => failures.some(({ text }) => ipFailure(text) === 'no-interface'),
          () => changeOnce(lines, leftMs),
        ),
      ),
    show,
    prepare: () => void use(),
    async close() {
      closed = true;
      cancelReplacing?.();
      await queue;
      const last = running;
      running = undefined;
      await last?.close(clock);
    },
  };
}

function* chunks(lines: Iterable<string>): Generator<readonly string[]> {
  let chunk: string[] = [];
  let bytes = 0;
  let bytesMax = FIRST_CHUNK_BYTES_MAX;
  for (const line of lines) {
    if (bytes + line.length + 1 > bytesMax && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
      bytesMax = CHUNK_BYTES_MAX;
    }
    chunk.push(line);
    bytes += line.length + 1;
  }
  if (chunk.length > 0) yield chunk;
}

function summary([first, ...rest]: readonly string[]): string {
  return rest.length === 0 ? (first ?? '') : `${first} (and ${rest.length} more)`;
}

function timedOut(lines: readonly string[]): OperatorError {
  return new OperatorError('TOOL_TIMEOUT', `ip ${summary(lines)}: no answer in time`, {
    hint: 'the host is overloaded, or the agent was stopped meanwhile; see `dmesg` and the load',
  });
}
