import { unreachable } from '../errors.ts';
import { after, type MonoMs, SECOND_MS } from '../units.ts';
import { betterHeirs, FAILBACK } from './placement.ts';
import { announceFrom } from './announce.ts';
import { asksBack } from './drill.ts';
import { effectivePriority } from './election.ts';
import type { Health } from './health.ts';
import { LOOK_EVERY_MS } from './everywhere.ts';
import { and, call, failed, release, seconds, step } from './moves.ts';
import type { CallResult, GroupEffect, GroupOrder, GroupState, GroupStep, GroupView } from './state.ts';

/** What comes in besides what is heard: outcomes of adapter calls, hints of the system, orders. */

const PUT_BACKS_MAX = 3;
const PUT_BACK_WINDOW_MS = 10 * SECOND_MS;
const DOWN_AGAIN_MS = 500;
/** What a frame can carry. */
const FREEZE_COUNTER_MAX = 65_535;

/** Takes the outcome of an adapter call into the state; the rules then act on it. */
export function onCallDone(state: GroupState, result: CallResult, view: GroupView): GroupStep {
  const pending = state.calls[result.kind];
  if (pending?.id !== result.call) return step(state);
  const { [result.kind]: _, ...calls } = state.calls;
  const answered: GroupState = { ...state, calls };
  switch (result.kind) {
    case 'up':
      return onUpDone(answered, result, pending.at, view);
    case 'renew':
      return onRenewed(answered, result, pending.at, view);
    case 'down':
      return onDownDone(answered, result, view);
    case 'look':
      return onLooked(answered, result, view);
    case 'leave':
      return onLeft(answered, result, pending.at, view);
    default:
      return unreachable(result.kind);
  }
}

function onUpDone(
  state: GroupState,
  { found, text }: CallResult,
  askedAt: MonoMs,
  view: GroupView,
): GroupStep {
  if (state.role !== 'claiming') return step(state);
  if (found === 'all') return step({ ...state, upSeen: true, renewedAt: askedAt });
  return release(failed(state, view, text), view, `the VIP could not be brought up: ${text}`);
}

function onRenewed(
  state: GroupState,
  { found, text }: CallResult,
  askedAt: MonoMs,
  view: GroupView,
): GroupStep {
  if (found === 'all') return step({ ...state, renewedAt: askedAt });
  if (state.role === 'claiming')
    return release(failed(state, view, text), view, `the lease could not be renewed: ${text}`);
  // It is tried again at the next beat; the lease's age decides, not one failure.
  const again = after(view.now, Math.min(view.policy.intervalMs, view.policy.leaseMs / 6));
  return step({ ...state, renewAgainAt: again }, { kind: 'told', text: 'lease not renewed', cause: text });
}

function onDownDone(state: GroupState, { found, text }: CallResult, view: GroupView): GroupStep {
  const again = after(view.now, DOWN_AGAIN_MS);
  if (found === 'none') return step({ ...state, has: false, downAgainAt: view.now, renewedAt: undefined });
  const told: GroupEffect = { kind: 'told', text: 'VIP could not be taken down', cause: text };
  // An heir waits for a VIP that may never go: then it is everybody's turn, as after any stuck release.
  const broken = { ...failed(state, view, text), downAgainAt: again, heir: 0 };
  return state.fault?.text === text ? step({ ...broken, failures: state.failures }) : step(broken, told);
}

function onLooked(state: GroupState, { found, text }: CallResult, view: GroupView): GroupStep {
  if (found === 'failed')
    return step(state, { kind: 'told', text: 'could not look for the VIP', cause: text });
  if (state.role === 'init' || state.role === 'standby') return step({ ...state, has: found !== 'none' });
  if (state.role !== 'active' || found === 'all') return step(state);
  const putBacks = [...state.putBacks.filter((at) => view.now - at < PUT_BACK_WINDOW_MS), view.now];
  if (putBacks.length > PUT_BACKS_MAX) {
    const why = `something on this host removed the VIP ${putBacks.length} times in ${seconds(PUT_BACK_WINDOW_MS)}`;
    return release(failed({ ...state, putBacks }, view, why), view, why);
  }
  const told: GroupEffect = {
    kind: 'told',
    text: 'VIP was gone and is being put back',
    cause: 'removed by another program',
  };
  const back = { ...state, putBacks, announce: announceFrom(view.now, true) };
  return and(call(back, 'renew', view), (called) => step(called, told));
}

