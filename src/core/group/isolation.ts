import { after, type MonoMs, SECOND_MS } from '../units.ts';
import { CALL_MS, everyoneAgrees, isolationDeadline } from './agreement.ts';
import { ask, isPending } from './asking.ts';
import { type HoldEvidence, holdOf } from './consent.ts';
import { LEASE_ROUNDING_MS } from './election.ts';
import { release, type Rule, seconds, step } from './moves.ts';
import type { GroupState, GroupView } from './state.ts';

/*
 * A holder that may be the one who is cut off: it hears nobody, and the witness does not answer; or the arbiter's lock is
 * running out. It lets go before another can have claimed, by its own clock alone: what counts is when it sent the newest
 * frame that each of the others acknowledged.
 */

const LOCK_SHARE = 3;
const WITNESS_NOS = 2;
const WITNESS_APART_MS = 100;

/** Since when nobody has been heard; undefined while somebody is, or is only a little late. */
function silentSince(view: GroupView): MonoMs | undefined {
  const heard = view.peers.flatMap(({ freshAt }) => (freshAt === undefined ? [] : [freshAt]));
  return view.now < silentAt(view) ? undefined : (Math.max(0, ...heard) as MonoMs);
}

/** When everybody will be late, if nobody is heard until then. */
const silentAt = (view: GroupView): MonoMs =>
  Math.max(
    0,
    ...view.peers.map(({ freshAt, lateMs }) => (freshAt === undefined ? 0 : freshAt + lateMs)),
  ) as MonoMs;

function witnessAskDueAt(state: GroupState, view: GroupView, since: MonoMs): MonoMs {
  const last = state.answers.witness;
  if (last === undefined || last.askedAt < since) return since;
  return after(
    last.askedAt,
    last.outcome === 'yes' ? Math.max(SECOND_MS, view.policy.timeoutMs) : WITNESS_APART_MS,
  );
}

export const asksWitnessWhenAlone: Rule = (state, view) => {
  const since = silentSince(view);
  if (view.policy.asks.witness === undefined || since === undefined || view.draining) return undefined;
  if (isPending(state, view, 'witness') || view.now < witnessAskDueAt(state, view, since)) return undefined;
  return ask(state, 'witness', view);
};

/** `no` only when it was asked in this silence; a holder that had a yes in it takes two to believe it. */
function witnessSays(state: GroupState, view: GroupView, since: MonoMs): 'yes' | 'no' | 'unknown' {
  if ((state.witnessYesAt ?? -1) >= since) return state.witnessNos >= WITNESS_NOS ? 'no' : 'yes';
  const { answers, asked } = state;
  if (answers.witness !== undefined && answers.witness.askedAt >= since) return 'no';
  return asked.witness !== undefined && view.now >= witnessGivenUpAt(view, asked.witness.at)
    ? 'no'
    : 'unknown';
}

/** A witness that has not answered by then does not answer in time, whatever it may say later. */
const witnessGivenUpAt = ({ policy }: GroupView, askedAt: MonoMs): MonoMs =>
  after(askedAt, Math.min(policy.asks.witness?.timeoutMs ?? 0, policy.timeoutMs / 4));

/** The address must be gone when the lock is: with a lease, also if we freeze in that very moment. */
export const lockEndsAt = ({ lockedUntil }: GroupState, { policy }: GroupView): MonoMs =>
  lockedUntil === undefined
    ? (Number.NEGATIVE_INFINITY as MonoMs)
    : after(lockedUntil, -policy.leaseMs - (policy.leaseMs > 0 ? LEASE_ROUNDING_MS : CALL_MS));

export function holdEvidence(state: GroupState, view: GroupView): HoldEvidence {
  const since = silentSince(view);
  const { lock, witness } = view.policy.asks;
  const asked = witness === undefined || since === undefined ? 'none' : witnessSays(state, view, since);
  return {
    everyoneAgrees: everyoneAgrees(state, view),
    isAlone: since !== undefined && view.now >= isolationDeadline(view),
    witness: asked === 'unknown' ? 'yes' : asked,
    lock: lock === undefined ? 'none' : view.now < lockEndsAt(state, view) ? 'mine' : 'lost',
  };
}

const WHY = {
  'alone without witness': 'no node is heard and the witness does not answer: this node may be cut off',
  'without lock': 'the lock has run out, and not every node agrees that it may go on',
} as const;

export const letsGoWhenUnsafe: Rule = (state, view) => {
  const { lock, witness } = view.policy.asks;
  if ((lock === undefined && witness === undefined) || view.draining) return undefined;
  if (state.role === 'releasing' && !state.overlapping) return undefined;
  const hold = holdOf(holdEvidence(state, view));
  if (hold === 'keep') return undefined;
  const witnessLostAt = hold === 'alone without witness' ? view.now : state.witnessLostAt;
  return release({ ...state, witnessLostAt }, view, WHY[hold]);
};

/**
 * A receiver that dies at a standby makes everybody look dead, and proof of hearing is generous enough to let it claim once.
 * When it then turns out that still nothing comes in, not even what clients of the address would send, it lets go and waits for a
 * first packet; whoever held before has it back.
 */
export const letsGoWhenDeaf: Rule = (state, view) => {
  if (state.claimedInSilenceAt === undefined) return undefined;
  if (view.receivedAt > state.claimedInSilenceAt) return step({ ...state, claimedInSilenceAt: undefined });
  if (view.canReceive || view.draining) return undefined;
  const forMs = view.now - view.receivedAt;
  const heard = { ...state, claimedInSilenceAt: undefined };
  return release(heard, view, `nothing has been received for ${seconds(forMs)}: this node may be deaf`);
};

const lockDueAt = (state: GroupState, view: GroupView): MonoMs => {
  const { lock: last } = state.answers;
  const { ttlMs = 0 } = view.policy.asks.lock ?? {};
  // One that was given to an heir who could not use it is asked for again at once.
  const isGiven = state.lockedUntil === undefined && last?.outcome === 'yes';
  if (last === undefined || isGiven) return view.now;
  return after(last.askedAt, last.outcome === 'yes' ? ttlMs / LOCK_SHARE : Math.min(SECOND_MS, ttlMs / 10));
};

/** Also while claiming: one that adopted a VIP has not asked yet. */
export const keepsLock: Rule = (state, view) => {
  if (view.policy.asks.lock === undefined || isPending(state, view, 'lock')) return undefined;
  return view.now < lockDueAt(state, view) ? undefined : ask(state, 'lock', view);
};

/** One that goes on with what the process before it held may do so as that one did: also while all the others agree. */
export const isLocked = (state: GroupState, view: GroupView): boolean =>
  view.policy.asks.lock === undefined ||
  (state.lockedUntil !== undefined && view.now < state.lockedUntil) ||
  everyoneAgrees(state, view);

/** When the rules of this file want to be asked again. */
export function holdDueAt(state: GroupState, view: GroupView): readonly MonoMs[] {
  const { lock, witness } = view.policy.asks;
  const times: MonoMs[] = [];
  if (lock !== undefined) {
    times.push(lockEndsAt(state, view), isolationDeadline(view));
    if (!isPending(state, view, 'lock')) times.push(lockDueAt(state, view));
  }
  if (witness !== undefined) {
    times.push(silentAt(view), isolationDeadline(view));
    if (state.asked.witness !== undefined) times.push(witnessGivenUpAt(view, state.asked.witness.at));
    else times.push(witnessAskDueAt(state, view, silentSince(view) ?? view.now));
  }
  return times;
}
