import { OperatorError } from '../../core/errors.ts';
import { type Child, type Clock, type Spawn } from '../../core/ports.ts';
import { type MonoMs, after, MINUTE_MS, SECOND_MS } from '../../core/units.ts';

/**
 * Reads a set of lines at a time: `+LINE` for each, then `=NUMBER`, which makes that set the valid one and is answered
 * with the number. A set that was cut off is never valid. When its input ends, because the agent is gone in whatever
 * way, it pipes the valid set into its arguments.
 *
 * `c PID …` names the agent's other children that run the same program. One of them gets commands from the agent and
 * may have some left to run, an addition among them; another would wait for the next event before it notices that
 * nobody listens. They are ended first, unless a number has gone to another program meanwhile. The second run is for an
 * addition that the kernel was busy with. Signals are ignored because Ctrl-C and a stop of the service reach the agent,
 * which decides.
 */
const SCRIPT = `
trap '' INT TERM HUP QUIT PIPE
held= next= children=
while IFS= read -r line; do
  case $line in
    +*) next="$next\${line#+}
" ;;
    c*) children=\${line#c} ;;
    =*) held=$next next=; echo "\${line#=}" ;;
  esac
done
for pid in $children; do
  name=
  { read -r name < "/proc/$pid/comm"; } 2> /dev/null
  [ "$name" = "\${1##*/}" ] && kill -9 "$pid"
done
[ -n "$held" ] || exit 0
printf %s "$held" | "$@"
printf %s "$held" | "$@"
`;

const ANSWER_MS = SECOND_MS;
/** How long `close` waits for it to take down what it holds. */
const END_MS = 5 * SECOND_MS;
const RESTARTS_MAX = 5;
const RESTARTS_WITHIN_MS = MINUTE_MS;

/**
 * A child that outlives the agent by as long as it takes to run the lines that it holds. It runs them when the agent is
 * gone, and with `silence` also when a lease has passed without a renewal, whatever state the agent is in: it then stands
 * for a lease of the kernel. Lines that were held together are renewed and run together, and have a lease of their own.
 *
 * Not covered: a guard that is stopped (SIGSTOP) together with the agent, and a host that sleeps, whose clock stands still.
 */
export interface Guard {
  /**
   * Holds these lines from now on, wherever they were held before; settles when the guard has confirmed that. Throws
   * OperatorError. 0 seconds: only the agent's end counts. What another process left is taken over, see `leave`.
   */
  hold(lines: readonly string[], leaseSeconds?: number): Promise<void>;
  /**
   * Starts their lease anew; settles when the guard has confirmed that. After the last renewal that did, they are run
   * after `leaseSeconds`, and within one second more. Throws OperatorError when the guard is gone or does not answer (one
   * is started again by then, so the next renewal may succeed), or when it has run them.
   */
  renew(lines: readonly string[], leaseSeconds: number): Promise<void>;
  /** Takes lines out again. Never rejects: a guard that does not answer is ended, so that none holds them any more. */
  drop(lines: readonly string[]): Promise<void>;
  /**
   * For a restart: from now on they are run after `leaseSeconds`, and within one second more, whatever becomes of this
   * process, unless the guard of another process with the same `notes` holds them by then. Throws OperatorError when that
   * cannot be had; then they are held as before.
   */
  leave(lines: readonly string[], leaseSeconds: number): Promise<void>;
  /** Names the agent's other children that run the program which takes down. Linux only. */
  setChildren(pids: readonly number[]): void;
  /** Starts it now, so that the first VIP need not wait for it. */
  prepare(): void;
  pid(): number | undefined;
  /** Ends its input, which makes it run what it holds; settles when it has ended. */
  close(): Promise<void>;
}

export interface GuardOptions {
  readonly spawn: Spawn;
  readonly clock: Clock;
  /** Program and arguments that take down what its stdin names, line by line; `runEach` where lines are commands. */
  readonly takeDown: readonly [string, ...string[]];
  readonly onProblem: (problem: OperatorError) => void;
  readonly shell?: readonly [string, ...string[]];
  /** Leases count. Without it a guard sees only the end of the agent, and keeps no time. */
  readonly silence?: boolean;
  /** These lines were run because nobody renewed them. They are no longer held. */
  readonly onFired?: (lines: readonly string[]) => void;
  /** Folder where `leave` writes what it leaves, for the next process to find; without it `leave` throws. */
  readonly notes?: string;
}

export function guard({ spawn, clock, takeDown, onProblem, shell = ['sh'] }: GuardOptions): Guard {
  const held = new Set<string>();
  let children: readonly number[] = [];
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
    started.tellChildren(children);
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
    void inTurn(sync).catch(report);
  };

  const report = (problem: unknown) => {
    if (!(problem instanceof OperatorError)) throw problem;
    onProblem(problem);
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
    const answered = await child.commit([...held], clock);
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
    async renew() {
      throw unsupported('a lease');
    },
    async leave() {
      throw unsupported('leaving');
    },
    drop(lines) {
      lines.forEach((line) => held.delete(line));
      // A guard that never ran holds nothing.
      return running === undefined && held.size === 0 ? Promise.resolve() : inTurn(sync).catch(report);
    },
    setChildren(pids) {
      children = pids;
      running?.tellChildren(pids);
    },
    prepare() {
      if (!closed) use();
    },
    pid: () => running?.pid,
    async close() {
      await queue;
      closed = true;
      await running?.close(clock);
    },
  };
}

const unsupported = (what: string): OperatorError =>
  new OperatorError('VIP_FAILED', `the guard process does not support ${what}`, {
    hint: 'set `lease` to 0 in the config',
  });

/** For a VIP that shall outlive this process, as by hand. */
export const noGuard: Guard = {
  hold: () => Promise.resolve(),
  renew: () => Promise.resolve(),
  drop: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  setChildren: () => {},
  prepare: () => {},
  pid: () => undefined,
  close: () => Promise.resolve(),
};

interface RunningGuard {
  readonly pid: number | undefined;
  tellChildren(pids: readonly number[]): void;
  /** False when it ended or stayed silent. */
  commit(lines: readonly string[], clock: Clock): Promise<boolean>;
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

  // What cannot be written is answered by onEnd.
  const write = (text: string) => void child.write(text).catch(() => {});

  return {
    pid: child.pid,
    tellChildren: (pids) => write(`c ${pids.join(' ')}\n`),
    commit: (lines, clock) =>
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
        write(`${text}=${number}\n`);
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
