import type { GroupState } from '../core/group/state.ts';

/** It holds the group's VIPs, or is about to: not while they are being taken down. */
export const isHolding = (state: GroupState | undefined): boolean =>
  state !== undefined &&
  (state.role === 'claiming' || state.role === 'active' || (state.role === 'releasing' && state.overlapping));
