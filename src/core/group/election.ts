import type { GroupRecord, RoleName } from '../frame.ts';
import type { MonoMs } from '../units.ts';
import { weighed } from './health.ts';
import type { GroupState, GroupView, PeerView } from './state.ts';

/** A node that could hold the group, with what decides between such nodes. */
export interface Rank {
  readonly number: number;
  readonly priority: number;
}

/** Higher priority first; among equals the later name, which is the higher number. */
export const isBetter = (a: Rank, b: Rank): boolean =>
  a.priority !== b.priority ? a.priority > b.priority : a.number > b.number;

export interface Holder extends Rank {
  readonly role: RoleName;
  readonly direct: boolean;
}

export type Inability = 'playing dead' | 'drained' | 'stopping' | 'fault' | 'deaf' | 'cut off' | 'unhealthy';

/**
 * Why we cannot hold; undefined when we can. `deaf`: a standby whose interface hears nothing. `unhealthy` comes last: it is
 * said only where nothing else stands against us, because one that is only unhealthy may still be the best there is.
 */
export function inabilityOf(state: GroupState, view: GroupView): Inability | undefined {
  if (view.playingDead) return 'playing dead';
  if (state.drained) return 'drained';
  if (state.stopping) return 'stopping';
  if (state.fault !== undefined) return 'fault';
  const isIdle = state.role === 'init' || state.role === 'standby';
  if (!view.canReceive && isIdle) return 'deaf';
  if (state.witnessLostAt !== undefined && (isIdle || state.role === 'releasing')) return 'cut off';
  return state.health.failed.length > 0 ? 'unhealthy' : undefined;
}

/** 0 means "I can't". */
export const effectivePriority = (state: GroupState, view: GroupView): number =>
  inabilityOf(state, view) === undefined ? ownPriority(state, view) : 0;

/** Base and weights: what it would be if nothing stood against us. */
export const ownPriority = (state: GroupState, { basePriority }: GroupView): number =>
  weighed(basePriority, state.health);

/** At 0 for no other reason than checks. */
export const isOnlyUnhealthy = (state: GroupState, view: GroupView): boolean =>
  inabilityOf(state, view) === 'unhealthy' && ownPriority(state, view) > 0;

/** It could serve if nobody better did. */
export const couldServe = (state: GroupState, view: GroupView): boolean =>
  effectivePriority(state, view) > 0 ||
  (view.policy.whenAllUnhealthy === 'best' && isOnlyUnhealthy(state, view));

export const someSilent = (view: GroupView): boolean => view.peers.some(({ alive }) => !alive);

/** Somebody may be on the other side of a cut. */
export const someApart = (view: GroupView): boolean => view.peers.some(({ twoWay }) => !twoWay);

/** The kernel counts leases in its own seconds, and ends them a little late. */
export const LEASE_ROUNDING_MS = 1_200;

/** It spoke of this group since then, and heard us. */
export const heardSince = (peer: PeerView, since: MonoMs): boolean =>
  peer.twoWay &&
  (peer.freshAt ?? since) > since &&
  (peer.ackedTx ?? since) > since &&
  peer.record !== undefined;

/** How long a node that has the VIP, but neither holds nor hands it over, keeps the others waiting. */
export const strayPatienceMs = (view: GroupView): number =>
  Math.max(1_000, view.policy.leaseMs) + LEASE_ROUNDING_MS;

const holds = (record: GroupRecord): boolean =>
  record.role === 'claiming' ||
  record.role === 'active' ||
  (record.role === 'releasing' && record.heir !== 0);

/** Live peers that hold the group, or have its VIP, by their own word. */
export function directHolders(state: GroupState, view: GroupView): readonly Holder[] {
  const holders: Holder[] = [];
  for (const peer of view.peers) {
    const { record } = peer;
    if (!peer.alive || record === undefined) continue;
    const strayFor = view.now - (state.strays.get(peer.number) ?? view.now);
    if (holds(record) || (record.has && strayFor < strayPatienceMs(view))) {
      holders.push({ number: peer.number, priority: record.priority, role: record.role, direct: true });
    }
  }
  return holders;
}

