import type { DrillMove, DrillReport, DrillPlan } from '../core/drill-report.ts';
import { knownHolder } from '../core/group/known-holder.ts';
import type { NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { GroupId, GroupName, MonoMs, NodeName } from '../core/units.ts';

/** What was noted of one group in a drill, by this node's clock alone. */
export interface Noted {
  readonly id: GroupId;
  readonly group: GroupName;
  offAt: MonoMs | undefined;
  missedAt: MonoMs | undefined;
  claimedAt: MonoMs | undefined;
  activeAt: MonoMs | undefined;
  taker: NodeName | '';
  /** Of a planned move; of a real one it is counted from the beginning. */
  gapMs: number | undefined;
  askedBackAt: MonoMs | undefined;
  /** When nobody was heard to have it any more, though it was not here yet. */
  goneThereAt: MonoMs | undefined;
  upAt: MonoMs | undefined;
  backAt: MonoMs | undefined;
}

export function newDrillMove(group: GroupName, node: NodeState): readonly Noted[] {
  const id = node.policy.groups.find(({ name }) => name === group)?.id;
  if (id === undefined) return [];
  const nothing = { offAt: undefined, missedAt: undefined, claimedAt: undefined, activeAt: undefined };
  const back = { askedBackAt: undefined, goneThereAt: undefined, upAt: undefined, backAt: undefined };
  return [{ id, group, ...nothing, ...back, taker: '', gapMs: undefined }];
}

/** After each event: what is new is noted with its moment. */
export function noteMove(move: Noted, node: NodeState, phase: DrillReport['phase'], now: MonoMs): void {
  const state = node.groups.get(move.id);
  if (state === undefined) return;
  const { peers } = viewOf(node, move.id, now);
  const live = peers.filter(({ alive }) => alive);
  if (phase === 'returning') {
    const hasIt = live.some(({ record }) => record?.has === true);
    if (!hasIt && !state.upSeen) move.goneThereAt ??= now;
    if (state.upSeen) move.upAt ??= now;
    if (state.role === 'active') move.backAt ??= now;
    return;
  }
  if (phase === 'recovering') return;
  if (!state.has) move.offAt ??= now;
  if (phase === 'dead' && node.links.some(({ alive, saysHearsUs }) => alive && !saysHearsUs))
    move.missedAt ??= now;
  if (live.some(({ record }) => record?.role === 'claiming')) move.claimedAt ??= now;
  const taker = live.find(({ record }) => record?.role === 'active');
  if (taker === undefined) return;
  move.claimedAt ??= now;
  move.activeAt ??= now;
  move.taker = taker.name;
}

interface Drill {
  readonly plan: DrillPlan;
  readonly planned: boolean;
  readonly stays: boolean;
  readonly at: string;
  readonly startedAt: MonoMs;
  readonly moves: readonly Noted[];
  readonly phase: DrillReport['phase'];
  readonly aliveAt: MonoMs | undefined;
  readonly overAt: MonoMs | undefined;
  readonly failure: string;
}

export function reportOf(drill: Drill, node: NodeState, now: MonoMs): DrillReport {
  const { plan, planned, stays, at, startedAt, phase } = drill;
  const since = (moment: MonoMs | undefined): number | undefined =>
    moment === undefined ? undefined : Math.ceil(moment - startedAt);
  const moves = drill.moves.map((move): DrillMove => ({
    ...{ group: move.group, taker: move.taker },
    offMs: since(move.offAt),
    missedMs: since(move.missedAt),
    claimedMs: since(move.claimedAt),
    activeMs: since(move.activeAt),
    gapMs: planned ? move.gapMs : since(move.activeAt),
    askedBackMs: since(move.askedBackAt),
    backMs: since(move.backAt),
    backGapMs: move.backAt && gapBetween(move.goneThereAt, move.upAt),
  }));
  const failure = drill.failure || (phase === 'over' ? brokenPromise(plan, planned, moves) : '');
  const id = node.policy.groups.find(({ name }) => name === plan.group)?.id;
  const state = id && node.groups.get(id);
  return {
    ...{ at, plan, planned, stays, phase, moves, failure },
    elapsedMs: Math.ceil((drill.overAt ?? now) - startedAt),
    aliveMs: since(drill.aliveAt),
    passed: phase === 'over' ? failure === '' : undefined,
    holder: id && state ? knownHolder(state, viewOf(node, id, now)).name : '',
  };
}

const gapBetween = (gone: MonoMs | undefined, up: MonoMs | undefined): number =>
  gone === undefined || up === undefined ? 0 : Math.max(0, Math.ceil(up - gone));

/** It moved, but not as the config promises. */
function brokenPromise({ failover, back }: DrillPlan, planned: boolean, moves: readonly DrillMove[]): string {
  const allowedMs = planned ? back.ms : failover.ms;
  for (const { group, gapMs = 0, backGapMs = 0 } of moves) {
    if (gapMs > allowedMs)
      return `${group} was without a holder for ${gapMs} ms, promised are ${allowedMs} ms`;
    if (backGapMs > back.ms)
      return `${group} was without a holder for ${backGapMs} ms on the way back, promised are ${back.ms} ms`;
  }
  return '';
}
