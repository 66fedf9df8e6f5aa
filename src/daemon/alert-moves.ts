import { knownHolder } from '../core/group/known-holder.ts';
import { nameOf } from '../core/group/moves.ts';
import type { GroupEffect } from '../core/group/state.ts';
import type { NodeEffect, NodeState } from '../core/node/state.ts';
import { viewOf } from '../core/node/view.ts';
import type { Clock } from '../core/ports.ts';
import { after, SECOND_MS, type GroupId, type GroupName, type MonoMs } from '../core/units.ts';
import { gapMs, gapText } from './alert-gap.ts';
import type { Draft } from './alert-message.ts';
import { nodeLines } from './alert-nodes.ts';

/**
 * Watches where groups go. Whoever takes one over tells it, so that there is one message for each move; whoever gives one
 * up tells it only when nobody has taken it after a while.
 */
export interface AlertMoves {
  /** From the loop: every effect, after the step that it came from, and then the end of every event. */
  onEffect(effect: NodeEffect): void;
  onStep(): void;
  /** Of a group that this node has told to be on no node: once, when somebody has it again. */
  foundAgain(): void;
  isToldLost(group: string): boolean;
  /** This node ends: what it gave up and nobody was named for is told now. */
  stop(): void;
}

export interface MovePorts {
  readonly node: NodeState;
  readonly clock: Clock;
  readonly nameOfGroup: (id: GroupId) => GroupName | undefined;
  readonly tell: (draft: Draft) => void;
  /** A move from this node was told. */
  readonly onMovedFrom: (name: string) => void;
}

/** Beyond the timeout after which another node takes over. */
const LOST_AFTER_MS = 2 * SECOND_MS;

interface Trace {
  /** The other node that last said it had the group. */
  other: { number: number; at: MonoMs; keepsIt: boolean; givesIt: boolean } | undefined;
  /** When we last had it ourselves. */
  ownAt: MonoMs | undefined;
  claim: { readonly cause: string } | undefined;
  lost: { readonly cause: string; readonly hasHeir: boolean; readonly cancel: () => void } | undefined;
  toldLost: boolean;
}
type Moved = Extract<GroupEffect, { readonly kind: 'moved' }>;

