import type { AnswerResult, QuestionKind } from '../../src/core/group/state.ts';
import type { GroupId } from '../../src/core/units.ts';
import type { Chance } from './chance.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

/** What stands outside the nodes and can be asked, and what is wrong with it. */
export interface Outside {
  /** Nobody answers as the witness. */
  witnessDown: boolean;
  arbiterDown: boolean;
  fenceFails: boolean;
}

type Outcome = Pick<AnswerResult, 'outcome' | 'text'>;
const YES: Outcome = { outcome: 'yes', text: 'answered' };
const NO: Outcome = { outcome: 'no', text: 'no answer' };
const UNKNOWN: Outcome = { outcome: 'unknown', text: 'no answer' };

const ANSWER_MS_MAX = 5;
/** A machine that is fenced stays off for a while. */
const OFF_MS = 5_000;

/** Witness, silent hosts, arbiter and fence, as far away from each host as its own faults say. */
export class Counsel {
  readonly #world: World;
  readonly #chance: Chance;
  /** True time at which each group's lock ends, and who has it. */
  readonly #locks = new Map<GroupId, { readonly by: number; readonly until: number }>();
  /** When the newest call of a host about a group is there: each host's calls arrive in order. */
  readonly #callsAt = new Map<string, number>();
  readonly outside: Outside = { witnessDown: false, arbiterDown: false, fenceFails: false };

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  /** Answers after a while, on the asker's own clock; a paused machine hears nothing meanwhile. */
  ask(
    host: Host,
    group: GroupId,
    question: QuestionKind,
    about: readonly number[],
    answer: (outcome: Outcome) => void,
  ): void {
    const limitMs = this.#world.setup.asks[question]?.timeoutMs ?? 1_000;
    const soon = this.#chance.between(0.2, ANSWER_MS_MAX);
    const later = (ms: number, outcome: Outcome): void => void host.later(ms, () => answer(outcome));
    switch (question) {
      case 'witness':
        return this.outside.witnessDown || host.cutOff.witness || host.receiveDead
          ? later(limitMs, NO)
          : later(soon, YES);
      case 'confirm':
        return about.some((number) => this.#isReachable(host, number))
          ? later(soon, YES)
          : later(limitMs, NO);
      case 'lock':
        return this.#askLock(host, group, limitMs, answer);
      case 'fence':
        return this.#fence(host, about, limitMs, answer);
    }
  }

  #isReachable(host: Host, number: number): boolean {
    const { network } = this.#world;
    const isOpen = (from: number, to: number): boolean => network.lanes(from, to).some(({ cut }) => !cut);
    const isThere = this.#world.host(number).pausedAt === undefined;
    return isThere && isOpen(host.number, number) && isOpen(number, host.number);
  }

  /** The request and the answer travel on their own: what was not answered may have taken effect. */
  #askLock(host: Host, group: GroupId, limitMs: number, answer: (outcome: Outcome) => void): void {
    let answered = false;
    const once = (outcome: Outcome): void => {
      if (answered) return;
      answered = true;
      answer(outcome);
    };
    host.later(limitMs, () => once(UNKNOWN));
    if (this.#isArbiterAway(host)) return;
    this.#calls(host, group, () => {
      if (this.outside.arbiterDown) return;
      const isMine = this.#take(host.number, group);
      if (this.#isArbiterAway(host)) return;
      host.later(this.#chance.between(0.2, ANSWER_MS_MAX), () => once(isMine ? YES : NO));
    });
  }

  #calls(host: Host, group: GroupId, arrive: () => void): void {
    const { now } = this.#world;
    const caller = `${host.number}/${group}`;
    const at = Math.max(
      now + this.#chance.between(0.2, ANSWER_MS_MAX),
      (this.#callsAt.get(caller) ?? 0) + 0.01,
    );
    this.#callsAt.set(caller, at);
    this.#world.later(at - now, arrive);
  }

  #isArbiterAway = (host: Host): boolean =>
    this.outside.arbiterDown || host.cutOff.arbiter || host.receiveDead;

  #take(by: number, group: GroupId): boolean {
    const { now, setup } = this.#world;
    const lock = this.#locks.get(group);
    if (lock !== undefined && lock.by !== by && now < lock.until) return false;
    this.#locks.set(group, { by, until: now + (setup.asks.lock?.ttlMs ?? 0) });
    return true;
  }

  give(host: Host, group: GroupId): void {
    if (this.#isArbiterAway(host)) return;
    this.#calls(host, group, () => {
      if (!this.outside.arbiterDown && this.#locks.get(group)?.by === host.number) this.#locks.delete(group);
    });
  }

  /** Power off: the machine is reached in a way that no network fault of this world touches. */
  #fence(host: Host, about: readonly number[], limitMs: number, answer: (outcome: Outcome) => void): void {
    if (this.outside.fenceFails || host.cutOff.fence) return void host.later(limitMs, () => answer(NO));
    this.#world.later(this.#chance.between(10, 200), () => {
      for (const number of about) this.#powerOff(this.#world.host(number));
      host.later(1, () => answer(YES));
    });
  }

  #powerOff(host: Host): void {
    this.#world.say(host, 'is fenced');
    host.resume({ wallFollows: true });
    host.thaw();
    // What was written to the child goes with the machine.
    if (host.agent !== undefined) host.agent.adapter.killed = true;
    host.kill({ guardToo: true });
    for (const { id } of host.policy.groups) host.kernel.remove(id, 'the machine is off');
    this.#world.later(OFF_MS, () => host.start());
  }
}
