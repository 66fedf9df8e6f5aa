import type { ControlAnswer } from '../control/messages.ts';
import type { DrillPlan, DrillReport } from '../core/drill-report.ts';
import { knownHolder } from '../core/group/known-holder.ts';
import { seconds } from '../core/group/moves.ts';
import type { NodeEffect, NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { Clock } from '../core/ports.ts';
import { after, SECOND_MS, type GroupId, type GroupName, type MonoMs } from '../core/units.ts';
import { newDrillMove, noteMove, reportOf, type Noted } from './drill-move.ts';
import type { History } from './history.ts';
import type { Happening } from './loop.ts';
import type { Moves } from './moves.ts';

/** One drill at a time, from its order to its verdict, as this node's clock and ears have it. */
export interface Drills {
  /** The plan was made a moment ago, and nothing has happened since. */
  begin(plan: DrillPlan, how: { readonly stay: boolean; readonly planned: boolean }): ControlAnswer;
  isUnderWay(): boolean;
  report(): DrillReport | undefined;
  /** From the loop: when the silence is over, and the end of every event. */
  onCameAlive(end: Extract<NodeEffect, { readonly kind: 'cameAlive' }>): void;
  onStep(now: MonoMs): void;
  stop(): void;
}

interface Current {
  readonly plan: DrillPlan;
  readonly planned: boolean;
  readonly stays: boolean;
  readonly at: string;
  readonly startedAt: MonoMs;
  readonly moves: Noted[];
  phase: DrillReport['phase'];
  phaseEndsAt: MonoMs;
  aliveAt: MonoMs | undefined;
  overAt: MonoMs | undefined;
  failure: string;
}

/** For greeting everybody, and for a holder to be found after a failure. */
const PATIENCE_TIMEOUTS = 3;

export interface DrillPorts {
  readonly node: NodeState;
  readonly clock: Clock;
  readonly history: History;
  readonly tell: (happening: Happening) => void;
  readonly moves: Pick<Moves, 'watch'>;
}

export function newDrills(ports: DrillPorts): Drills {
  const { node, clock, history, tell } = ports;
  let current: Current | undefined;
  let cancel = (): void => undefined;
  const isOver = (): boolean => current === undefined || current.phase === 'over';

  const enter = (drill: Current, phase: Current['phase'], ms: number): void => {
    cancel();
    drill.phase = phase;
    drill.phaseEndsAt = after(clock.nowMs(), ms);
    if (phase === 'over') drill.overAt = clock.nowMs();
    else cancel = clock.wakeAt(drill.phaseEndsAt, () => look(drill, clock.nowMs()));
  };
  const end = (drill: Current): void => {
    enter(drill, 'over', 0);
    const { plan } = drill;
    const report = reportOf(drill, node, clock.nowMs());
    history.add({
      kind: 'daemon',
      subject: plan.group,
      text: report.passed === true ? 'drill passed' : 'drill failed',
      cause: report.passed === true ? `drill: failover in ${gapWords(report)}` : `drill: ${report.failure}`,
    });
  };
  const fail = (drill: Current, why: string): void => {
    drill.failure ||= why;
    enter(drill, 'recovering', patienceMs(node));
  };
  const goesOn = (drill: Current): void => enter(drill, 'greeting', patienceMs(node));

  const look = (drill: Current, now: MonoMs): void => {
    if (drill !== current || drill.phase === 'over') return;
    for (const move of drill.moves) noteMove(move, node, drill.phase, now);
    const isLate = now >= drill.phaseEndsAt;
    switch (drill.phase) {
      case 'greeting':
        if (drill.moves.every(({ id }) => node.groups.get(id)?.role === 'standby')) {
          if (drill.stays) return end(drill);
          enter(drill, 'returning', returnMs(drill, node));
          // Not from inside the event that brought us here: the machine is told after it.
          for (const move of drill.moves) {
            move.askedBackAt = now;
            tell({ kind: 'ordered', group: move.id, order: { kind: 'askBack' } });
          }
        } else if (isLate) fail(drill, 'the others were not met again in time');
        return;
      case 'returning':
        if (drill.moves.every(({ id }) => node.groups.get(id)?.role === 'active')) return end(drill);
        if (isLate) fail(drill, notReturned(drill, node));
        return;
      case 'recovering': {
        const isHeld = ({ id }: Noted): boolean => holderOf(node, id, now) !== '';
        if (drill.moves.every(isHeld) || isLate) end(drill);
        return;
      }
      case 'dead':
      case 'moving':
        // The machine's own bound comes first.
        if (isLate) fail(drill, 'it took too long');
        return;
    }
  };

  return {
    begin(plan, { stay, planned }) {
      if (!isOver()) return refusal('a drill is under way', 'wait for its end');
      const now = clock.nowMs();
      const taken = plan.groups.filter(
        ({ group, heir }) => heir !== '' && (!planned || group === plan.group),
      );
      const drill: Current = {
        ...{ plan, planned, stays: stay, at: new Date(clock.wallMs()).toISOString(), startedAt: now },
        moves: taken.flatMap(({ group }) => newDrillMove(group, node)),
        ...{ phase: 'dead', phaseEndsAt: now, aliveAt: undefined, overAt: undefined, failure: '' },
      };
      current = drill;
      const what = planned ? 'a switchover there and back' : 'this node plays dead';
      history.add({ kind: 'daemon', subject: plan.group, text: 'drill begins', cause: `drill: ${what}` });
      if (planned) {
        enter(drill, 'moving', 10 * patienceMs(node));
        void switchOver(
          drill,
          ports,
          () => (drill === current ? goesOn(drill) : undefined),
          (why) => fail(drill, why),
        );
      } else {
        enter(drill, 'dead', plan.deadMsMax + patienceMs(node));
        tell({ kind: 'playDead', forMs: plan.deadMsMax });
      }
      return { ok: true, text: `drill of ${plan.group}: begun`, facts: { plan } };
    },
    isUnderWay: () => !isOver(),
    report: () => current && reportOf(current, node, clock.nowMs()),
    onCameAlive({ taken, cause }) {
      if (current === undefined || current.phase !== 'dead') return;
      current.aliveAt = clock.nowMs();
      for (const move of current.moves) noteMove(move, node, 'dead', clock.nowMs());
      if (taken) goesOn(current);
      else fail(current, cause);
    },
    onStep(now) {
      if (current !== undefined && current.phase !== 'over') look(current, now);
    },
    stop() {
      cancel();
      if (current === undefined || current.phase === 'over') return;
      current.failure ||= 'this node is stopping';
      end(current);
    },
  };
}

async function switchOver(
  drill: Current,
  { node, moves, tell }: DrillPorts,
  done: () => void,
  failed: (why: string) => void,
): Promise<void> {
  const [move] = drill.moves;
  if (move === undefined) return failed('there is nobody to hand it to');
  const to = node.policy.names.indexOf(drill.plan.heir) + 1;
  const watched = moves.watch({ id: move.id, name: move.group });
  tell({ kind: 'ordered', group: move.id, order: { kind: 'switchover', to } });
  const moved = await watched;
  if (moved.failure !== '') return failed(moved.failure);
  move.gapMs = moved.gapMs;
  done();
}

const patienceMs = ({ policy }: NodeState): number => PATIENCE_TIMEOUTS * policy.timeoutMs + SECOND_MS;

const returnMs = ({ plan }: Current, node: NodeState): number => plan.back.ms + patienceMs(node);

const holderOf = (node: NodeState, id: GroupId, now: MonoMs): string => {
  const state = node.groups.get(id);
  return state === undefined ? 'nobody any more' : knownHolder(state, viewOf(node, id, now)).name;
};

function notReturned({ plan, moves }: Current, node: NodeState): string {
  const left = moves.filter(({ id }) => node.groups.get(id)?.role !== 'active');
  const words = left.map(({ group, taker }) => `${taker || 'nobody'} did not hand ${group} back`);
  return `${words.join(', ')}; on that node: sealbeat switchover ${plan.group} --to ${plan.node}`;
}

const gapWords = ({ moves }: DrillReport): string =>
  moves.map(({ group, gapMs = 0 }) => `${seconds(gapMs)} (${group})`).join(', ');

const refusal = (message: string, hint: string): ControlAnswer => ({
  ok: false,
  code: 'REFUSED',
  message,
  hint,
});

/** What may not be ordered while a drill is under way: it would be mistaken for its outcome. */
export const duringDrill = (group: GroupName): ControlAnswer =>
  refusal(`a drill of ${group} is under way`, 'wait for its end: "sealbeat events --follow"');