export function newAlertMoves({ node, clock, nameOfGroup, tell, onMovedFrom }: MovePorts): AlertMoves {
  const traces = new Map<GroupId, Trace>();
  const { self } = node.policy;
  const traceOf = (id: GroupId): Trace => {
    const trace = traces.get(id) ?? {
      ...{ other: undefined, ownAt: undefined, claim: undefined, lost: undefined, toldLost: false },
    };
    traces.set(id, trace);
    return trace;
  };
  const observe = newObserver(node, traceOf);

  const taken = (id: GroupId, group: GroupName, trace: Trace, cause: string): void => {
    const now = clock.nowMs();
    const { other, ownAt } = trace;
    const wasOurs = ownAt !== undefined && (other === undefined || ownAt > other.at);
    const from = wasOurs || other === undefined ? '' : nameOf(viewOf(node, id, now), other.number);
    const lastHadAt = wasOurs ? ownAt : other?.at;
    const gap = gapText(gapMs({ lastHadAt, keepsIt: !wasOurs && other?.keepsIt === true, upAt: now }));
    const planned = !wasOurs && other?.givesIt === true;
    const title = wasOurs
      ? `${group} is up again on ${self.name}`
      : from === ''
        ? `${group} is up on ${self.name}`
        : `${group} moved to ${self.name}`;
    tell({
      ...{ kind: 'moves', group, from, to: self.name, cause, gap, title },
      severity: from === '' || planned ? 'info' : 'warning',
      text: from === '' ? title : `${title} (from ${from})`,
      epoch: node.groups.get(id)?.epoch ?? 0,
      details: nodeLines(node, id, now),
      ...(trace.toldLost ? { key: lostKey(group), resolved: true } : {}),
    });
    trace.toldLost = false;
    if (from !== '') onMovedFrom(from);
  };
  const judgeLost = (id: GroupId, group: GroupName, trace: Trace): void => {
    const { cause = '' } = trace.lost ?? {};
    trace.lost = undefined;
    const state = node.groups.get(id);
    const now = clock.nowMs();
    if (state === undefined || knownHolder(state, viewOf(node, id, now)).known !== 'nobody') return;
    trace.toldLost = true;
    tell({
      ...{ kind: 'moves', severity: 'critical', group, from: self.name, cause, key: lostKey(group) },
      title: `${group} is on no node`,
      text: `${group} is on no node: ${self.name} gave it up and hears of nobody who has it`,
      epoch: state.epochSeen,
      details: nodeLines(node, id, now),
    });
  };
  const gaveUp = (id: GroupId, group: GroupName, trace: Trace, cause: string): void => {
    trace.lost?.cancel();
    const at = after(clock.nowMs(), node.policy.timeoutMs + LOST_AFTER_MS);
    const hasHeir = (node.groups.get(id)?.heir ?? 0) !== 0;
    const cancel = clock.wakeAt(at, () => judgeLost(id, group, trace));
    trace.lost = { cause, hasHeir, cancel };
  };
  const moved = (id: GroupId, { from, to, cause }: Moved): void => {
    const group = nameOfGroup(id);
    if (group === undefined) return;
    const trace = traceOf(id);
    if (to === 'claiming') trace.claim = { cause };
    if (to === 'active') {
      trace.lost?.cancel();
      trace.lost = undefined;
      // One that takes over what its own earlier process left has claimed nothing, and nothing has moved.
      if (from === 'claiming' && trace.claim !== undefined) taken(id, group, trace, trace.claim.cause);
    }
    if (to !== 'claiming') trace.claim = undefined;
    if (from === 'active') {
      trace.ownAt = clock.nowMs();
      gaveUp(id, group, trace, cause);
    }
  };
  return {
    onEffect(effect) {
      if (effect.kind !== 'group' || effect.effect.kind !== 'moved') return;
      observe();
      moved(effect.group, effect.effect);
    },
    onStep: observe,
    foundAgain() {
      const now = clock.nowMs();
      for (const [id, trace] of traces) {
        const state = trace.toldLost ? node.groups.get(id) : undefined;
        const group = nameOfGroup(id);
        if (state === undefined || group === undefined) continue;
        const held = knownHolder(state, viewOf(node, id, now));
        if (held.known === 'nobody' || held.known === 'self') continue;
        trace.toldLost = false;
        const title = `${group} is held again, by ${held.name}`;
        tell({
          ...{
            kind: 'moves',
            severity: 'info',
            resolved: true,
            key: lostKey(group),
            group,
            title,
            text: title,
          },
          to: held.name,
        });
      }
    },
    isToldLost: (group) => [...traces].some(([id, { toldLost }]) => toldLost && nameOfGroup(id) === group),
    stop() {
      for (const [id, trace] of traces) {
        trace.lost?.cancel();
        const group = nameOfGroup(id);
        if (trace.lost !== undefined && !trace.lost.hasHeir && group !== undefined)
          judgeLost(id, group, trace);
      }
    },
  };
}

const lostKey = (group: string): string => `nobody ${group}`;

/** Notes who says that it has a group, with every frame that says so. */
function newObserver(node: NodeState, traceOf: (id: GroupId) => Trace): () => void {
  const freshAt = new Map<number, MonoMs>();
  const frames = new Map<number, Map<GroupId, number>>();
  return () => {
    for (const link of node.links) {
      if (link.freshAt === undefined || freshAt.get(link.number) === link.freshAt) continue;
      freshAt.set(link.number, link.freshAt);
      const seen = frames.get(link.number) ?? new Map<GroupId, number>();
      frames.set(link.number, seen);
      for (const [id, { frame, record }] of link.groups) {
        // Records take turns when there are many: one that did not come along says nothing new.
        if (seen.get(id) === frame) continue;
        seen.set(id, frame);
        const trace = traceOf(id);
        const { role, has, overlap, heir } = record;
        if (role === 'active' || (role === 'releasing' && has)) {
          const keepsIt = role === 'active' ? false : overlap;
          const givesIt = role === 'releasing' && heir === node.policy.self.number;
          trace.other = { number: link.number, at: link.freshAt, keepsIt, givesIt };
        } else if (trace.other?.number === link.number) {
          trace.other = { ...trace.other, keepsIt: false };
        }
      }
    }
  };
}
