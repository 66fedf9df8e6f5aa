import { unreachable } from '../errors.ts';
import { onAnswer } from '../group/asking.ts';
import { onPrepared } from '../group/giving.ts';
import { onCallDone, onCarrierBack, onHealth, onOrder, onVipHint } from '../group/incoming.ts';
import { beatWantedAt, evaluate, nextWakeAt } from '../group/machine.ts';
import {
  initialGroup,
  type GroupEffect,
  type GroupState,
  type GroupStep,
  type Legacy,
} from '../group/state.ts';
import {
  ignoresUs,
  newLink,
  noteClockStood,
  relink,
  renewOwnSession,
  setReady,
  timeoutFor,
  type Link,
} from '../peer/link.ts';
import { receive } from '../peer/receive.ts';
import { forgiveStall, judge, nextProbeAt } from '../peer/suspicion.ts';
import { after, type GroupId, type MonoMs, type WallMs } from '../units.ts';
import { composeFrame, composeSameBeat, type FrameKind } from './compose.ts';
import { comeAlive, drillEnd, drillEndsAt, isMute, playDead, type DrillEnd } from './drill.ts';
import { leaveDueAt, leaveVerdict } from './leaving.ts';
import type { NodeEffect, NodeEvent, NodePolicy, NodeState, NodeStep } from './state.ts';
import { helloDueAt, onReadyPaths, probe, speak, talk } from './talk.ts';
import { canReceive, noteReceived, viewOf, viewsAt, viewsChangeAt, type Views } from './view.ts';

/*
 * One node: its links to the others and its place in every group. Every callback of the shell is one event here, and in
 * every one the order is: clock check, what arrived, timers, the groups' rules, sending. Deterministic: the same events
 * give the same effects.
 */

/** A callback that comes this much later than it was asked for means that the process stood still. */
const STALL_MS_MIN = 25;
/** Reading what arrived during a stall takes two turns of the loop, at most this long. */
const DRAIN_MS_MAX = 50;

/** What is known of a group when a node starts, or when a group is new to it. */
export interface Found {
  readonly has: boolean;
  readonly epochSeen: number;
  readonly legacy?: Legacy | undefined;
}

export interface NodeStart {
  readonly now: MonoMs;
  readonly wall: WallMs;
  /** 64 random bits. */
  readonly seed: bigint;
  /** By group: whether a look found its VIP here, and the highest epoch in the state directory. */
  readonly found: ReadonlyMap<GroupId, Found>;
}

export function startNode(policy: NodePolicy, { now, wall, seed, found }: NodeStart): NodeState {
  const node: NodeState = {
    policy,
    links: [],
    groups: new Map(),
    seed,
    startedAt: now,
    nextBeatAt: now,
    burst: undefined,
    wakeAt: now,
    groupsWakeAt: now,
    groupsBeatAt: now,
    viewsChangeAt: now,
    recordsSaid: new Map(),
    drainUntil: undefined,
    stalledAt: now,
    wallMinusMono: wall - now,
    receivedAt: now,
    hearingSince: now,
    said: '',
    leaving: undefined,
    playingDead: undefined,
    stalls: 0,
    stalledMsMax: 0,
  };
  for (const peer of policy.peers) node.links.push(newLink(peer, nextSession(node), now));
  for (const { id } of policy.groups) {
    node.groups.set(id, initialGroup(now, found.get(id) ?? { has: false, epochSeen: 0 }));
  }
  return node;
}

/** Takes another config into a running node: links to the same peers and places in the same groups live on. */
export function reconfigure(
  node: NodeState,
  policy: NodePolicy,
  keyChanged: (name: string) => boolean,
  now: MonoMs,
): void {
  const links = policy.peers.map((peer) => {
    const old = node.links.find(({ name }) => name === peer.name);
    if (old === undefined) return newLink(peer, nextSession(node), now);
    return relink(old, peer, keyChanged(peer.name) ? nextSession(node) : undefined, now);
  });
  node.links.splice(0, node.links.length, ...links);
  for (const id of node.groups.keys())
    if (!policy.groups.some((group) => group.id === id)) node.groups.delete(id);
  for (const { id } of policy.groups) {
    if (!node.groups.has(id)) node.groups.set(id, initialGroup(now, { has: false, epochSeen: 0 }));
  }
  node.policy = policy;
  node.nextBeatAt = Math.min(node.nextBeatAt, after(now, policy.intervalMs)) as MonoMs;
  // What was kept for quiet times was kept of another config.
  node.groupsWakeAt = now;
  node.viewsChangeAt = now;
  node.recordsSaid.clear();
}

