import type { DampedReport } from '../report.ts';
import type { MonoMs } from '../units.ts';
import type { GroupPolicy, GroupState, GroupView } from './state.ts';

/*
 * A group that goes to and fro stays where it is. After as many moves within the window as the config allows it no longer
 * fails back by itself; after twice as many, checks do not move it either: then they flap on every node, and each move cuts
 * the clients off once more. What a holder's death, a fault or an operator moves is never held up.
 */

export interface DampingPolicy {
  readonly moves: number;
  readonly withinMs: number;
}

/** Moves that are remembered: as many as matter. */
const most = ({ moves }: DampingPolicy): number => 2 * moves;

const within = (moves: readonly MonoMs[], { withinMs }: DampingPolicy, now: MonoMs): readonly MonoMs[] =>
  moves.filter((at) => now - at < withinMs);

/** Who is seen to be active: the one thing that all nodes see alike. 0 for nobody. */
function activeNow(state: GroupState, { self, peers }: GroupView): { number: number; byHand: boolean } {
  if (state.role === 'active') return { number: self.number, byHand: state.sticky };
  const holder = peers.find(({ alive, record }) => alive && record?.role === 'active');
  return { number: holder?.number ?? 0, byHand: holder?.record?.sticky ?? false };
}

/** Counts a move when another node than before is seen active; those that an operator ordered don't count. */
export function countMoves(state: GroupState, view: GroupView): Pick<GroupState, 'lastActive' | 'moves'> {
  const { damping } = view.policy;
  const { number, byHand } = activeNow(state, view);
  const { lastActive, moves } = state;
  if (damping === undefined || number === 0 || number === lastActive) return { lastActive, moves };
  if (lastActive === 0 || byHand) return { lastActive: number, moves };
  return {
    lastActive: number,
    moves: [...within(moves, damping, view.now), view.now].slice(-most(damping)),
  };
}

/** `failback`: it does not fail back; `checks`: checks do not move it either. */
export type Damped = 'failback' | 'checks';

export function dampedNow({ moves }: GroupState, { now, policy }: GroupView): Damped | undefined {
  const { damping } = policy;
  if (damping === undefined) return undefined;
  const lately = within(moves, damping, now).length;
  return lately >= most(damping) ? 'checks' : lately >= damping.moves ? 'failback' : undefined;
}

/** When the next of the remembered moves no longer counts. */
export const dampingChangesAt = (
  { moves }: Pick<GroupState, 'moves'>,
  { damping }: Pick<GroupPolicy, 'damping'>,
): readonly number[] => (damping === undefined ? [] : moves.map((at) => at + damping.withinMs));

/** For people: how often it moved, and how long it stays for that. */
export function dampedFacts(state: GroupState, view: GroupView): DampedReport | undefined {
  const damped = dampedNow(state, view);
  const { damping } = view.policy;
  if (damped === undefined || damping === undefined) return undefined;
  const lately = within(state.moves, damping, view.now);
  const limit = damped === 'checks' ? most(damping) : damping.moves;
  const freeAt = lately.at(-limit)! + damping.withinMs;
  return {
    holds: damped,
    moves: lately.length,
    withinMs: damping.withinMs,
    forMs: freeAt - view.now,
  };
}
