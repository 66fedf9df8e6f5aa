import { isStuck, setReady, type Link } from '../peer/link.ts';
import { nextProbeAt } from '../peer/suspicion.ts';
import { after, type MonoMs } from '../units.ts';
import { composeFrame, sayable } from './compose.ts';
import { isMute } from './drill.ts';
import { promisedMs } from './leaving.ts';
import type { NodeEffect, NodeState } from './state.ts';
import type { Views } from './view.ts';

/* When something is said, to whom and over which paths; what it says is composed in compose.ts. */

const BURST_FRAMES = 3;
const BURST_APART_MS = 5;
const HELLO_APART_MS_MIN = 5;

/** One round of questions to one peer. */
export function probe(node: NodeState, link: Link, now: MonoMs): readonly NodeEffect[] {
  const frames: NodeEffect[] = [];
  if (isMute(node)) return frames;
  onReadyPaths(link, (path) => frames.push(composeFrame(node, link, path, now, { probe: true })));
  return frames;
}

/** Says what has changed at once, three times, and whatever is due. */
export function speak(node: NodeState, now: MonoMs, views: Views, effects: NodeEffect[]): void {
  const said = sayable(node, views, now);
  if (said !== node.said) {
    node.said = said;
    node.burst = { left: BURST_FRAMES, at: now };
  }
  talk(node, now, effects, (link, path, probe) => composeFrame(node, link, path, now, { probe }, views));
}

/**
 * One round of what is said to a peer: the same over every path that takes frames now. They take turns in being the last,
 * because the newest frame is the one that the peer names, and by that each path's round trip is known.
 */
export function onReadyPaths(link: Link, say: (path: number) => void): void {
  const { paths } = link;
  link.rounds += 1;
  for (let turn = 0; turn < paths.length; turn++) {
    const path = (link.rounds + turn) % paths.length;
    if (paths[path]!.ready) say(path);
  }
}

/** Beats, bursts, hellos and probes that are due. */
export function talk(
  node: NodeState,
  now: MonoMs,
  effects: NodeEffect[],
  compose: (link: Link, path: number, probe: boolean) => NodeEffect,
): void {
  const beatDue = now >= node.nextBeatAt;
  const burstDue = node.burst !== undefined && now >= node.burst.at;
  const mute = isMute(node);
  const say = (link: Link, probe: boolean): void => {
    if (!mute) onReadyPaths(link, (path) => effects.push(compose(link, path, probe)));
  };
  // An announced restart waits for its acknowledgement, which must not take as long as the others' intervals.
  const wantsAnswer = promisedMs(node) > 0;
  for (const link of node.links) {
    // After a stall the acknowledgements may be waiting in the sockets.
    if (beatDue && !mute && node.drainUntil === undefined) redialsStuck(node, link, now, effects);
    if (beatDue || burstDue || now >= helloDueAt(node, link)) {
      say(link, wantsAnswer);
      link.helloAt = now;
    }
    const probeAt = nextProbeAt(link, node.policy, node.nextBeatAt);
    if (probeAt !== undefined && now >= probeAt && node.drainUntil === undefined) {
      link.probingSince ??= now;
      link.probesSent += 1;
      say(link, true);
    }
  }
  if (burstDue)
    node.burst =
      node.burst!.left > 1 ? { left: node.burst!.left - 1, at: after(now, BURST_APART_MS) } : undefined;
  if (beatDue) {
    // In step with the grid, but never several at once after a stall.
    const next = after(node.nextBeatAt, node.policy.intervalMs);
    node.nextBeatAt = next > now ? next : after(now, node.policy.intervalMs);
  }
}

/** What a connection does not carry any more is not added to: it is ended, and another one is dialled. */
function redialsStuck(node: NodeState, link: Link, now: MonoMs, effects: NodeEffect[]): void {
  link.paths.forEach((path, place) => {
    if (!isStuck(path, now, node.policy)) return;
    setReady(path, false);
    effects.push({ kind: 'redial', peer: link.number, path: place });
  });
}

/** While no session is open at the start, hellos are quick; later they go with the beats. */
export function helloDueAt(node: NodeState, link: Link): MonoMs {
  const isStart = link.rx === undefined && node.nextBeatAt - link.createdAt <= 2 * node.policy.timeoutMs;
  if (!isStart) return Number.POSITIVE_INFINITY as MonoMs;
  const { intervalMs, timeoutMs } = node.policy;
  return after(link.helloAt, Math.max(HELLO_APART_MS_MIN, Math.min(intervalMs, timeoutMs / 16)));
}