function onLeft(state: GroupState, { found, text }: CallResult, askedAt: MonoMs, view: GroupView): GroupStep {
  if (state.leaving === undefined) return step(state);
  if (found === 'all')
    return step({ ...state, renewedAt: askedAt, leaving: { ...state.leaving, isLeft: true } });
  const stopping = givesUp({ ...state, leaving: undefined, stopping: true }, view, 'stopping');
  return and(stopping, (next) =>
    step(next, { kind: 'told', text: 'VIP cannot be left for the next process', cause: text }),
  );
}

/** The system says that something about the VIP changed: look now instead of at the next second. */
export function onVipHint(state: GroupState, view: GroupView): GroupStep {
  if (state.role === 'claiming' || state.role === 'releasing') return step(state);
  // A look that is under way may have looked before the change: make the next one due.
  if (state.calls.look !== undefined) return step({ ...state, lookedAt: after(view.now, -LOOK_EVERY_MS) });
  return call({ ...state, lookedAt: view.now }, 'look', view);
}

/** An interface has come, or come back: what failed without it need not wait for the end of its back-off. */
export function onCarrierBack(state: GroupState, view: GroupView): GroupStep {
  return step(state.fault === undefined ? state : { ...state, fault: { ...state.fault, until: view.now } });
}

/** A holder that became unfit waits a moment for somebody who may become able to take over. */
export const onHealth = (state: GroupState, health: Health, view: GroupView): GroupStep =>
  step({ ...state, health, waitUntil: after(view.now, view.policy.timeoutMs) });

function givesUp(state: GroupState, view: GroupView, why: string): GroupStep {
  const waiting = { ...state, waitUntil: after(view.now, view.policy.timeoutMs) };
  if (!state.frozen || state.role !== 'active') return step(waiting);
  return step(waiting, { kind: 'told', text: 'frozen: nobody serves it until "sealbeat thaw"', cause: why });
}

export function onOrder(state: GroupState, order: GroupOrder, view: GroupView): GroupStep {
  switch (order.kind) {
    case 'stop':
      return givesUp({ ...state, stopping: true, leaving: undefined }, view, 'stopping');
    case 'leave':
      return leave(state, order.withinMs, view);
    case 'drain':
      return givesUp({ ...state, drained: true }, view, 'drained');
    case 'undrain':
      return step({ ...state, drained: false });
    case 'freeze':
    case 'thaw': {
      const frozen = order.kind === 'freeze';
      if (frozen === state.frozen) return step(state);
      const counter = Math.min(state.freezeCounter + 1, FREEZE_COUNTER_MAX);
      return step({
        ...state,
        frozen,
        freezeCounter: counter,
        heldWhenFrozen: frozen && state.role === 'active',
      });
    }
    case 'switchover':
      if (state.role !== 'active') {
        return step(state, {
          kind: 'told',
          text: 'switchover not done',
          cause: 'this node does not hold the group',
        });
      }
      return step({ ...state, order: order.to, orderUntil: after(view.now, view.policy.timeoutMs) });
    case 'askBack':
      return asksBack(state, view);
    case 'failback': {
      // With nobody better there is nothing to wait for: one that becomes better later is healthy for `delay` first.
      const isOrder = betterHeirs(view, effectivePriority(state, view)).length > 0;
      return step({
        ...state,
        sticky: false,
        order: isOrder ? FAILBACK : undefined,
        orderUntil: after(view.now, view.policy.timeoutMs),
        noHandoverUntil: isOrder ? view.now : state.noHandoverUntil,
      });
    }
    default:
      return unreachable(order);
  }
}

/** Only who holds undisturbed leaves something; everybody else just ends. */
function leave(state: GroupState, withinMs: number, view: GroupView): GroupStep {
  if (state.role !== 'active' || view.policy.leaseMs === 0 || withinMs < view.policy.leaseMs)
    return givesUp({ ...state, stopping: true }, view, 'stopping');
  const id = state.nextCall;
  const calls = { ...state.calls, leave: { id, at: view.now } };
  return step(
    { ...state, calls, nextCall: id + 1, order: undefined, leaving: { withinMs, isLeft: false } },
    { kind: 'leave', call: id, withinMs },
  );
}
