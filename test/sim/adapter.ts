import type { CallKind, CallResult } from '../../src/core/group/state.ts';
import type { GroupId } from '../../src/core/units.ts';
import type { Chance } from './chance.ts';
import type { Kernel } from './kernel.ts';

/** How the child that changes addresses behaves at the moment. */
export interface AdapterMood {
  /** Longest time that a command takes. */
  slowMs: number;
  failing: number;
  hanging: number;
}

export const WELL: Readonly<AdapterMood> = { slowMs: 3, failing: 0, hanging: 0 };
export const ADAPTER_TIMEOUT_MS = 2_000;

/** A mood that remembers when it was last a bad one. */
export class Mood implements AdapterMood {
  readonly #now: () => number;
  readonly #mood: AdapterMood = { ...WELL };
  #badUntil = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  get slowMs(): number {
    return this.#mood.slowMs;
  }
  set slowMs(slowMs: number) {
    this.#change({ slowMs });
  }

  get failing(): number {
    return this.#mood.failing;
  }
  set failing(failing: number) {
    this.#change({ failing });
  }

  get hanging(): number {
    return this.#mood.hanging;
  }
  set hanging(hanging: number) {
    this.#change({ hanging });
  }

  #change(mood: Partial<AdapterMood>): void {
    this.#badUntil = this.badAt;
    Object.assign(this.#mood, mood);
  }

  /** When it was last other than well: now, while it is. */
  get badAt(): number {
    const { slowMs, failing, hanging } = this.#mood;
    return slowMs > 30 || failing > 0 || hanging > 0 ? this.#now() : this.#badUntil;
  }
}

interface Command {
  readonly group: GroupId;
  readonly kind: CallKind;
  readonly call: number;
  readonly leaseSeconds: number;
  readonly askedAt: number;
}

/**
 * One agent's adapter: commands wait in the agent and go to a child process one after the other. What was written runs,
 * even while the agent is frozen; its result, and the next command, wait for the thaw.
 */
export class Adapter {
  readonly #kernel: Kernel;
  readonly #chance: Chance;
  readonly #mood: Readonly<AdapterMood>;
  readonly #leaseSeconds: number;
  readonly #later: (ms: number, run: () => void) => void;
  readonly #answer: (group: GroupId, result: CallResult) => void;
  readonly #now: () => number;
  readonly #queue: Command[] = [];
  #busy = false;
  /** The agent is gone: what was written still runs, nothing more is. */
  orphaned = false;
  /** The guard has ended the child. */
  killed = false;

  constructor(
    { kernel, chance, mood, leaseSeconds }: AdapterHost,
    {
      later,
      answer,
      now,
    }: {
      later: (ms: number, run: () => void) => void;
      answer: (group: GroupId, result: CallResult) => void;
      now: () => number;
    },
  ) {
    this.#kernel = kernel;
    this.#chance = chance;
    this.#mood = mood;
    this.#leaseSeconds = leaseSeconds;
    this.#later = later;
    this.#answer = answer;
    this.#now = now;
  }

  ask(group: GroupId, kind: CallKind, call: number, leaseSeconds = this.#leaseSeconds): void {
    this.#queue.push({ group, kind, call, leaseSeconds, askedAt: this.#now() });
    this.#next();
  }

  /** The agent has read a result: the next command is written. */
  resultRead(): void {
    this.#busy = false;
    this.#next();
  }

  #next(): void {
    if (this.#busy || this.orphaned) return;
    const command = this.#queue.shift();
    if (command === undefined) return;
    this.#busy = true;
    // Nothing more is written once the time limit has passed since the call, however long the agent slept in between.
    const left = command.askedAt + ADAPTER_TIMEOUT_MS - this.#now();
    if (left <= 0) return this.#later(0.01, () => this.#reply(command, 'failed', 'timed out'));
    if (this.#chance.is(this.#mood.hanging)) {
      return this.#later(left, () => this.#reply(command, 'failed', 'timed out'));
    }
    const takes = this.#chance.between(0.2, this.#mood.slowMs);
    if (takes >= left) return this.#later(left, () => this.#reply(command, 'failed', 'timed out'));
    this.#later(takes, () => this.#run(command));
  }

  #run(command: Command): void {
    if (this.killed) return;
    const fails = this.#chance.is(this.#mood.failing);
    // A failing command may have done its work all the same.
    const works = !fails || (command.kind !== 'look' && this.#chance.is(0.3));
    if (works && (command.kind === 'up' || command.kind === 'renew' || command.kind === 'leave'))
      this.#kernel.put(command.group, command.leaseSeconds);
    if (works && command.kind === 'down') this.#kernel.remove(command.group, 'taken down');
    if (fails) return this.#reply(command, 'failed', 'exit code 2');
    this.#reply(command, this.#kernel.has(command.group) ? 'all' : 'none', '');
  }

  #reply({ group, kind, call }: Command, found: CallResult['found'], text: string): void {
    if (!this.orphaned) this.#answer(group, { kind, call, found, text });
  }
}

export interface AdapterHost {
  readonly kernel: Kernel;
  readonly chance: Chance;
  readonly mood: Readonly<AdapterMood>;
  readonly leaseSeconds: number;
}
