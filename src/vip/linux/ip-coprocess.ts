import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Spawn } from '../../core/ports.ts';
import { after } from '../../core/units.ts';
import { showLine } from './ip-commands.ts';
import { ipFailure, ipMissing, ipFailed } from './ip-failed.ts';
import { type LinkState, parseLinkState, unreadable } from './ip-json.ts';
import { type LineFailure, startIp, type IpProgram } from './ip-program.ts';

/**
 * At most this many bytes are written before ip has answered for all of them. One write of this size is taken by the
 * kernel whole or not at all, and when the agent is killed only so much can still be waiting to be run.
 */
const CHUNK_BYTES_MAX = 4_000;
/** What a look at a number that is no longer there prints, as if that were a success. */
const NOTHING = '[]';

/** One `ip -batch` that stays: a command costs no fork, which may be what fails when memory is short. */
export interface IpCoprocess {
  /**
   * Runs the lines in order and returns those that failed. Nothing more is written once `timeoutMs` have passed since
   * the call, however long this process was asleep in between. Throws OperatorError when it cannot tell what was done.
   */
  change(lines: readonly string[], limit: { timeoutMs: number }): Promise<readonly LineFailure[]>;
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
  /** Called with the process id of each program that is started. */
  readonly onStart: (pid: number) => void;
}

export function ipCoprocess({ spawn, clock, program, onStart }: IpCoprocessOptions): IpCoprocess {
  let running: IpProgram | undefined;
  let closed = false;
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
    lines: readonly string[],
    leftMs: () => number,
  ): Promise<readonly LineFailure[]> => {
    const failures: LineFailure[] = [];
    for (const chunk of chunks(lines)) failures.push(...(await exchange(chunk, false, leftMs)).failures);
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

  return {
    change: (lines, { timeoutMs }) =>
      inTurn(timeoutMs, (leftMs) =>
        withFreshNumbers(
          (failures) => failures.some(({ text }) => ipFailure(text) === 'no-interface'),
          () => changeOnce(lines, leftMs),
        ),
      ),
    show: (link, { timeoutMs }) =>
      inTurn(timeoutMs, async (leftMs) => {
        const line = showLine(link);
        const shown = await withFreshNumbers(
          (answer) =>
            answer === undefined || answer === NOTHING || parseLinkState(answer, link).name !== link,
          async () => {
            const { failures, answer } = await exchange([line], true, leftMs);
            const [failure] = failures;
            if (failure === undefined) return answer;
            if (ipFailure(failure.text) === 'no-interface') return undefined;
            throw ipFailed(line, failure.text);
          },
        );
        if (shown === undefined) return undefined;
        const state = parseLinkState(shown, link);
        if (state.name !== link) throw unreadable(link, shown);
        return state;
      }),
    prepare: () => void use(),
    async close() {
      closed = true;
      await queue;
      const last = running;
      running = undefined;
      await last?.close(clock);
    },
  };
}

function* chunks(lines: readonly string[]): Generator<readonly string[]> {
  let chunk: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (bytes + line.length + 1 > CHUNK_BYTES_MAX && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
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
