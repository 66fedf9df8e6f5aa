import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Spawn } from '../../core/ports.ts';
import {
  type Bundle,
  type Bundles,
  bundlesWith,
  leaveWords,
  renewedIn,
  renewWords,
  withBundle,
  without,
} from './bundles.ts';
import { keeper } from './keeper.ts';
import { type Notes, notesIn } from './notes.ts';
import { cannotLeave, doesNotAnswer, notesFailed, notHeld } from './problems.ts';

/**
 * A child that outlives the agent by as long as it takes to run the lines that it holds. It runs them when the agent is
 * gone, and with `silence` also when a lease has passed without a renewal, whatever state the agent is in: it then stands
 * for a lease of the kernel. Lines that were held together are renewed and run together, and have a lease of their own.
 *
 * Not covered: a guard that is stopped (SIGSTOP) with all its children; a host without room for one more process; and a
 * host that sleeps, whose clock stands still, as it does for a lease of the kernel.
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
  /**
   * Program and arguments that take down what its stdin names, line by line; `runEach` where lines are commands. It should
   * end in any case: `hold`, `drop` and `leave` wait for it when it has just been run, and replace a guard that waits long.
   */
  readonly takeDown: readonly [string, ...string[]];
  readonly onProblem: (problem: OperatorError) => void;
  readonly shell?: readonly [string, ...string[]];
  /** Leases count. Without it a guard sees only the end of the agent, and keeps no time. */
  readonly silence?: boolean;
  /** Nobody renewed these lines, so they are run now and no longer held. */
  readonly onFired?: (lines: readonly string[]) => void;
  /** Folder where `leave` writes what it leaves, for the next process to find; without it `leave` throws. */
  readonly notes?: string;
}

export function guard(options: GuardOptions): Guard {
  const { clock, onProblem, shell = ['sh'], silence = false } = options;
  const notes = options.notes === undefined ? undefined : notesIn(options.notes, clock);
  let held: Bundles = new Map();
  let keys = 0;
  let closed = false;
  let queue: Promise<unknown> = Promise.resolve();

  const kept = keeper({
    ...options,
    shell,
    isNeeded: () => held.size > 0 && !closed,
    onLost: () => void inTurn(sync).catch(report),
    onFired(key) {
      const lines = held.get(key)?.lines ?? [];
      held = without(held, lines);
      if (lines.length > 0) options.onFired?.(lines);
    },
  });

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
    if (!closed && !(await kept.sync(held))) throw doesNotAnswer(shell[0]);
  };
  /** Has the guard do something with these lines, which it must hold before and after. */
  const askAbout = async (lines: readonly string[], wordsFor: (bundles: readonly Bundle[]) => string) => {
    const bundles = bundlesWith(held, lines);
    if (bundles === undefined) throw notHeld();
    const bundleKeys = bundles.map(({ key }) => key);
    if (!(await kept.ask(wordsFor(bundles), bundleKeys))) throw doesNotAnswer(shell[0]);
    if (bundlesWith(held, lines) === undefined) throw notHeld();
    return bundleKeys;
  };

  return {
    hold(lines, leaseSeconds = 0) {
      held = withBundle(held, {
        key: (keys += 1),
        lines: [...new Set(lines)],
        leaseSeconds: silence ? leaseSeconds : 0,
        renewedAt: clock.nowMs(),
      });
      return inTurn(async () => {
        await sync();
        await notes?.takeOver(lines).catch((cause: unknown) => onProblem(notesFailed(cause)));
      });
    },
    renew(lines, leaseSeconds) {
      const lease = { leaseSeconds: silence ? leaseSeconds : 0, renewedAt: clock.nowMs() };
      return inTurn(async () => {
        const renewed = await askAbout(lines, (bundles) =>
          bundles.map((bundle) => renewWords({ ...bundle, ...lease }, clock.nowMs())).join(''),
        );
        held = renewedIn(held, renewed, lease);
      });
    },
    drop(lines) {
      held = without(held, lines);
      // A guard that never ran holds nothing.
      return kept.pid() === undefined && held.size === 0 ? Promise.resolve() : inTurn(sync).catch(report);
    },
    leave: (lines, leaseSeconds) =>
      inTurn(async () => {
        if (notes === undefined || !(leaseSeconds >= 1)) throw cannotLeave();
        const folder = noted(notes, lines);
        try {
          await askAbout(lines, () => leaveWords(lines, leaseSeconds, folder));
        } catch (problem) {
          // It may have begun to count.
          await notes.takeOver(lines);
          throw problem;
        }
        held = without(held, lines);
        await sync().catch(report);
      }),
    setChildren: (pids) => kept.setChildren(pids),
    prepare() {
      if (!closed) kept.prepare();
    },
    pid: () => kept.pid(),
    async close() {
      await queue;
      closed = true;
      await kept.close();
    },
  };
}

function noted(notes: Notes, lines: readonly string[]): string {
  try {
    return notes.write(lines);
  } catch (cause) {
    throw notesFailed(cause);
  }
}

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
