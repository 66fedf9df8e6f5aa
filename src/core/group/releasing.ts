import { after, SECOND_MS } from '../units.ts';
import { announceFrom } from './announce.ts';
import { directHolders, secondHandHolders } from './election.ts';
import { call, enter, nameOf, type Rule, seconds } from './moves.ts';
import type { PeerView } from './state.ts';

const HANDOVER_PAUSE_MS_MIN = 2 * SECOND_MS;

/** One that lets go again with nobody named has failed: then we keep what we have. */
export const holdsOrPassesOn = ({ record }: PeerView): boolean =>
  record?.role === 'active' || (record?.role === 'releasing' && record.heir !== 0);

export const letsGoAfterHandover: Rule = (state, view) => {
  if (!state.overlapping) return undefined;
  const heir = view.peers.find(({ number }) => number === state.heir);
  const taken =
    (heir?.alive && holdsOrPassesOn(heir)) ||
    [...directHolders(state, view), ...secondHandHolders(view)].some((holder) => {
      return holder.role === 'active' && holder.number !== state.heir;
    });
  if (!taken) return undefined;
  const let_ = { ...state, heir: 0, overlapping: false, announce: undefined, byOrder: false };
  return call({ ...let_, cause: `${heir?.name ?? 'another'} has taken over` }, 'down', view);
};

export const takesBackFailedHandover: Rule = (state, view) => {
  if (!state.overlapping) return undefined;
  const heir = view.peers.find(({ number }) => number === state.heir);
  const able = heir !== undefined && heir.twoWay && (heir.record?.priority ?? 0) > 0;
  // One that is at it may have a slow system, or a cloud, to ask; nobody is without service meanwhile.
  const isAtIt = heir?.record?.role === 'claiming';
  const patienceMs = view.policy.timeoutMs + (isAtIt ? view.policy.callMs : 0);
  if (able && view.now - state.since < patienceMs) return undefined;
  const name = nameOf(view, state.heir);
  const why = able ? `${name} did not take over within ${seconds(patienceMs)}` : `${name} is gone or unable`;
  const pause = Math.max(HANDOVER_PAUSE_MS_MIN, view.policy.failback.delayMs);
  const back = {
    ...state,
    heir: 0,
    overlapping: false,
    sticky: false,
    byOrder: false,
    noHandoverUntil: after(view.now, pause),
    announce: announceFrom(view.now, true),
  };
  return enter('active', back, view, `handover failed: ${why}`);
};

export const endsRelease: Rule = (state, view) => {
  if (state.overlapping || state.has || state.calls.down !== undefined) return undefined;
  const cause = state.fault === undefined ? state.cause : state.fault.text;
  const heirUntil = state.heir === 0 ? view.now : after(view.now, view.policy.timeoutMs);
  return enter('standby', { ...state, heirUntil, upSeen: false }, view, cause);
};
