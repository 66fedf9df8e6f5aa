import { OperatorError } from '../core/errors.ts';
import { type Child, type Clock, type Spawn } from '../core/ports.ts';
import { type MonoMs, after, MINUTE_MS, SECOND_MS } from '../core/units.ts';

/**
 * Reads a set of lines at a time: `+LINE` for each, `w PID …`, then `=NUMBER`, which makes that set the valid one and
 * is answered with the number. A set that was cut off is never valid. When its input ends, because the agent is gone in
 * whatever way, it pipes the valid set into its arguments.
 *
 * The programs under `w` get commands from the agent and may have some left to run, an addition among them: they are
 * ended first, unless the number has gone to another program meanwhile. The second run is for an addition that the
 * kernel was busy with. Signals are ignored because Ctrl-C and a stop of the service reach the agent, which decides.
 */
const SCRIPT = `
trap '' INT TERM HUP QUIT PIPE
held= next= writers=
while IFS= read -r line; do
  case $line in
    +*) next="$next\${line#+}
" ;;
    w*) writers=\${line#w} ;;
    =*) held=$next next=; echo "\${line#=}" ;;
  esac
done
[ -n "$held" ] || exit 0
for pid in $writers; do
  name=
  { read -r name < "/proc/$pid/comm"; } 2> /dev/null
  [ "$name" = "\${1##*/}" ] && kill -9 "$pid"
done
printf %s "$held" | "$@"
printf %s "$held" | "$@"
`;

const ANSWER_MS = SECOND_MS;
/** How long `close` waits for it to take down what it holds. */
const END_MS = 5 * SECOND_MS;
const RESTARTS_MAX = 5;
const RESTARTS_WITHIN_MS = MINUTE_MS;

/** A child that outlives the agent by as long as it takes to run the lines that it holds. */
export interface Guard {
  /** Adds lines to those that it runs; settles when it has confirmed that. Throws OperatorError. */
  hold(lines: readonly string[]): Promise<void>;
  /** Takes lines out again. Throws OperatorError. */
  drop(lines: readonly string[]): Promise<void>;
  /** Names the program that the agent writes its commands to. */
  setWriter(pid: number): void;
  /** Starts it now, so that the first VIP need not wait for it. */
  prepare(): void;
  pid(): number | undefined;
  /** Ends its input, which makes it run what it holds; settles when it has ended. */
  close(): Promise<void>;
}

export interface GuardOptions {
  readonly spawn: Spawn;
  readonly clock: Clock;
  /** Program and arguments that take down what its stdin names, line by line. */
  readonly takeDown: readonly [string, ...string[]];
  readonly onProblem: (problem: OperatorError) => void;
  readonly shell?: readonly [string, ...string[]];
}

export function guard({ spawn, clock, takeDown, onProblem, shell = ['sh'] }: GuardOptions): Guard {
  const held = new Set<string>();
  let writer: number | undefined;
  let running: RunningGuard | undefined;
  let closed = false;
  let queue: Promise<unknown> = Promise.resolve();
  let restarts: MonoMs[] = [];

  const use = (): RunningGuard => (running ??= start());

  const start = (): RunningGuard => {
    const [file, ...args] = shell;
    const started = startGuard(spawn, file, [...args, '-c', SCRIPT, 'sealbeat-guard', ...takeDown], () => {
      if (running !== started) return;
      running = undefined;
      if (held.size > 0 && !closed) startAgain();
    });
    return started;
  };

  /** Somebody ended it while it was needed. Bounded, because whoever did that may do it every time. */
  const startAgain = () => {
    const now = clock.nowMs();
    restarts = [...restarts.filter((at) => now - at < RESTARTS_WITHIN_MS), now];
    if (restarts.length > RESTARTS_MAX) {
      onProblem(
        new OperatorError('VIP_FAILED', `the guard process ended ${restarts.length} times within a minute`, {
          hint: 'find out what ends it; until then a killed agent leaves its VIPs to the lease',
        }),
      );
      return;
    }
    inTurn(sync).catch((problem: unknown) => {
      if (problem instanceof OperatorError) onProblem(problem);
      else throw problem;
    });
  };

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };

  const sync = async (): Promise<void> => {
    if (closed) return;
    if ((await tryOnce()) || (await tryOnce())) return;
    throw new OperatorError('VIP_FAILED', `the guard process (${shell[0]}) does not answer`, {
      hint: `see whether \`${shell[0]} -c true\` works; without it a killed agent leaves its VIPs to the lease`,
    });
  };
  const tryOnce = async (): Promise<boolean> => {
    const child = use();
    const answered = await child.commit([...held], writer, clock);
    if (!answered && running === child) {
      running = undefined;
      child.kill();
    }
    return answered;
  };

  return {
    hold(lines) {
      lines.forEach((line) => held.add(line));
      return inTurn(sync);
    },
    drop(lines) {
      lines.forEach((line) => held.delete(line));
      // A guard that never ran holds nothing.
      return running === undefined && held.size === 0 ? Promise.resolve() : inTurn(sync);
    },
    setWriter(pid) {
      writer = pid;
      if (running !== undefined && held.size > 0) inTurn(sync).catch(() => {}); // the next hold reports a guard that fails
    },
    prepare: () => void use(),
    pid: () => running?.pid,
    async close() {
      await queue;
      closed = true;
      await running?.close(clock);
    },
  };
}

/** For a VIP that shall outlive this process, as by hand. */
export const noGuard: Guard = {
  hold: () => Promise.resolve(),
  drop: () => Promise.resolve(),
  setWriter: () => {},
  prepare: () => {},
  pid: () => undefined,
  close: () => Promise.resolve(),
};

interface RunningGuard {
  readonly pid: number | undefined;
  /** False when it ended or stayed silent. */
  commit(lines: readonly string[], writer: number | undefined, clock: Clock): Promise<boolean>;
  kill(): void;
  close(clock: Clock): Promise<void>;
}

function startGuard(spawn: Spawn, file: string, args: readonly string[], onEnd: () => void): RunningGuard {
  let commits = 0;
  let awaited: { readonly number: string; readonly settle: (answered: boolean) => void } | undefined;
  let ended = false;
  const endings: (() => void)[] = [];

  const child: Child = spawn.start(
    file,
    args,
    {
      onStdout(line) {
        if (line === awaited?.number) awaited.settle(true);
      },
      onEnd() {
        ended = true;
        awaited?.settle(false);
        endings.forEach((done) => done());
        onEnd();
      },
    },
    { detached: true },
  );

  return {
    pid: child.pid,
    commit: (lines, writer, clock) =>
      new Promise((resolve) => {
        if (ended) return resolve(false);
        const number = String((commits += 1));
        const cancel = clock.wakeAt(after(clock.nowMs(), ANSWER_MS), () => awaited?.settle(false));
        awaited = {
          number,
          settle(answered) {
            cancel();
            awaited = undefined;
            resolve(answered);
          },
        };
        const text = lines.map((line) => `+${line}\n`).join('');
        child.write(`${text}w ${writer ?? ''}\n=${number}\n`).catch(() => {}); // onEnd answers
      }),
    kill: () => child.kill(),
    close: (clock) =>
      new Promise((resolve) => {
        if (ended) return resolve();
        // It is left to itself after that: ending it would leave the VIPs.
        const cancel = clock.wakeAt(after(clock.nowMs(), END_MS), resolve);
        endings.push(() => {
          cancel();
          resolve();
        });
        child.endInput();
      }),
  };
}
