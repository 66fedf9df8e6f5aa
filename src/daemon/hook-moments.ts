import type { RoleName } from '../core/frame.ts';
import type { HookMoment } from '../core/hooks.ts';
import type { GroupState } from '../core/group/state.ts';

/** What of a group's state decides which hooks are run. */
export interface Seen extends Pick<GroupState, 'role' | 'has' | 'stopping'> {
  /** Why this node cannot hold the group; empty when it can. */
  readonly fault: string;
}

/** Which moments have come for one group. `pre_up` and `pre_down` are not among them: those are asked for. */
export interface Moments {
  /** From the machine's effects, of which one step may have several. `seen` is the state after the step. */
  moved(from: RoleName, to: RoleName, seen: Seen): readonly HookMoment[];
  /** After each step. */
  looked(seen: Seen): readonly HookMoment[];
  /** The addresses are about to be here, or are: `post_down` is due when they are gone. */
  wentUp(): void;
  isUp(): boolean;
}

const isHolding = (role: RoleName): boolean =>
  role === 'active' || role === 'claiming' || role === 'releasing';

/** `first`: of a group that has hooks from now on. What was the case before is no news. */
export function newMoments(first: Seen): Moments {
  let isUp = isHolding(first.role);
  let isFaulty = first.fault !== '';
  let isStandby = first.role === 'standby' && !isFaulty;

  const wentDown = (): readonly HookMoment[] => {
    if (!isUp) return [];
    isUp = false;
    return ['post_down'];
  };
  return {
    moved(from, to, { has }) {
      if (to !== 'standby') isStandby = false;
      if (to === 'active') {
        isUp = true;
        return ['post_up'];
      }
      // A release ends when a look has shown that they are gone; it may be followed by a claim within the step.
      return to === 'standby' && (from === 'releasing' || !has) ? wentDown() : [];
    },
    looked({ role, has, stopping, fault }) {
      const moments: HookMoment[] = [];
      if (!has && !isHolding(role)) moments.push(...wentDown());
      if (fault !== '' && !isFaulty) moments.push('on_fault');
      isFaulty = fault !== '';
      const stands = role === 'standby' && !isFaulty;
      if (stands && !isStandby && !stopping) moments.push('on_standby');
      isStandby = stands;
      return moments;
    },
    wentUp() {
      isUp = true;
    },
    isUp: () => isUp,
  };
}
