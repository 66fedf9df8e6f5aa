import type { NodeName } from '../units.ts';
import { awayHolders, bestHolder, directHolders, secondHandHolders } from './election.ts';
import type { GroupState, GroupView } from './state.ts';

/** Who holds the group as far as this node knows, and how it knows. */
export interface KnownHolder {
  /** Empty for nobody. */
  readonly name: NodeName | '';
  /** 0 for nobody. */
  readonly number: number;
  /** It is us; we hear it; another node told us; it announced a restart and is waited for. */
  readonly known: 'self' | 'direct' | 'second-hand' | 'away' | 'nobody';
  /** For `away`: how much longer it is waited for. */
  readonly backWithinMs: number | undefined;
}

export function knownHolder(state: GroupState, view: GroupView): KnownHolder {
  const { names, self } = view;
  const of = (number: number, known: KnownHolder['known'], backWithinMs?: number): KnownHolder => ({
    name: names[number - 1] ?? '',
    number,
    known,
    backWithinMs,
  });
  if (state.role === 'active' || (state.role === 'releasing' && state.overlapping))
    return of(self.number, 'self');
  const direct = bestHolder(directHolders(state, view));
  if (direct !== undefined) return of(direct.number, 'direct');
  const told = bestHolder(secondHandHolders(view));
  if (told !== undefined) return of(told.number, 'second-hand');
  const [away] = awayHolders(view);
  if (away?.awayUntil !== undefined) return of(away.number, 'away', away.awayUntil - view.now);
  return of(0, 'nobody');
}
