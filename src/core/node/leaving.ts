import type { GroupState } from '../group/state.ts';
import { after, type MonoMs } from '../units.ts';
import type { NodeState } from './state.ts';

/*
 * An announced restart: first the kernel is told to keep the VIPs for as long as the next process may take, then the peers
 * are told "back within", and when all of them have acknowledged that, this process may end. A peer that cannot be told
 * would take over beside us: then everything is given up instead.
 */

/** How long the peers have to acknowledge it. */
const SAY_MS = 600;
/** How long the adapters have to leave the VIPs with a longer lease. */
const LEAVE_MS = 3_000;

/**
 * Peers believe one announcement in ten timeouts. Whatever an earlier process announced, it was before this one began: a
 * young process hands over instead.
 */
const AGE_TIMEOUTS_MIN = 10.5;

const isYoung = ({ startedAt, policy }: NodeState, now: MonoMs): boolean =>
  now - startedAt < AGE_TIMEOUTS_MIN * policy.timeoutMs;

export const promisedMs = ({ leaving }: NodeState): number =>
  leaving?.saidAt === undefined ? 0 : leaving.withinMs;

const isUnderWay = (state: GroupState): boolean =>
  state.calls.leave !== undefined ||
  (state.leaving === undefined && (state.has || state.role === 'claiming' || state.role === 'releasing'));

export type LeaveVerdict = 'wait' | 'say' | 'left' | { readonly notLeft: string };

export function leaveVerdict(node: NodeState, now: MonoMs): LeaveVerdict {
  const { leaving, links } = node;
  if (leaving === undefined) return 'wait';
  const groups = [...node.groups.values()];
  if (leaving.saidAt === undefined) {
    if (isYoung(node, now) && groups.some(({ leaving: left }) => left !== undefined))
      return { notLeft: `this process is younger than ${AGE_TIMEOUTS_MIN} timeouts` };
    if (!groups.some(isUnderWay)) return groups.some(({ leaving: left }) => left?.isLeft) ? 'say' : 'left';
    return now < leaving.since + LEAVE_MS ? 'wait' : { notLeft: 'the VIPs could not be left in time' };
  }
  if (!groups.some(({ leaving: left }) => left?.isLeft)) return { notLeft: 'another node has taken over' };
  const { saidAt } = leaving;
  const untold = links.filter(({ alive, ackedTx }) => alive && (ackedTx ?? 0) < saidAt);
  if (untold.length === 0) return 'left';
  if (now < saidAt + SAY_MS) return 'wait';
  return { notLeft: `${untold.map(({ name }) => name).join(', ')} did not acknowledge it` };
}

export function leaveDueAt({ leaving }: NodeState): MonoMs | undefined {
  if (leaving === undefined) return undefined;
  return leaving.saidAt === undefined ? after(leaving.since, LEAVE_MS) : after(leaving.saidAt, SAY_MS);
}
