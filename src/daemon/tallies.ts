import { causeClass, type CauseClass } from '../core/cause-class.ts';
import type { CallKind } from '../core/group/state.ts';
import { newHistogram, observe } from '../core/histogram.ts';
import type { NodeEffect, NodeState } from '../core/node/state.ts';
import type { Clock } from '../core/ports.ts';
import type { GroupId } from '../core/units.ts';
import type { AnswerCount, CallCount, Counted, Transition } from '../metrics/facts.ts';
import type { Happening } from './loop.ts';

/** Counts what the metrics want to know and a report can't tell. It only looks on; a beat costs it two numbers. */
export interface Tallies {
  onEffect(effect: NodeEffect): void;
  /** Before the machine hears of it. */
  onHappening(happening: Happening): void;
  /** After each event and its effects. */
  onStep(): void;
  /** When a beat last had its turn. */
  beatAt(): number;
  counted(): Counted;
}

/** Of a beat that is due now; late ones are counted in seconds. */
const BEAT_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 2_500];
const RENEWAL_BOUNDS_MS = [0, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];
const CALL_BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

export function newTallies(node: NodeState, clock: Clock): Tallies {
  const transitions = new Map<string, Transition>();
  const lastCause = new Map<GroupId, CauseClass>();
  const calls = new Map<CallKind, CallCount>();
  const answers = new Map<string, AnswerCount>();
  const beatLateness = newHistogram(BEAT_BOUNDS_MS);
  const renewalLateness = newHistogram(RENEWAL_BOUNDS_MS);
  let nextBeatAt: number = node.nextBeatAt;
  let beatAt: number = clock.nowMs();

  const onCalled = ({ group, result }: Extract<Happening, { readonly kind: 'called' }>): void => {
    const state = node.groups.get(group);
    const asked = state?.calls[result.kind];
    // One that was given up, or belongs to another time, says nothing about a duration.
    if (state === undefined || asked?.id !== result.call) return;
    const now = clock.nowMs();
    let count = calls.get(result.kind);
    if (count === undefined) {
      count = { kind: result.kind, ok: 0, failed: 0, took: newHistogram(CALL_BOUNDS_MS) };
      calls.set(result.kind, count);
    }
    if (result.found === 'failed') count.failed += 1;
    else count.ok += 1;
    observe(count.took, now - asked.at);
    const leaseMs = node.policy.groups.find(({ id }) => id === group)?.policy.leaseMs ?? 0;
    if (result.kind !== 'renew' || result.found === 'failed' || state.renewedAt === undefined) return;
    observe(renewalLateness, Math.max(0, now - state.renewedAt - leaseMs / 2));
  };
  const onAnswered = ({ result }: Extract<Happening, { readonly kind: 'answered' }>): void => {
    const { question, outcome } = result;
    const known = answers.get(`${question} ${outcome}`);
    if (known === undefined) answers.set(`${question} ${outcome}`, { question, outcome, count: 1 });
    else known.count += 1;
  };

  return {
    onEffect(effect) {
      if (effect.kind !== 'group' || effect.effect.kind !== 'moved') return;
      const { group, effect: moved } = effect;
      const cause = causeClass(moved, lastCause.get(group) ?? 'other');
      lastCause.set(group, cause);
      const name = `${group} ${moved.from} ${moved.to} ${cause}`;
      const known = transitions.get(name);
      if (known !== undefined) known.count += 1;
      else transitions.set(name, { group, from: moved.from, to: moved.to, cause, count: 1 });
    },
    onHappening(happening) {
      if (happening.kind === 'called') onCalled(happening);
      else if (happening.kind === 'answered') onAnswered(happening);
    },
    onStep() {
      if (node.nextBeatAt === nextBeatAt) return;
      const dueAt = nextBeatAt;
      nextBeatAt = node.nextBeatAt;
      beatAt = clock.nowMs();
      // A reload brings the next beat forward, which is no beat; and who plays dead sends none.
      if (beatAt >= dueAt && node.playingDead === undefined) observe(beatLateness, beatAt - dueAt);
    },
    beatAt: () => beatAt,
    counted: () => ({
      groupNames: new Map(node.policy.groups.map(({ id, name }) => [id, name])),
      transitions: [...transitions.values()],
      calls: [...calls.values()],
      answers: [...answers.values()],
      ...{ beatLateness, renewalLateness },
      stalls: node.stalls,
      stalledMsMax: node.stalledMsMax,
    }),
  };
}
