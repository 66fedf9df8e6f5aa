import type { GroupRecord } from '../frame.ts';
import { after, type MonoMs } from '../units.ts';
import { agreedWords, seekConsent } from './asking.ts';
import {
  couldServe,
  directHolders,
  heardSince,
  isHolderKnown,
  isVacant,
  rankOf,
  secondHandHolders,
  someSilent,
} from './election.ts';
import { call, claim, me, type Rule, step } from './moves.ts';
import type { GroupState, GroupView } from './state.ts';

export const obeysOffer: Rule = (state, view) => {
  if (view.draining || me(state, view).priority === 0 || state.frozen) return undefined;
  const giver = view.peers.find(({ record, twoWay }) => twoWay && record?.heir === view.self.number);
  const offer = giver?.record;
  if (giver === undefined || offer === undefined) return undefined;
  const fits =
    (offer.role === 'releasing' && offer.overlap && view.policy.overlapAllowed) ||
    (offer.role === 'standby' && !offer.has);
  if (!fits || offer.epoch !== state.epochSeen || offer.epoch === state.offerUsed) return undefined;
  if (directHolders(state, view).some(({ number }) => number !== giver.number)) return undefined;
  if (secondHandHolders(view).length > 0) return undefined;
  const consent = seekConsent(state, view, 'offer');
  if (consent !== 'agreed') return consent;
  const obeying = { ...state, offerUsed: offer.epoch, byOrder: offer.sticky };
  const words = `${giver.name} hands over${reasonOf(offer, me(state, view).priority)}`;
  return claim(obeying, view, [words, ...agreedWords(state, view, 'offer')].join('; '));
};

/** Why, as far as its word on itself tells. */
function reasonOf({ priority, checksOnly, sticky }: GroupRecord, mine: number): string {
  if (sticky) return ' (ordered)';
  if (priority === 0) return checksOnly ? ' (a vital check fails there)' : ' (it cannot hold)';
  return priority < mine ? ` (priority ${priority} there, ${mine} here)` : '';
}

export const dropsVipFound: Rule = (state, view) => {
  if (!state.has || state.calls.down !== undefined || view.now < state.downAgainAt) return undefined;
  if (couldServe(state, view) && !isHolderKnown(state, view)) return undefined;
  return call(state, 'down', view);
};

export const namesHeirNoMore: Rule = (state, view) => {
  if (state.heir === 0) return undefined;
  const heir = view.peers.find(({ number }) => number === state.heir);
  const stands =
    heir !== undefined && heir.alive && (heir.record?.priority ?? 0) > 0 && view.now < state.heirUntil;
  return stands ? undefined : step({ ...state, heir: 0 });
};

export const watchesVacancy: Rule = (state, view) => {
  // What waits in the sockets may change it: until that is read, a wait that has begun goes on and none ends.
  if (view.draining) return undefined;
  const vacant = state.heir === 0 && isVacant(state, view);
  if (vacant === (state.clearSince !== undefined)) return undefined;
  return step({ ...state, clearSince: vacant ? view.now : undefined });
};

/** Somebody holds it after all, or the offer is gone. */
export const stopsAsking: Rule = (state, view) => {
  if (state.asking === undefined && state.confirmWaitUntil === undefined) return undefined;
  const isOffered = view.peers.some(({ alive, record }) => alive && record?.heir === view.self.number);
  if (state.clearSince !== undefined || isOffered) return undefined;
  return step({ ...state, asking: undefined, confirmWaitUntil: undefined });
};

/** When our turn comes: each live candidate that is better costs one timeout of waiting, so that two never race. */
export function turnAt(state: GroupState, view: GroupView): MonoMs | undefined {
  if (state.clearSince === undefined) return undefined;
  const rank = rankOf(state, view);
  if (rank === undefined) return undefined;
  const turn = after(state.clearSince, rank * view.policy.timeoutMs);
  // Silence proves something only to ears that work: an interface that has just come back listens for a timeout first.
  const listened = after(view.hearingSince, someSilent(view) ? view.policy.timeoutMs : 0);
  // After a stall of ours a peer may be in another life: it is asked again, but not for ever.
  const someUnasked = view.peers.some((peer) => peer.alive && !heardSince(peer, view.stalledAt));
  const asked = after(view.stalledAt, someUnasked ? view.policy.timeoutMs : 0);
  return Math.max(turn, listened, asked) as MonoMs;
}

export const claimsWhenElected: Rule = (state, view) => {
  const at = turnAt(state, view);
  if (at === undefined || view.draining || !view.isTimer || view.now < at) return undefined;
  if (state.calls.down !== undefined) return undefined;
  const consent = seekConsent(state, view, 'election');
  if (consent !== 'agreed') return consent;
  const found = state.has ? 'adopts the VIP found here; nobody else holds it' : 'nobody holds it';
  const silent = view.peers.filter(({ alive }) => !alive).map(({ name }) => name);
  const cause = [
    found,
    ...(silent.length > 0 ? [`silent: ${silent.join(', ')}`] : []),
    ...agreedWords(state, view, 'election'),
  ].join('; ');
  return claim({ ...state, byOrder: false, sticky: false }, view, cause);
};
