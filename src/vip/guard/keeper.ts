import { type OperatorError } from '../../core/errors.ts';
import { type Clock } from '../../core/ports.ts';
import { type MonoMs, MINUTE_MS } from '../../core/units.ts';
import { type Bundles, differenceWords, firedWords } from './bundles.ts';
import { type GuardChild, type GuardChildOptions, startGuardChild } from './child.ts';
import { endsTooOften } from './problems.ts';

const RESTARTS_MAX = 5;
const RESTARTS_WITHIN_MS = MINUTE_MS;

/** Keeps one guard process going, and knows what it knows. One call at a time. */
export interface Keeper {
  /** Tells it what is to be held, if need be to another one; false when that one did not answer either. */
  sync(held: Bundles): Promise<boolean>;
  /** Has the one that holds these bundles do something; false when there is none or it did not answer, which ends it. */
  ask(words: string, keys?: readonly number[]): Promise<boolean>;
  setChildren(pids: readonly number[]): void;
  prepare(): void;
  pid(): number | undefined;
  close(): Promise<void>;
}

export interface KeeperOptions extends Omit<GuardChildOptions, 'onEnd'> {
  readonly clock: Clock;
  readonly onProblem: (problem: OperatorError) => void;
  readonly isNeeded: () => boolean;
  /** It has ended while it was needed, and another may be started. */
  readonly onLost: () => void;
}

export function keeper(options: KeeperOptions): Keeper {
  const { clock, isNeeded, onFired, onProblem, onLost } = options;
  let running: GuardChild | undefined;
  let known: Bundles = new Map();
  let children: readonly number[] = [];
  let losses: MonoMs[] = [];

  /** Somebody ended it while it was needed. Bounded, because whoever did that may do it every time. */
  const lose = () => {
    running = undefined;
    if (!isNeeded()) return;
    const now = clock.nowMs();
    losses = [...losses.filter((at) => now - at < RESTARTS_WITHIN_MS), now];
    if (losses.length <= RESTARTS_MAX) onLost();
    else onProblem(endsTooOften(losses.length));
  };

  const start = (): GuardChild => {
    const started = startGuardChild({
      ...options,
      onFired(key) {
        if (running !== started) return;
        started.tell(firedWords(key));
        onFired(key);
      },
      onEnd() {
        if (running === started) lose();
      },
    });
    known = new Map();
    started.tell(childrenWords(children));
    return started;
  };
  const use = (): GuardChild => (running ??= start());

  const syncOnce = async (held: Bundles): Promise<boolean> => {
    const child = use();
    const answered = await child.ask(differenceWords(known, held, clock.nowMs()));
    if (running !== child) return answered;
    if (answered) known = held;
    else {
      running = undefined;
      child.kill();
    }
    return answered;
  };

  return {
    sync: async (held) => (await syncOnce(held)) || (await syncOnce(held)),
    async ask(words, keys = []) {
      const child = running;
      if (child === undefined || keys.some((key) => !known.has(key))) return false;
      const answered = await child.ask(words);
      if (!answered && running === child) {
        child.kill();
        lose();
      }
      return answered;
    },
    setChildren(pids) {
      children = pids;
      running?.tell(childrenWords(pids));
    },
    prepare: () => void use(),
    pid: () => running?.pid,
    close: async () => running?.close(),
  };
}

const childrenWords = (pids: readonly number[]): string => `c ${pids.join(' ')}\n`;
