import { after, type MonoMs } from '../units.ts';
import { announceDueAt, announceFrom } from './announce.ts';
import { directHolders, effectivePriority, isBetter, secondHandHolders } from './election.ts';
import { call, me, nameOf, nextEpoch, release, type Rule, seconds, step } from './moves.ts';
import { FAILBACK } from './placement.ts';
import type { GroupState, GroupView } from './state.ts';

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

export const dropsOldOrder: Rule = (state, view) => {
  // What is being prepared for it will be done in a moment.
  if (state.order === undefined || state.preparing !== undefined || view.now < state.orderUntil)
    return undefined;
  // A failback that finds nobody better has only made the placement the machine's own again.
  if (state.order === FAILBACK) return step({ ...state, order: undefined });
  const cause =
    state.order === 0 ? 'nobody could take over' : `${nameOf(view, state.order)} could not take over`;
  return step({ ...state, order: undefined }, { kind: 'told', text: 'switchover not done', cause });
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
