import { announceFrom } from './announce.ts';
import { directHolders, effectivePriority, isBetter, secondHandHolders } from './election.ts';
import { isLocked } from './isolation.ts';
import { call, enter, me, nameOf, release, type Rule } from './moves.ts';

export const givesWayWhileClaiming: Rule = (state, view) => {
  const mine = me(state, view);
  const direct = directHolders(state, view);
  const second = secondHandHolders(view);
  const active = [...direct, ...second].find(({ role }) => role === 'active');
  if (active !== undefined) return release(state, view, `${nameOf(view, active.number)} is active`);
  const giver = view.peers.find(({ alive, record }) => {
    return alive && record?.role === 'releasing' && record.heir !== 0 && record.heir !== view.self.number;
  });
  if (giver !== undefined) return release(state, view, `${giver.name} hands over to another`);
  const rival = [...direct, ...second].find((holder) => holder.role === 'claiming' && isBetter(holder, mine));
  if (rival !== undefined)
    return release(state, view, `${nameOf(view, rival.number)} claims too and is better`);
  const deaf = view.peers.find((peer) => peer.deaf && peer.record?.role === 'claiming');
  if (deaf !== undefined) return release(state, view, `${deaf.name} claims and cannot hear us`);
  return undefined;
};

export const stopsClaimWhenUnable: Rule = (state, view) =>
  state.drained || state.stopping
    ? release(state, view, `${state.stopping ? 'stopping' : 'drained'} before it was active`)
    : undefined;

export const becomesActive: Rule = (state, view) => {
  if (!state.upSeen || !isLocked(state, view)) return undefined;
  // A lease that was asked for long ago may be nearly over: take a fresh one before saying "active".
  const age = view.policy.leaseMs > 0 ? view.now - (state.renewedAt ?? view.now) : 0;
  if (age > view.policy.leaseMs / 2 && view.policy.leaseMs > 0) {
    return state.calls.renew === undefined ? call(state, 'renew', view) : undefined;
  }
  const active = {
    ...state,
    peak: effectivePriority(state, view),
    sticky: state.byOrder,
    byOrder: false,
    failures: 0,
    putBacks: [],
    heldWhenFrozen: state.frozen || state.heldWhenFrozen,
    lookedAt: view.now,
    announce: announceFrom(view.now),
  };
  return enter('active', active, view, state.cause);
};

/** A process that takes over what an earlier one left has the VIP already, and makes it its own. */
export const bringsUpWhatWasLeft: Rule = (state, view) =>
  state.upSeen || state.calls.up !== undefined ? undefined : call(state, 'up', view);

/** Somebody else has the lock: it may claim at any moment. */
export const stopsClaimWithoutLock: Rule = (state, view) => {
  const { lock } = state.answers;
  if (view.policy.asks.lock === undefined || lock?.outcome !== 'no' || lock.askedAt < state.since)
    return undefined;
  return release(state, view, `the lock is not ours: ${lock.text}`);
};
