import { comesAlive, playsDead } from '../group/drill.ts';
import type { GroupStep, GroupView } from '../group/state.ts';
import { speaksAgain, type Link } from '../peer/link.ts';
import { after, type GroupId, type MonoMs } from '../units.ts';
import type { NodeState } from './state.ts';
import { viewsAt } from './view.ts';

/*
 * A drill: this node plays dead. It takes its VIPs down, goes back to `init` in every group, and says nothing at all, so that
 * the others find out by its silence, as they would of a death, and ask whom they would have to ask. It goes on listening, and
 * comes alive when everything that somebody could take has been taken; when nobody is left who could; or when the time is over.
 * Then it speaks again and, like every node that starts, exchanges words with the others before it claims anything.
 */

/** Whatever was ordered, nobody is without service for longer than this because of a drill. */
const PLAYS_DEAD_MS_MAX = 300_000;

export interface PlayingDead {
  readonly since: MonoMs;
  readonly until: MonoMs;
  /** Groups that it held and that another could take over: it comes alive when they are all taken. */
  readonly awaits: readonly GroupId[];
}

/** Nothing is said to anybody. */
export const isMute = ({ playingDead }: NodeState): boolean => playingDead !== undefined;

/** Somebody who is heard and able could take the group over. */
const couldBeTaken = (view: GroupView): boolean =>
  view.peers.some(
    ({ alive, record, pending }) => alive && (record === undefined ? pending : record.priority > 0),
  );

const holds = (node: NodeState, id: GroupId): boolean => node.groups.get(id)?.role === 'active';

export function playDead(
  node: NodeState,
  forMs: number,
  now: MonoMs,
  change: (id: GroupId, how: () => GroupStep) => void,
): void {
  if (isMute(node)) return;
  const views = viewsAt(node, now);
  const ids = node.policy.groups.map(({ id }) => id);
  const awaits = ids.filter((id) => holds(node, id) && couldBeTaken(views(id)));
  node.playingDead = { since: now, until: after(now, Math.min(forMs, PLAYS_DEAD_MS_MAX)), awaits };
  node.burst = undefined;
  for (const id of ids) change(id, () => playsDead(node.groups.get(id)!, views(id)));
}

export type DrillEnd =
  { readonly taken: true; readonly cause: string } | { readonly taken: false; readonly cause: string };

/** Whether it is time to come alive, and why; undefined while it is not. */
export function drillEnd(
  { awaits, until }: PlayingDead,
  views: (id: GroupId) => GroupView | undefined,
  now: MonoMs,
): DrillEnd | undefined {
  const open = awaits.flatMap((id) => views(id) ?? []).filter((view) => takerOf(view) === undefined);
  if (open.length === 0 && awaits.length > 0) return { taken: true, cause: 'another node has taken over' };
  if (now >= until) return { taken: false, cause: 'nobody took over in time' };
  const [stuck] = open.filter((view) => !couldBeTaken(view));
  if (stuck !== undefined || awaits.length === 0)
    return { taken: false, cause: `nobody is left who could take over${stuck ? barred(stuck) : ''}` };
  return undefined;
}

const takerOf = ({ peers }: GroupView): string | undefined =>
  peers.find(({ alive, record }) => alive && record?.role === 'active')?.name;

const barred = ({ peers }: GroupView): string => {
  const words = peers.map(({ name, alive }) => `${name} ${alive ? 'says that it cannot' : 'is silent'}`);
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
};

/** Ends it: from here on we speak, and start anew in every group. */
export function comeAlive(
  node: NodeState,
  cause: string,
  now: MonoMs,
  change: (id: GroupId, how: () => GroupStep) => void,
): void {
  node.playingDead = undefined;
  for (const link of node.links) speaksAgain(link, now);
  const views = viewsAt(node, now);
  for (const { id } of node.policy.groups)
    change(id, () => comesAlive(node.groups.get(id)!, views(id), `drill: back, ${cause}`));
  // At once, and not only with the next beat.
  node.said = '';
}

export const drillEndsAt = ({ playingDead }: NodeState): MonoMs | undefined => playingDead?.until;

/** The groups for which we ask their holder now; whether we can have them is for the holder to see. */
export const asksFor = ({ groups }: NodeState, now: MonoMs): readonly GroupId[] =>
  [...groups].flatMap(([id, { asksUntil, role }]) =>
    asksUntil !== undefined && now < asksUntil && role === 'standby' ? [id] : [],
  );

export const asksOf = ({ asksFor: asked }: Link, id: GroupId): boolean => asked.includes(id);
