import { SECOND_MS } from '../units.ts';
import { and, call, enter, type Rule, seconds, step } from './moves.ts';
import type { GroupState, GroupView } from './state.ts';

/** A renewal that is older than this is not relied on: the kernel's lease minus the time that a look takes. */
export const LEASE_MARGIN_MS = 50;
export const LOOK_EVERY_MS = SECOND_MS;

export const touchesVip = (state: GroupState): boolean =>
  state.role === 'claiming' || state.role === 'active' || state.role === 'releasing';

/** Without a kernel lease, a stall is too long when others may have taken over meanwhile. */
export const stallLimitMs = ({ policy }: GroupView): number =>
  policy.leaseMs > 0 ? policy.leaseMs : policy.timeoutMs / 2;

export function leaseAgeMs(state: GroupState, view: GroupView): number {
  if (view.policy.leaseMs === 0 || state.renewedAt === undefined) return 0;
  return state.role === 'active' || (state.role === 'releasing' && state.overlapping)
    ? view.now - state.renewedAt
    : 0;
}

/** We may have lost the VIP without noticing, and somebody else may have it: start again, and ask first. */
export const startsAgainAfterLapse: Rule = (state, view) => {
  const age = leaseAgeMs(state, view);
  const leaseMs = state.leaving?.isLeft === true ? state.leaving.withinMs : view.policy.leaseMs;
  const lapsed = view.policy.leaseMs > 0 && age > leaseMs - LEASE_MARGIN_MS;
  const stalled = touchesVip(state) && view.stalledMs > stallLimitMs(view);
  if (!lapsed && !stalled) return undefined;
  const cause = stalled
    ? `stood still for ${seconds(view.stalledMs)}`
    : `lease not renewed for ${seconds(age)}`;
  const start = {
    ...state,
    heir: 0,
    overlapping: false,
    sticky: false,
    order: undefined,
    announce: undefined,
    leaving: undefined,
  };
  return and(enter('init', start, view, cause), (entered) =>
    call({ ...entered, upSeen: false }, 'down', view),
  );
};

export const faultEnds: Rule = (state, view) => {
  if (state.fault === undefined || view.now < state.fault.until || state.role === 'releasing')
    return undefined;
  return step({ ...state, fault: undefined });
};

/** A VIP that we don't hold is taken off, and looked for until it is gone. */
export const takesDownAgain: Rule = (state, view) => {
  const wants =
    state.role === 'releasing'
      ? !state.overlapping
      : state.role === 'init' && state.downAgainAt > state.since;
  if (!wants || !state.has || state.calls.down !== undefined || view.now < state.downAgainAt)
    return undefined;
  return call(state, 'down', view);
};

export const looks: Rule = (state, view) => {
  const wants = state.has && (state.role === 'init' || state.role === 'standby' || state.role === 'active');
  if (!wants || state.calls.look !== undefined || view.now < state.lookedAt + LOOK_EVERY_MS) return undefined;
  return call({ ...state, lookedAt: view.now }, 'look', view);
};
