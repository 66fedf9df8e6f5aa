import { directHolders, heardSince, isBetter, secondHandHolders } from './election.ts';
import { and, call, enter, me, nameOf, type Rule, seconds, step } from './moves.ts';
import type { GroupEffect } from './state.ts';

export const dropsVipOfAnother: Rule = (state, view) => {
  if (!state.has || state.calls.down !== undefined || view.now < state.downAgainAt) return undefined;
  const other =
    directHolders(state, view).find(({ role }) => role === 'active' || role === 'releasing') ??
    directHolders(state, view).find(
      (holder) => holder.role === 'claiming' && isBetter(holder, me(state, view)),
    ) ??
    secondHandHolders(view).find(({ role }) => role === 'active');
  if (other === undefined) return undefined;
  const told: GroupEffect = {
    kind: 'told',
    text: 'VIP found here is taken down',
    cause: `${nameOf(view, other.number)} holds it`,
  };
  return and(call(state, 'down', view), (called) => step(called, told));
};

export const leavesInit: Rule = (state, view) => {
  if (view.playingDead || view.draining || state.calls.down !== undefined) return undefined;
  const waitedMs = view.now - state.since;
  if (view.peers.every((peer) => heardSince(peer, state.since))) {
    return enter('standby', state, view, 'exchanged words with every peer');
  }
  // After a lapse the sessions are open: whoever is alive is heard within a timeout.
  if (waitedMs < (state.lapsed ? view.policy.timeoutMs : view.policy.startupMs)) return undefined;
  const holder = view.peers.find((peer) => peer.unprovenActive);
  if (!state.lapsed && holder !== undefined && waitedMs < view.policy.unprovenMs) return undefined;
  const unheard = view.peers.filter((peer) => !heardSince(peer, state.since)).map(({ name }) => name);
  return enter(
    'standby',
    state,
    view,
    `waited ${seconds(waitedMs)} for the peers; no words exchanged with ${unheard.join(', ')}`,
  );
};
