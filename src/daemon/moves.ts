import { directHolders } from '../core/group/election.ts';
import { explain } from '../core/group/explain.ts';
import { knownHolder } from '../core/group/known-holder.ts';
import { nameOf, seconds } from '../core/group/moves.ts';
import type { GroupEffect } from '../core/group/state.ts';
import type { NodeEffect, NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { Clock } from '../core/ports.ts';
import { after, SECOND_MS, type GroupId, type GroupName, type MonoMs, type NodeName } from '../core/units.ts';

/** What became of a planned move, by the clock of the node that gave the group away. */
export interface Moved {
  readonly group: GroupName;
  readonly from: NodeName;
  /** Who has taken over; empty when nobody has. */
  readonly to: NodeName | '';
  readonly tookMs: number;
  /**
   * For how long the address was on neither, at most: from our call to take it down, which takes a moment, to the first
   * frame in which the other says that it is active, which was under way for a moment.
   */
  readonly gapMs: number;
  /** For how long it was on both: from that frame until a look showed it gone here. */
  readonly bothMs: number;
  /** Why it did not come about; empty when it did. */
  readonly failure: string;
  /** Who holds the group when this is said; empty for nobody. */
  readonly holder: NodeName | '';
}

/** Watches planned moves from the order to their end. */
export interface Moves {
  /** From now on, so that the order is given right after; settles when the move is over, has failed or takes too long. */
  watch(group: { readonly id: GroupId; readonly name: GroupName }): Promise<Moved>;
  /** From the loop: every effect, and then the end of every event. */
  onEffect(effect: NodeEffect): void;
  onStep(now: MonoMs): void;
  /** This daemon ends: whoever waits is told. */
  stop(): void;
}

/** Within the time that the control socket gives an order. */
const WATCH_MS_MAX = 58 * SECOND_MS;

interface Passage {
  readonly id: GroupId;
  readonly name: GroupName;
  readonly orderedAt: MonoMs;
  readonly settle: (moved: Moved) => void;
  readonly cancel: () => void;
  heir: number;
  heardAt: MonoMs | undefined;
  downAt: MonoMs | undefined;
  goneAt: MonoMs | undefined;
  failure: string;
}

export function newMoves({ node, clock }: { node: NodeState; clock: Clock }): Moves {
  const passages = new Set<Passage>();
  const { self } = node.policy;

  const end = (passage: Passage, now: MonoMs): void => {
    passages.delete(passage);
    passage.cancel();
    passage.settle(movedOf(passage, node, now));
  };
  const giveUp = (passage: Passage, failure: string): void => {
    passage.failure = failure;
    end(passage, clock.nowMs());
  };
  const limitMs = (): number => Math.min(WATCH_MS_MAX, 2 * node.policy.timeoutMs + 2 * longestCallMs());
  const longestCallMs = (): number => Math.max(0, ...node.policy.groups.map(({ policy }) => policy.callMs));
  return {
    watch({ id, name }) {
      const { promise, resolve } = Promise.withResolvers<Moved>();
      const orderedAt = clock.nowMs();
      const ms = limitMs();
      const late = (): void => {
        const fault = node.groups.get(id)?.fault?.text;
        giveUp(passage, fault ?? `it was not over within ${seconds(ms)}`);
      };
      const passage: Passage = {
        ...{ id, name, orderedAt, settle: resolve, cancel: clock.wakeAt(after(orderedAt, ms), late) },
        ...{ heir: 0, heardAt: undefined, downAt: undefined, goneAt: undefined, failure: '' },
      };
      passages.add(passage);
      return promise;
    },
    onEffect(effect) {
      if (passages.size === 0 || effect.kind !== 'group') return;
      for (const passage of passages)
        if (passage.id === effect.group) passage.failure ||= failureOf(effect.effect);
    },
    onStep(now) {
      if (passages.size === 0) return;
      for (const passage of [...passages]) if (isOver(passage, node, now)) end(passage, now);
    },
    stop() {
      for (const passage of [...passages]) giveUp(passage, `${self.name} is stopping`);
    },
  };
}

function failureOf(effect: GroupEffect): string {
  if (effect.kind === 'moved' && effect.to === 'active')
    return effect.cause.replace(/^handover failed: /, '');
  return effect.kind === 'told' && effect.text === 'switchover not done' ? effect.cause : '';
}

/** Notes what is new since the last event, and says whether there is nothing more to wait for. */
function isOver(passage: Passage, node: NodeState, now: MonoMs): boolean {
  const state = node.groups.get(passage.id);
  if (state === undefined) passage.failure ||= 'it is no longer in the config';
  if (state === undefined || passage.failure !== '') return true;
  const view = viewOf(node, passage.id, now);
  const taker = directHolders(state, view).find(({ role }) => role === 'active');
  if (taker !== undefined && passage.heardAt === undefined) {
    passage.heardAt = now;
    passage.heir = taker.number;
  }
  passage.downAt ??= state.calls.down?.at;
  if (state.has) return false;
  passage.goneAt ??= now;
  if (passage.heardAt !== undefined) return true;
  if (explain(state, view).takeover.claimants.length > 0) return false;
  passage.failure = state.frozen ? 'it is frozen, so nobody takes over' : 'nobody could take over';
  return true;
}

function movedOf(passage: Passage, node: NodeState, now: MonoMs): Moved {
  const { id, name: group, orderedAt, heir, heardAt, downAt, goneAt, failure } = passage;
  const { self } = node.policy;
  const state = node.groups.get(id);
  const view = state && viewOf(node, id, now);
  const between = (from: MonoMs | undefined, to: MonoMs | undefined): number =>
    from === undefined || to === undefined ? 0 : Math.max(0, Math.ceil(to - from));
  return {
    group,
    from: self.name,
    to: heardAt === undefined || view === undefined ? '' : (nameOf(view, heir) as NodeName),
    tookMs: Math.ceil(now - orderedAt),
    gapMs: between(downAt, heardAt),
    bothMs: between(heardAt, goneAt),
    failure,
    holder: state && view ? knownHolder(state, view).name : '',
  };
}
