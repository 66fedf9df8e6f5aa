import { after, type MonoMs } from '../units.ts';
import { dampedNow } from './damping.ts';
import { couldServe, inabilityOf, isHolderKnown } from './election.ts';
import { handOver, me, release, type Rule, seconds, step } from './moves.ts';
import { betterHeirs, FAILBACK, heirs, steadyForMs, whyNoFailback } from './placement.ts';
import type { GroupState, GroupStep, GroupView, PeerView } from './state.ts';

/*
 * How a holder gives the group away of its own accord: to whom, why, and what has to be done before. Where somebody else
 * holds it too, or the address must go at once, the rules in active.ts and isolation.ts come first and wait for nothing.
 */

/** What is about to be done: a handover, or with nobody to take over a release. */
interface Plan {
  readonly heir: PeerView | undefined;
  readonly cause: string;
  readonly byOrder: boolean;
}

function whyUnable(state: GroupState, view: GroupView): string {
  const { stopping, drained, fault, health } = state;
  if (stopping) return 'stopping';
  if (drained) return 'drained';
  if (inabilityOf(state, view) === 'unhealthy')
    return `${health.failed.length === 1 ? 'check' : 'checks'} ${health.failed.join(', ')} failed`;
  return fault?.text ?? 'unable';
}

function handoverPlan(state: GroupState, view: GroupView): Plan | undefined {
  if (state.frozen || state.leaving !== undefined || isHolderKnown(state, view)) return undefined;
  const mine = me(state, view).priority;
  const able = heirs(view);
  const best = able[0];
  if (best === undefined) return undefined;
  // One handover that failed is enough: who cannot hold lets go then, with nobody named.
  if (mine === 0 && view.now < state.noHandoverUntil) return undefined;
  const plan = (heir: PeerView, cause: string, byOrder = false): Plan => ({ heir, cause, byOrder });
  if (state.order !== undefined) {
    const isFailback = state.order === FAILBACK;
    const wanted = able.find(({ number, record }) => {
      return isFailback ? record!.priority > mine : state.order === 0 || number === state.order;
    });
    const ordered = `${isFailback ? 'failback' : 'switchover'} ordered`;
    if (wanted !== undefined)
      return plan(wanted, `${ordered}; hands over to ${wanted.name}`, !isFailback && mine > 0);
  }
  if (mine === 0) {
    const isKept = inabilityOf(state, view) === 'unhealthy' && dampedNow(state, view) === 'checks';
    return isKept ? undefined : plan(best, `${whyUnable(state, view)}; hands over to ${best.name}`);
  }
  const asker = view.now < state.noHandoverUntil ? undefined : able.find(({ asksForIt }) => asksForIt);
  if (asker !== undefined) {
    const why = `${asker.name} asks for it back after a drill; hands over to ${asker.name}`;
    return plan(asker, why, asker.record!.sticky);
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
  return plan(better, `${why} (${priorities})`);
}

/** Somebody may be able to take over in a moment: one that starts, that lets go, or that has not been heard on this group. */
export const someMaySoon = (state: GroupState, view: GroupView): boolean =>
  view.now < state.waitUntil &&
  view.now >= state.noHandoverUntil &&
  !state.frozen &&
  view.peers.some(
    ({ twoWay, pending, record }) => twoWay && (record === undefined ? pending : record.priority > 0),
  );

/** Who is only unhealthy keeps it where nobody is better off, unless the config wants that nobody serves then. */
function releasePlan(state: GroupState, view: GroupView): Plan | undefined {
  if (couldServe(state, view) || someMaySoon(state, view)) return undefined;
  const why = inabilityOf(state, view);
  if (why === 'unhealthy' && (state.frozen || state.leaving !== undefined)) return undefined;
  if (why === 'unhealthy' && dampedNow(state, view) === 'checks') return undefined;
  return { heir: undefined, cause: `${whyUnable(state, view)}, and nobody can take over`, byOrder: false };
}

/** Hands it over, or lets it go, once what has to be done before is done, has failed or has had its time. */
export const givesAway: Rule = (state, view) => {
  const plan = handoverPlan(state, view) ?? releasePlan(state, view);
  const { preparing } = state;
  if (plan === undefined) return preparing && step({ ...state, preparing: undefined }, { kind: 'unprepare' });
  if (view.policy.preDownMs > 0 && preparing === undefined) return prepare(state, view);
  if (preparing !== undefined && !preparing.isDone && view.now < preparedAt(state, view)!) return undefined;
  const { heir, cause, byOrder } = plan;
  const ready = { ...state, preparing: undefined };
  return heir === undefined ? release(ready, view, cause) : handOver(ready, view, heir, cause, byOrder);
};

function prepare(state: GroupState, view: GroupView): GroupStep {
  const id = state.nextCall;
  const preparing = { id, at: view.now, isDone: false };
  return step({ ...state, nextCall: id + 1, preparing }, { kind: 'prepare', id });
}

/** When waiting for what has to be done before ends. */
export const preparedAt = ({ preparing }: GroupState, { policy }: GroupView): MonoMs | undefined =>
  preparing && after(preparing.at, policy.preDownMs);

export const onPrepared = (state: GroupState, id: number): GroupStep =>
  step(state.preparing?.id === id ? { ...state, preparing: { ...state.preparing, isDone: true } } : state);
