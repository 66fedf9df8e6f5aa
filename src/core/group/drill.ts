import { after } from '../units.ts';
import { touchesVip } from './everywhere.ts';
import { and, call, enter, step } from './moves.ts';
import type { GroupState, GroupStep, GroupView } from './state.ts';

/** What a drill does to one group (node/drill.ts has the whole of it). */

/** As after a lapsed lease: the VIP goes, nobody is named, and what comes next begins with asking. */
export function playsDead(state: GroupState, view: GroupView): GroupStep {
  const start: GroupState = {
    ...state,
    ...{ heir: 0, overlapping: false, order: undefined, announce: undefined, asking: undefined },
    ...{ confirmWaitUntil: undefined, lapsed: true, upSeen: false, asksUntil: undefined },
  };
  const held = state.has || touchesVip(state);
  return and(enter('init', start, view, 'drill: plays dead'), (entered) =>
    held ? call(entered, 'down', view) : step(entered),
  );
}

/** Whatever was heard before we spoke again was said to nobody: `init` begins anew. */
export const comesAlive = (state: GroupState, view: GroupView, cause: string): GroupStep =>
  step({ ...state, ...(state.role === 'init' ? { since: view.now, lapsed: true, cause } : {}) });

/** A standby asks the holder for the group: for one timeout, like every order. */
export const asksBack = (state: GroupState, view: GroupView): GroupStep =>
  step({ ...state, asksUntil: after(view.now, view.policy.timeoutMs) });