/** Holders that a live peer hears and we don't: named by it, first-hand on its side. */
export function secondHandHolders(view: GroupView): readonly Holder[] {
  const holders = new Map<number, Holder>();
  for (const { alive, record } of view.peers) {
    if (!alive || record === undefined || record.holder === 0 || record.holder === view.self.number) continue;
    if (
      record.holder > view.names.length ||
      view.peers.some((peer) => peer.number === record.holder && peer.alive)
    ) {
      continue;
    }
    const known = holders.get(record.holder);
    if (known === undefined || known.role !== 'active') {
      holders.set(record.holder, {
        number: record.holder,
        priority: record.holderPriority,
        role: record.holderRole,
        direct: false,
      });
    }
  }
  return [...holders.values()];
}

/** Silent peers that held the group and said that they would be back: it waits for them. */
export const awayHolders = (view: GroupView): readonly PeerView[] =>
  view.peers.filter(({ alive, awayUntil, record }) => {
    return !alive && awayUntil !== undefined && view.now < awayUntil && record !== undefined && holds(record);
  });

/** Live peers that may yet turn out to hold the group. */
const pendingPeers = (view: GroupView): readonly PeerView[] =>
  view.peers.filter((peer) => peer.alive && peer.record === undefined && peer.pending);

export const isHolderKnown = (state: GroupState, view: GroupView): boolean =>
  directHolders(state, view).length > 0 ||
  secondHandHolders(view).length > 0 ||
  awayHolders(view).length > 0 ||
  pendingPeers(view).length > 0;

/** The holder that matters most: an active one before others, then by rank. For `status` and for what we pass on. */
export function bestHolder(holders: readonly Holder[]): Holder | undefined {
  let best: Holder | undefined;
  for (const holder of holders) {
    const moreActive = (holder.role === 'active' ? 1 : 0) - (best?.role === 'active' ? 1 : 0);
    if (best === undefined || moreActive > 0 || (moreActive === 0 && isBetter(holder, best))) best = holder;
  }
  return best;
}

/** A live peer names somebody other than us as heir. */
const anotherIsHeir = (view: GroupView): boolean =>
  view.peers.some(
    ({ alive, record }) => alive && (record?.heir ?? 0) !== 0 && record?.heir !== view.self.number,
  );

export const mayClaimFrozen = (state: GroupState): boolean => !state.frozen || state.heldWhenFrozen;

/** Nothing stands against a claim of somebody: no holder known, no heir named, not frozen for us. */
export const isVacant = (state: GroupState, view: GroupView): boolean =>
  !isHolderKnown(state, view) && !anotherIsHeir(view) && mayClaimFrozen(state);

/**
 * Live nodes that could hold it, we among them, the best first: in this order their turns come in a vacancy. Where checks fail
 * on all of them, an unhealthy one is better than none, unless the config says otherwise.
 */
export function candidates(state: GroupState, view: GroupView): readonly Rank[] {
  const able = ranked(view, effectivePriority(state, view), ({ priority }) => priority);
  if (able.length > 0 || view.policy.whenAllUnhealthy === 'none') return able;
  const mine = isOnlyUnhealthy(state, view) ? ownPriority(state, view) : 0;
  return ranked(view, mine, ({ checksOnly, base }) => (checksOnly ? base : 0));
}

function ranked(
  { peers, self }: GroupView,
  mine: number,
  priorityOf: (record: GroupRecord) => number,
): readonly Rank[] {
  const all = peers.map(({ alive, number, record }): Rank => {
    return { number, priority: alive && record !== undefined ? priorityOf(record) : 0 };
  });
  return [...all, { number: self.number, priority: mine }]
    .filter(({ priority }) => priority > 0)
    .toSorted((a, b) => (isBetter(a, b) ? -1 : 1));
}

/** How many live candidates are better than we are; undefined when we are none ourselves. */
export function rankOf(state: GroupState, view: GroupView): number | undefined {
  const rank = candidates(state, view).findIndex(({ number }) => number === view.self.number);
  return rank < 0 ? undefined : rank;
}
