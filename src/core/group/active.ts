import { whyNoHeir } from './bars.ts';
import { after, type MonoMs } from '../units.ts';
import { announceDueAt, announceFrom } from './announce.ts';
import { directHolders, effectivePriority, isBetter, isHolderKnown, secondHandHolders } from './election.ts';
import { call, handOver, me, nameOf, nextEpoch, release, type Rule, seconds, step } from './moves.ts';
import type { GroupState, GroupView, PeerView } from './state.ts';

/** In place of a node's number: to the best one with a higher priority than ours, if there is one. */
export const FAILBACK = -1;

export const renews: Rule = (state, view) => {
  const keeps = state.role === 'active' || (state.role === 'releasing' && state.overlapping);
  // What was left with a longer lease must not be renewed to a shorter one.
  if (!keeps || state.leaving !== undefined || view.policy.leaseMs === 0 || state.calls.renew !== undefined)
    return undefined;
  return view.now < renewAt(state, view, view.beatDue) ? undefined : call(state, 'renew', view);
};

/** With the beat nearest to a third of the lease, so that the beat after it speaks of this renewal; else at half of it. */
export function renewAt(state: GroupState, { now, policy }: GroupView, beatDue: boolean): MonoMs {
  const share = beatDue ? policy.leaseMs / 3 - policy.intervalMs / 2 : policy.leaseMs / 2;
  return Math.max(after(state.renewedAt ?? now, share), state.renewAgainAt) as MonoMs;
}

export const yieldsToBetter: Rule = (state, view) => {
  const mine = me(state, view);
  const holders = [...directHolders(state, view), ...secondHandHolders(view)];
  const better = holders.find((holder) => holder.role === 'active' && isBetter(holder, mine));
  return better && release(state, view, `${nameOf(view, better.number)} is active too and is better`);
};

export const yieldsToDeaf: Rule = (state, view) => {
  const deaf = view.peers.find(
    (peer) => peer.deaf && (peer.record?.role === 'active' || peer.record?.role === 'claiming'),
  );
  return deaf && release(state, view, `${deaf.name} holds it and cannot hear us`);
};

/** One that does not let go, or that cannot know of us: after a timeout we do, whatever the rank. */
export const yieldsToStubborn: Rule = (state, view) => {
  const holders = [...directHolders(state, view), ...secondHandHolders(view)];
  const other = holders.find(({ role }) => role === 'active');
  if (other === undefined) return state.otherActiveSince && step({ ...state, otherActiveSince: undefined });
  if (state.otherActiveSince === undefined) return step({ ...state, otherActiveSince: view.now });
  if (view.now - state.otherActiveSince < view.policy.timeoutMs) return undefined;
  return release(
    state,
    view,
    `${nameOf(view, other.number)} has been active too for ${seconds(view.policy.timeoutMs)}`,
  );
};

/**
 * The holder's epoch is the highest there is: after two were active, the winner claims anew above the other's, so that the
 * loser's hooks and offers are old and the winner's next offer is good. Also when the loser was not heard while it held.
 */
export const outbidsLoser: Rule = (state, view) => {
  if (state.epochSeen <= state.epoch) return undefined;
  const epoch = nextEpoch(state.epochSeen, view.wall, view.self.number);
  return step(
    { ...state, epoch, epochSeen: epoch, announce: announceFrom(view.now, true) },
    { kind: 'remember', epoch },
    { kind: 'told', text: 'claims anew, above the epoch of another', cause: 'another claimed it meanwhile' },
  );
};

export function steadyForMs(state: GroupState, view: GroupView, number: number): number {
  const steady = state.steady.get(number);
  return steady === undefined ? 0 : view.now - steady.since;
}

/** Live, idle, able and heard both ways: somebody to whom the group can be handed. */
export function heirs(view: GroupView): readonly PeerView[] {
  const able = view.peers.filter((peer) => whyNoHeir(peer, view) === undefined);
  return able.toSorted((a, b) =>
    isBetter(
      { number: a.number, priority: a.record!.priority },
      { number: b.number, priority: b.record!.priority },
    )
      ? -1
      : 1,
  );
}

/** Those of them that are better than `mine`: where a failback would go. */
export const betterHeirs = (view: GroupView, mine: number): readonly PeerView[] =>
  heirs(view).filter(({ record }) => record!.priority > mine);

export type PlacementBar = 'frozen' | 'placed by hand' | 'manual';

/** What keeps a placement as it is though it could be better, by flags that a node says of itself. */
export const placementBar = (
  { frozen, sticky }: { readonly frozen: boolean; readonly sticky: boolean },
  { policy }: GroupView,
): PlacementBar | undefined =>
  frozen ? 'frozen' : sticky ? 'placed by hand' : policy.failback.mode === 'auto' ? undefined : 'manual';