/** Numbers for sessions: a 64-bit linear congruential generator (Knuth, MMIX), of which the upper 53 bits are used. */
function nextSession(node: NodeState): number {
  const mixed = node.seed ^ BigInt(Math.max(0, Math.floor(node.wallMinusMono)));
  node.seed = BigInt.asUintN(64, mixed * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
  return Number(node.seed >> 11n) || 1;
}

/**
 * A new session of our own in the place of one that has run. A machine that goes on from a snapshot has the same seed as the
 * last time it did, and the peer has retired what came of it; but what the peer has said since is new.
 */
function anotherSession(node: NodeState, { rx }: Link): number {
  node.seed ^= BigInt(`0x${rx?.newestEcho ?? '0'}`);
  return nextSession(node);
}

export function step(node: NodeState, event: NodeEvent): NodeStep {
  const { now } = event;
  const effects: NodeEffect[] = [];
  let verdict: string | undefined;
  let healed = false;
  let news = event.kind !== 'tick';

  let stalledMs = checkClocks(node, event, effects);
  const say = (link: Link, path: number, kind: FrameKind = {}): void => {
    if (!isMute(node)) effects.push(composeFrame(node, link, path, now, kind));
  };

  switch (event.kind) {
    case 'frame': {
      const link = node.links.find(({ number }) => number === event.from);
      if (link === undefined) break;
      const received = receive(link, event.arrived, now, node.policy);
      verdict = received.verdict;
      news = received.news || !canReceive(node, now);
      if (received.verdict === 'ok') noteReceived(node, now);
      if (received.found) {
        healed = true;
        const cause = link.sessionsOpened <= 1 ? 'first fresh frame' : 'a fresh frame after a silence';
        effects.push({ kind: 'peer', name: link.name, text: 'is alive', cause });
      }
      if (received.clockStoodMs > 0) {
        stalledMs = Math.max(stalledMs, received.clockStoodMs);
        for (const other of node.links) if (other !== link) noteClockStood(other, received.clockStoodMs);
        noteStall(node, now, effects, {
          ms: received.clockStoodMs,
          counted: false,
          cause: 'the clock of this host stood still',
        });
      }
      if (received.rolledBack) renewOwnSession(link, anotherSession(node, link), now, node.policy);
      if (received.opened) onReadyPaths(link, (path) => say(link, path));
      if (received.answer === 'probe') say(link, event.arrived.path, { answer: true });
      if (received.answer === 'hello') {
        const answerTo = { seq: event.arrived.body.seq, echo: event.arrived.echo };
        say(link, event.arrived.path, { answerTo });
      }
      break;
    }
    case 'drained':
      node.drainUntil = undefined;
      break;
    case 'called':
      applyTo(node, event.group, effects, (state) =>
        onCallDone(state, event.result, viewOf(node, event.group, now)),
      );
      break;
    case 'answered':
      applyTo(node, event.group, effects, (state) =>
        onAnswer(state, event.result, viewOf(node, event.group, now)),
      );
      break;
    case 'health':
      applyTo(node, event.group, effects, (state) =>
        onHealth(state, event.health, viewOf(node, event.group, now)),
      );
      break;
    case 'prepared':
      applyTo(node, event.group, effects, (state) => onPrepared(state, event.id));
      break;
    case 'hint':
      applyTo(node, event.group, effects, (state) => onVipHint(state, viewOf(node, event.group, now)));
      break;
    case 'carrier':
      healed = event.up;
      if (!event.up) break;
      for (const { id } of node.policy.groups)
        applyTo(node, id, effects, (state) => onCarrierBack(state, viewOf(node, id, now)));
      break;
    case 'received':
      news = !canReceive(node, now);
      noteReceived(node, now);
      break;
    case 'way': {
      const link = node.links.find(({ number }) => number === event.peer);
      const path = link?.paths[event.path];
      if (link === undefined || path === undefined || path.transport === 'udp') break;
      news = false;
      setReady(path, event.ready);
      // Said at once: the peer knows whose connection it is by a frame that it accepts.
      if (event.ready) say(link, event.path);
      break;
    }
    case 'trouble':
      for (const link of node.links) {
        // At most one series of probes in a silence, and in a timeout: an answer ends the silence, and whoever can make a
        // socket err every millisecond would be asked and answered for ever.
        if (link.number === event.peer && link.alive && link.probesSent === 0 && now >= link.troubleAt) {
          link.troubleAt = after(now, timeoutFor(link, node.policy));
          effects.push(...probe(node, link, now));
          link.probesSent = 1;
        }
      }
      break;
    case 'slept':
      stalledMs = Math.max(stalledMs, event.ms);
      for (const link of node.links) noteClockStood(link, event.ms);
      noteStall(node, now, effects, { ms: event.ms, counted: false, cause: 'this host was suspended' });
      break;
    case 'playDead':
      playDead(node, event.forMs, now, (id, how) => applyTo(node, id, effects, how));
      break;
    case 'ordered':
      // Who is told to end says so, and does not let the others find out.
      if (event.order.kind === 'leave' || event.order.kind === 'stop')
        endDrill(node, now, effects, { taken: false, cause: 'this node was told to stop' });
      if (event.order.kind === 'leave')
        node.leaving = { withinMs: event.order.withinMs, since: now, saidAt: undefined };
      if (event.order.kind === 'stop') node.leaving = undefined;
      for (const { id } of node.policy.groups) {
        if (event.group !== undefined && event.group !== id) continue;
        applyTo(node, id, effects, (state) => onOrder(state, event.order, viewOf(node, id, now)));
      }
      break;
    case 'tick':
      break;
    default:
      unreachable(event);
  }

  if (!news && stalledMs === 0 && isCalm(node, now)) {
    talk(node, now, effects, (link, path, probe) => composeSameBeat(node, link, path, now, probe));
    node.wakeAt = wakeAt(node, now);
    return { effects, verdict, wakeAt: node.wakeAt };
  }
  if (node.drainUntil !== undefined && now >= node.drainUntil) node.drainUntil = undefined;
  if (node.drainUntil === undefined) judgeAll(node, now, effects);
  if (node.playingDead !== undefined && node.drainUntil === undefined)
    endDrill(node, now, effects, drillEnd(node.playingDead, viewsAt(node, now), now));
  const beatDue = now >= node.nextBeatAt;
  const isTimer = event.kind === 'tick' && stalledMs === 0;
  const views = viewsAt(node, now, { stalledMs, healed, beatDue, isTimer });
  evaluateAll(node, views, effects);
  leave(node, now, views, effects);
  speak(node, now, views, effects);
  restTill(node, now, views);
  node.wakeAt = wakeAt(node, now);
  return { effects, verdict, wakeAt: node.wakeAt };
}

function endDrill(node: NodeState, now: MonoMs, effects: NodeEffect[], end: DrillEnd | undefined): void {
  if (end === undefined || !isMute(node)) return;
  comeAlive(node, end.cause, now, (id, how) => applyTo(node, id, effects, how));
  effects.push({ kind: 'cameAlive', ...end });
}

/**
 * No rule is due, nothing is under way and nothing that the rules are told has changed: a frame that says what the one
 * before said needs no more than to be received, and a beat no more than to be sent. That is nearly every
 * callback there is.
 */
function isCalm(node: NodeState, now: MonoMs): boolean {
  if (node.drainUntil !== undefined || node.burst !== undefined || node.leaving !== undefined) return false;
  if (isMute(node)) return false;
  if (now >= node.groupsWakeAt || now >= node.viewsChangeAt) return false;
  if (now >= node.nextBeatAt && now >= node.groupsBeatAt) return false;
  for (const link of node.links) if (link.alive && now >= link.deadline) return false;
  for (const { role } of node.groups.values()) if (role !== 'standby' && role !== 'active') return false;
  return true;
}

/** Until when the rules need not be asked. */
function restTill(node: NodeState, now: MonoMs, views: Views): void {
  node.groupsWakeAt = Number.POSITIVE_INFINITY as MonoMs;
  node.groupsBeatAt = Number.POSITIVE_INFINITY as MonoMs;
  for (const { id } of node.policy.groups) {
    const state = node.groups.get(id)!;
    node.groupsWakeAt = Math.min(node.groupsWakeAt, nextWakeAt(state, views(id))) as MonoMs;
    node.groupsBeatAt = Math.min(node.groupsBeatAt, beatWantedAt(state, views(id))) as MonoMs;
  }
  node.viewsChangeAt = viewsChangeAt(node, now);
  node.recordsSaid.clear();
}

/** First thing in every callback: did this process, or this host's idea of time, stand still or jump? */
function checkClocks(node: NodeState, { now, wall }: NodeEvent, effects: NodeEffect[]): number {
  const late = now - node.wakeAt;
  const stalledMs = late >= STALL_MS_MIN ? late : 0;
  if (stalledMs > 0)
    noteStall(node, now, effects, { ms: stalledMs, counted: true, cause: 'a callback came late' });
  const apart = wall - now - node.wallMinusMono;
  if (Math.abs(apart) > node.policy.timeoutMs) {
    node.wallMinusMono = wall - now;
    const cause = `it jumped by ${Math.round(apart)} ms; nothing depends on it`;
    effects.push({ kind: 'node', text: 'wall clock and monotonic clock have parted', cause });
    for (const link of node.links) renewOwnSession(link, anotherSession(node, link), now, node.policy);
  }
  return stalledMs;
}

interface Stall {
  readonly ms: number;
  /** Our monotonic clock went on meanwhile; else every deadline on it has moved by itself. */
  readonly counted: boolean;
  readonly cause: string;
}

function noteStall(node: NodeState, now: MonoMs, effects: NodeEffect[], { ms, counted, cause }: Stall): void {
  node.stalls += 1;
  node.stalledMsMax = Math.max(node.stalledMsMax, ms);
  node.drainUntil = after(now, DRAIN_MS_MAX);
  if (ms > node.policy.intervalMs) node.stalledAt = now;
  const missedMs = counted ? ms : 0;
  // What we did not read is no sign of a dead interface either.
  node.receivedAt = Math.min(now, node.receivedAt + missedMs) as MonoMs;
  effects.push({ kind: 'drain' });
  for (const link of node.links) forgiveStall(link, ms, now, node.policy, { counted });
  if (ms >= node.policy.timeoutMs / 4) {
    effects.push({ kind: 'node', text: `stood still for ${Math.round(ms)} ms`, cause });
  }
}

function judgeAll(node: NodeState, now: MonoMs, effects: NodeEffect[]): void {
  for (const link of node.links) {
    if (judge(link, now)) {
      const ms = Math.round(now - (link.freshAt ?? now));
      effects.push({
        kind: 'peer',
        name: link.name,
        text: 'is silent',
        cause: `no fresh frame for ${ms} ms`,
      });
    }
    if (!isMute(node) && ignoresUs(link, now, node.policy))
      renewOwnSession(link, anotherSession(node, link), now, node.policy);
  }
}

function applyTo(
  node: NodeState,
  id: GroupId,
  effects: NodeEffect[],
  change: (state: GroupState) => GroupStep,
): void {
  const state = node.groups.get(id);
  if (state === undefined) return;
  const done = change(state);
  node.groups.set(id, done.state);
  effects.push(
    ...done.effects.map((effect: GroupEffect): NodeEffect => ({ kind: 'group', group: id, effect })),
  );
}

function evaluateAll(node: NodeState, views: Views, effects: NodeEffect[]): void {
  for (const { id } of node.policy.groups) {
    applyTo(node, id, effects, (state) => evaluate(state, views(id)));
  }
}

function leave(node: NodeState, now: MonoMs, views: Views, effects: NodeEffect[]): void {
  const verdict = leaveVerdict(node, now);
  if (verdict === 'wait') return;
  if (verdict === 'say') {
    node.leaving!.saidAt = now;
    return;
  }
  if (verdict === 'left') {
    effects.push({ kind: 'left' });
    return;
  }
  node.leaving = undefined;
  for (const { id } of node.policy.groups)
    applyTo(node, id, effects, (state) => onOrder(state, { kind: 'stop' }, views(id)));
  effects.push({ kind: 'notLeft', cause: verdict.notLeft });
}

function wakeAt(node: NodeState, now: MonoMs): MonoMs {
  let next: number = Math.min(node.nextBeatAt, node.groupsWakeAt);
  const consider = (time: number | undefined): void => {
    if (time !== undefined && time < next) next = time;
  };
  consider(node.burst?.at);
  consider(node.drainUntil);
  consider(leaveDueAt(node));
  consider(drillEndsAt(node));
  for (const link of node.links) {
    if (link.alive) consider(Math.max(link.deadline, now + 0.5));
    consider(
      Math.max(nextProbeAt(link, node.policy, node.nextBeatAt) ?? Number.POSITIVE_INFINITY, now + 0.5),
    );
    consider(helloDueAt(node, link));
  }
  return Math.max(next, now) as MonoMs;
}
