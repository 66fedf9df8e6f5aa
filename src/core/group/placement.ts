import { whyNoHeir } from './bars.ts';
import { dampedNow } from './damping.ts';
import { effectivePriority, isBetter } from './election.ts';
import type { GroupState, GroupView, PeerView } from './state.ts';

/** Where a group could be handed, and what keeps it where it is. */

/** In place of a node's number: to the best one with a higher priority than ours, if there is one. */
export const FAILBACK = -1;

export function steadyForMs(state: GroupState, view: GroupView, number: number): number {
  const steady = state.steady.get(number);
  return steady === undefined ? 0 : view.now - steady.since;
}

/** Live, idle, able and heard both ways: somebody to whom the group can be handed. */
export function heirs(view: GroupView): readonly PeerView[] {
  const able = view.peers.filter((peer) => whyNoHeir(peer, view) === undefined);
  return able.toSorted((a, b) =>
    isBetter(
      { number: a.number, priority: a.record!.priority },
      { number: b.number, priority: b.record!.priority },
    )
      ? -1
      : 1,
  );
}

/** Those of them that are better than `mine`: where a failback would go. */
export const betterHeirs = (view: GroupView, mine: number): readonly PeerView[] =>
  heirs(view).filter(({ record }) => record!.priority > mine);

export type PlacementBar = 'frozen' | 'placed by hand' | 'manual';

/** What keeps a placement as it is though it could be better, by flags that a node says of itself. */
export const placementBar = (
  { frozen, sticky }: { readonly frozen: boolean; readonly sticky: boolean },
  { policy }: GroupView,
): PlacementBar | undefined =>
  frozen ? 'frozen' : sticky ? 'placed by hand' : policy.failback.mode === 'auto' ? undefined : 'manual';

/** What keeps a holder from handing over to a better node by itself; undefined when it will. */
export function whyNoFailback(
  state: GroupState,
  view: GroupView,
): PlacementBar | 'restarting' | 'paused' | 'moved too often' | undefined {
  if (state.frozen) return 'frozen';
  if (state.leaving !== undefined) return 'restarting';
  if (view.now < state.noHandoverUntil) return 'paused';
  const damped = dampedNow(state, view);
  if (damped === 'checks') return 'moved too often';
  // One that has become worse than it was hands over, whatever the config says.
  if (effectivePriority(state, view) < state.peak) return undefined;
  return placementBar(state, view) ?? (damped === undefined ? undefined : 'moved too often');
}