/** What keeps a holder from handing over to a better node by itself; undefined when it will. */
export function whyNoFailback(
  state: GroupState,
  view: GroupView,
): PlacementBar | 'restarting' | 'paused' | undefined {
  if (state.frozen) return 'frozen';
  if (state.leaving !== undefined) return 'restarting';
  if (view.now < state.noHandoverUntil) return 'paused';
  // One that has become worse than it was hands over, whatever the config says.
  return effectivePriority(state, view) < state.peak ? undefined : placementBar(state, view);
}

export const dropsOldOrder: Rule = (state, view) => {
  if (state.order === undefined || view.now < state.orderUntil) return undefined;
  // A failback that finds nobody better has only made the placement the machine's own again.
  if (state.order === FAILBACK) return step({ ...state, order: undefined });
  const cause =
    state.order === 0 ? 'nobody could take over' : `${nameOf(view, state.order)} could not take over`;
  return step({ ...state, order: undefined }, { kind: 'told', text: 'switchover not done', cause });
};

const whyUnable = ({ stopping, drained, fault }: GroupState): string =>
  stopping ? 'stopping' : drained ? 'drained' : (fault?.text ?? 'unable');

export const handsOver: Rule = (state, view) => {
  if (state.frozen || state.leaving !== undefined || isHolderKnown(state, view)) return undefined;
  const mine = me(state, view).priority;
  const able = heirs(view);
  const best = able[0];
  if (best === undefined) return undefined;
  // One handover that failed is enough: who cannot hold lets go then, with nobody named.
  if (mine === 0 && view.now < state.noHandoverUntil) return undefined;
  if (mine === 0) {
    return handOver(state, view, best, `${whyUnable(state)}; hands over to ${best.name}`, false);
  }
  if (state.order !== undefined) {
    const isFailback = state.order === FAILBACK;
    const wanted = able.find(({ number, record }) => {
      return isFailback ? record!.priority > mine : state.order === 0 || number === state.order;
    });
    const ordered = `${isFailback ? 'failback' : 'switchover'} ordered`;
    if (wanted !== undefined)
      return handOver(state, view, wanted, `${ordered}; hands over to ${wanted.name}`, !isFailback);
  }
  const asker = view.now < state.noHandoverUntil ? undefined : able.find(({ asksForIt }) => asksForIt);
  if (asker !== undefined) {
    const why = `${asker.name} asks for it back after a drill; hands over to ${asker.name}`;
    return handOver(state, view, asker, why, asker.record!.sticky);
  }
  if (whyNoFailback(state, view) !== undefined) return undefined;
  const { delayMs } = view.policy.failback;
  const better = betterHeirs(view, mine).find(({ number }) => steadyForMs(state, view, number) >= delayMs);
  if (better === undefined) return undefined;
  const priorities = `priority ${better.record!.priority}, here ${mine}`;
  const why =
    mine < state.peak
      ? `${better.name} has a higher priority now`
      : `fails back to ${better.name}, which has been steady for ${seconds(delayMs)}`;
  return handOver(state, view, better, `${why} (${priorities})`, false);
};

/** Somebody may be able to take over in a moment: one that starts, that lets go, or that has not been heard on this group. */
export const someMaySoon = (state: GroupState, view: GroupView): boolean =>
  view.now < state.waitUntil &&
  view.now >= state.noHandoverUntil &&
  !state.frozen &&
  view.peers.some(
    ({ twoWay, pending, record }) => twoWay && (record === undefined ? pending : record.priority > 0),
  );

export const letsGoWhenUnable: Rule = (state, view) => {
  if (me(state, view).priority > 0 || someMaySoon(state, view)) return undefined;
  return release(state, view, `${whyUnable(state)}, and nobody can take over`);
};

/** Any sign that somebody's idea of our place may be wrong: tell everybody again, at once and repeatedly. */
export const announcesAgain: Rule = (state, view) => {
  const rivals = [...directHolders(state, view), ...secondHandHolders(view)]
    .map(({ number }) => number)
    .join();
  const sign = rivals !== state.rivals || view.healed || view.stalledMs > 0;
  if (!sign || state.announce === undefined) return undefined;
  if (rivals === state.rivals && state.announce.from === view.now) return undefined;
  return step({ ...state, rivals, announce: announceFrom(view.now, true) });
};

export const announces: Rule = (state, view) => {
  if (state.announce === undefined || view.now < announceDueAt(state.announce, view.policy.refreshMs))
    return undefined;
  return step(
    { ...state, announce: { ...state.announce, next: state.announce.next + 1 } },
    { kind: 'announce', contested: state.announce.contested },
  );
};

export const raisesPeak: Rule = (state, view) => {
  const priority = effectivePriority(state, view);
  return priority > state.peak ? step({ ...state, peak: priority }) : undefined;
};
