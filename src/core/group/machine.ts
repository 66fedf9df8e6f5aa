import type { RoleName } from '../frame.ts';
import { unreachable } from '../errors.ts';
import { after, SECOND_MS, type MonoMs } from '../units.ts';
import { announceDueAt, announceFrom } from './announce.ts';
import {
  directHolders,
  effectivePriority,
  isBetter,
  isHolderKnown,
  isVacant,
  rankOf,
  secondHandHolders,
  strayPatienceMs,
  type Rank,
} from './election.ts';
import type {
  CallKind,
  CallResult,
  GroupEffect,
  GroupOrder,
  GroupState,
  GroupStep,
  GroupView,
  PeerView,
} from './state.ts';

/*
 *            two-way with all, or startup over          elected, or named heir              VIP up and seen
 *   init ────────────────────────────────▶ standby ───────────────────────▶ claiming ───────────────────▶ active
 *    ▲                                        ▲                                 │                           │
 *    │ lease may have lapsed (from claiming,  │ VIP seen to be gone             │ a rival, or up failed     │ a rival,
 *    └─ active, releasing)                    └────────────────── releasing ◀───┴───────────────────────────┘ an heir
 *
 * Every transition is a rule below and nowhere else. Each rule looks at the state and at what is known of the others and
 * returns the next state, or nothing when it does not apply; the first that applies wins, and all are asked again until
 * none does. Nothing outside core/ is imported; there is no clock and no randomness; peers are walked in the order of
 * their numbers; what makes no sense in a role changes nothing.
 */

/** A renewal that is older than this is not relied on: the kernel's lease minus the time that a look takes. */
const LEASE_MARGIN_MS = 50;
const PUT_BACKS_MAX = 3;
const PUT_BACK_WINDOW_MS = 10 * SECOND_MS;
const LOOK_EVERY_MS = SECOND_MS;
const DOWN_AGAIN_MS = 500;
const BACK_OFF_MS_MAX = 60 * SECOND_MS;
const HANDOVER_PAUSE_MS_MIN = 2 * SECOND_MS;
const RULES_IN_A_ROW_MAX = 8;
/** In place of a node's number: to the best one with a higher priority than ours, if there is one. */
const FAILBACK = -1;
/** What a frame can carry. */
const FREEZE_COUNTER_MAX = 65_535;

type Rule = (state: GroupState, view: GroupView) => GroupStep | undefined;

const step = (state: GroupState, ...effects: readonly GroupEffect[]): GroupStep => ({ state, effects });

function enter(role: RoleName, state: GroupState, view: GroupView, cause: string): GroupStep {
  const moved: GroupEffect = { kind: 'moved', from: state.role, to: role, cause };
  return step(
    { ...state, role, since: view.now, cause, clearSince: undefined, otherActiveSince: undefined },
    moved,
  );
}

const and = ({ state, effects }: GroupStep, next: (state: GroupState) => GroupStep): GroupStep => {
  const following = next(state);
  return step(following.state, ...effects, ...following.effects);
};

function call(state: GroupState, kind: CallKind, view: GroupView): GroupStep {
  const id = state.nextCall;
  const calls = { ...state.calls, [kind]: { id, at: view.now } };
  return step({ ...state, calls, nextCall: id + 1 }, { kind, call: id });
}

const nameOf = (view: GroupView, number: number): string => view.names[number - 1] ?? `node ${number}`;
const seconds = (ms: number): string => `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s`;

const me = (state: GroupState, view: GroupView): Rank => ({
  number: view.self.number,
  priority: effectivePriority(state, view),
});

// ── what a claim, a release and a handover consist of ────────────────────────────────────────────────────────────────

/** A new epoch is above every one seen; the wall clock only keeps it from falling after everybody forgot everything. */
export const nextEpoch = (seen: number, wallMs: number, number: number): number =>
  // The last number that a frame can carry is not passed: a peer gone bad must not make us seal what nobody can read.
  Math.min(
    (Math.max(Math.floor(seen / 8), Math.floor(wallMs)) + 1) * 8 + (number - 1),
    Number.MAX_SAFE_INTEGER,
  );

function claim(state: GroupState, view: GroupView, cause: string): GroupStep {
  const epoch = nextEpoch(state.epochSeen, view.wall, view.self.number);
  const claiming = enter('claiming', state, view, cause);
  return and(claiming, (entered) =>
    and(
      call(
        { ...entered, epoch, epochSeen: epoch, has: true, upSeen: false, renewedAt: undefined, heir: 0 },
        'up',
        view,
      ),
      (called) => step(called, { kind: 'remember', epoch }),
    ),
  );
}

/** Down, with nobody named: `releasing` without an heir. */
function release(state: GroupState, view: GroupView, cause: string): GroupStep {
  const releasing = enter('releasing', state, view, cause);
  return and(releasing, (entered) =>
    call(
      { ...entered, heir: 0, overlapping: false, announce: undefined, byOrder: false, order: undefined },
      'down',
      view,
    ),
  );
}

function handOver(
  state: GroupState,
  view: GroupView,
  heir: PeerView,
  cause: string,
  byOrder: boolean,
): GroupStep {
  const overlapping = view.policy.overlapAllowed && (heir.record?.overlap ?? false);
  const releasing = enter('releasing', state, view, cause);
  return and(releasing, (entered) => {
    // From here on only the heir announces: the last word that neighbours hear must be the one that stays true.
    const named = {
      ...entered,
      heir: heir.number,
      overlapping,
      byOrder,
      order: undefined,
      announce: undefined,
    };
    return overlapping ? step(named) : call(named, 'down', view);
  });
}

function failed(state: GroupState, view: GroupView, text: string): GroupState {
  const backOff = Math.min(BACK_OFF_MS_MAX, SECOND_MS * 2 ** state.failures);
  return { ...state, failures: state.failures + 1, fault: { text, until: after(view.now, backOff) } };
}

// ── rules for every role ─────────────────────────────────────────────────────────────────────────────────────────────

const touchesVip = (state: GroupState): boolean =>
  state.role === 'claiming' || state.role === 'active' || state.role === 'releasing';

/** Without a kernel lease, a stall is too long when others may have taken over meanwhile. */
const stallLimitMs = ({ policy }: GroupView): number =>
  policy.leaseMs > 0 ? policy.leaseMs : policy.timeoutMs / 2;

function leaseAgeMs(state: GroupState, view: GroupView): number {
  if (view.policy.leaseMs === 0 || state.renewedAt === undefined) return 0;
  return state.role === 'active' || (state.role === 'releasing' && state.overlapping)
    ? view.now - state.renewedAt
    : 0;
}

/** We may have lost the VIP without noticing, and somebody else may have it: start again, and ask first. */
const startsAgainAfterLapse: Rule = (state, view) => {
  const age = leaseAgeMs(state, view);
  const lapsed = view.policy.leaseMs > 0 && age > view.policy.leaseMs - LEASE_MARGIN_MS;
  const stalled = touchesVip(state) && view.stalledMs > stallLimitMs(view);
  if (!lapsed && !stalled) return undefined;
  const cause = stalled
    ? `stood still for ${seconds(view.stalledMs)}`
    : `lease not renewed for ${seconds(age)}`;
  const start = {
    ...state,
    heir: 0,
    overlapping: false,
    sticky: false,
    order: undefined,
    announce: undefined,
  };
  return and(enter('init', start, view, cause), (entered) =>
    call({ ...entered, upSeen: false }, 'down', view),
  );
};

const faultEnds: Rule = (state, view) => {
  if (state.fault === undefined || view.now < state.fault.until || state.role === 'releasing')
    return undefined;
  return step({ ...state, fault: undefined });
};

/** A VIP that we don't hold is taken off, and looked for until it is gone. */
const takesDownAgain: Rule = (state, view) => {
  const wants =
    state.role === 'releasing'
      ? !state.overlapping
      : state.role === 'init' && state.downAgainAt > state.since;
  if (!wants || !state.has || state.calls.down !== undefined || view.now < state.downAgainAt)
    return undefined;
  return call(state, 'down', view);
};

const looks: Rule = (state, view) => {
  const wants = state.has && (state.role === 'init' || state.role === 'standby' || state.role === 'active');
  if (!wants || state.calls.look !== undefined || view.now < state.lookedAt + LOOK_EVERY_MS) return undefined;
  return call({ ...state, lookedAt: view.now }, 'look', view);
};

// ── init ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const dropsVipOfAnother: Rule = (state, view) => {
  if (!state.has || state.calls.down !== undefined || view.now < state.downAgainAt) return undefined;
  const other =
    directHolders(state, view).find(({ role }) => role === 'active' || role === 'releasing') ??
    directHolders(state, view).find(
      (holder) => holder.role === 'claiming' && isBetter(holder, me(state, view)),
    ) ??
    secondHandHolders(view).find(({ role }) => role === 'active');
  if (other === undefined) return undefined;
  const told: GroupEffect = {
    kind: 'told',
    text: 'VIP found here is taken down',
    cause: `${nameOf(view, other.number)} holds it`,
  };
  return and(call(state, 'down', view), (called) => step(called, told));
};

const heardSince = (peer: PeerView, since: MonoMs): boolean =>
  peer.twoWay &&
  (peer.freshAt ?? since) > since &&
  (peer.ackedTx ?? since) > since &&
  peer.record !== undefined;

const leavesInit: Rule = (state, view) => {
  if (view.draining || state.calls.down !== undefined) return undefined;
  const waitedMs = view.now - state.since;
  if (view.peers.every((peer) => heardSince(peer, state.since))) {
    return enter('standby', state, view, 'exchanged words with every peer');
  }
  // After a lapse the sessions are open: whoever is alive is heard within a timeout.
  if (waitedMs < (state.lapsed ? view.policy.timeoutMs : view.policy.startupMs)) return undefined;
  const holder = view.peers.find((peer) => peer.unprovenActive);
  if (!state.lapsed && holder !== undefined && waitedMs < view.policy.unprovenMs) return undefined;
  return enter('standby', state, view, `waited ${seconds(waitedMs)} for the peers`);
};

// ── standby ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const obeysOffer: Rule = (state, view) => {
  if (view.draining || me(state, view).priority === 0 || state.frozen) return undefined;
  const giver = view.peers.find(({ record, twoWay }) => twoWay && record?.heir === view.self.number);
  const offer = giver?.record;
  if (giver === undefined || offer === undefined) return undefined;
  const fits =
    (offer.role === 'releasing' && offer.overlap && view.policy.overlapAllowed) ||
    (offer.role === 'standby' && !offer.has);
  if (!fits || offer.epoch !== state.epochSeen || offer.epoch === state.offerUsed) return undefined;
  if (directHolders(state, view).some(({ number }) => number !== giver.number)) return undefined;
  if (secondHandHolders(view).length > 0) return undefined;
  const obeying = { ...state, offerUsed: offer.epoch, byOrder: offer.sticky };
  return claim(obeying, view, `${giver.name} hands over`);
};

const dropsVipFound: Rule = (state, view) => {
  if (!state.has || state.calls.down !== undefined || view.now < state.downAgainAt) return undefined;
  if (me(state, view).priority > 0 && !isHolderKnown(state, view)) return undefined;
  return call(state, 'down', view);
};

const namesHeirNoMore: Rule = (state, view) => {
  if (state.heir === 0) return undefined;
  const heir = view.peers.find(({ number }) => number === state.heir);
  const stands =
    heir !== undefined && heir.alive && (heir.record?.priority ?? 0) > 0 && view.now < state.heirUntil;
  return stands ? undefined : step({ ...state, heir: 0 });
};

const watchesVacancy: Rule = (state, view) => {
  // What waits in the sockets may change it: until that is read, a wait that has begun goes on and none ends.
  if (view.draining) return undefined;
  const vacant = state.heir === 0 && isVacant(state, view);
  if (vacant === (state.clearSince !== undefined)) return undefined;
  return step({ ...state, clearSince: vacant ? view.now : undefined });
};

/** When our turn comes: each live candidate that is better costs one timeout of waiting, so that two never race. */
function turnAt(state: GroupState, view: GroupView): MonoMs | undefined {
  const rank = rankOf(state, view);
  if (rank === undefined || state.clearSince === undefined) return undefined;
  const turn = after(state.clearSince, rank * view.policy.timeoutMs);
  // Silence proves something only to ears that work: an interface that has just come back listens for a timeout first.
  const someSilent = view.peers.some(({ alive }) => !alive);
  const listened = after(view.hearingSince, someSilent ? view.policy.timeoutMs : 0);
  // After a stall of ours a peer may be in another life: it is asked again, but not for ever.
  const someUnasked = view.peers.some((peer) => peer.alive && !heardSince(peer, view.stalledAt));
  const asked = after(view.stalledAt, someUnasked ? view.policy.timeoutMs : 0);
  return Math.max(turn, listened, asked) as MonoMs;
}

const claimsWhenElected: Rule = (state, view) => {
  const at = turnAt(state, view);
  if (at === undefined || view.draining || !view.isTimer || view.now < at) return undefined;
  if (state.calls.down !== undefined) return undefined;
  const silent = view.peers.filter(({ alive }) => !alive).map(({ name }) => name);
  const cause = state.has
    ? 'adopts the VIP found here; nobody else holds it'
    : silent.length > 0
      ? `nobody holds it; silent: ${silent.join(', ')}`
      : 'nobody holds it';
  return claim({ ...state, byOrder: false, sticky: false }, view, cause);
};

// ── claiming ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const givesWayWhileClaiming: Rule = (state, view) => {
  const mine = me(state, view);
  const direct = directHolders(state, view);
  const second = secondHandHolders(view);
  const active = [...direct, ...second].find(({ role }) => role === 'active');
  if (active !== undefined) return release(state, view, `${nameOf(view, active.number)} is active`);
  const giver = view.peers.find(({ alive, record }) => {
    return alive && record?.role === 'releasing' && record.heir !== 0 && record.heir !== view.self.number;
  });
  if (giver !== undefined) return release(state, view, `${giver.name} hands over to another`);
  const rival = [...direct, ...second].find((holder) => holder.role === 'claiming' && isBetter(holder, mine));
  if (rival !== undefined)
    return release(state, view, `${nameOf(view, rival.number)} claims too and is better`);
  const deaf = view.peers.find((peer) => peer.deaf && peer.record?.role === 'claiming');
  if (deaf !== undefined) return release(state, view, `${deaf.name} claims and cannot hear us`);
  return undefined;
};

const stopsClaimWhenUnable: Rule = (state, view) =>
  state.drained || state.stopping ? release(state, view, state.stopping ? 'stopping' : 'drained') : undefined;

const becomesActive: Rule = (state, view) => {
  if (!state.upSeen) return undefined;
  // A lease that was asked for long ago may be nearly over: take a fresh one before saying "active".
  const age = view.policy.leaseMs > 0 ? view.now - (state.renewedAt ?? view.now) : 0;
  if (age > view.policy.leaseMs / 2 && view.policy.leaseMs > 0) {
    return state.calls.renew === undefined ? call(state, 'renew', view) : undefined;
  }
  const active = {
    ...state,
    peak: effectivePriority(state, view),
    sticky: state.byOrder,
    byOrder: false,
    failures: 0,
    putBacks: [],
    heldWhenFrozen: state.frozen || state.heldWhenFrozen,
    lookedAt: view.now,
    announce: announceFrom(view.now),
  };
  return enter('active', active, view, state.cause);
};

// ── active ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const renews: Rule = (state, view) => {
  const keeps = state.role === 'active' || (state.role === 'releasing' && state.overlapping);
  if (!keeps || view.policy.leaseMs === 0 || state.calls.renew !== undefined) return undefined;
  return view.now < renewAt(state, view, view.beatDue) ? undefined : call(state, 'renew', view);
};

/** With the beat nearest to a third of the lease, so that the beat after it speaks of this renewal; else at half of it. */
function renewAt(state: GroupState, { now, policy }: GroupView, beatDue: boolean): MonoMs {
  const share = beatDue ? policy.leaseMs / 3 - policy.intervalMs / 2 : policy.leaseMs / 2;
  return Math.max(after(state.renewedAt ?? now, share), state.renewAgainAt) as MonoMs;
}

const yieldsToBetter: Rule = (state, view) => {
  const mine = me(state, view);
  const holders = [...directHolders(state, view), ...secondHandHolders(view)];
  const better = holders.find((holder) => holder.role === 'active' && isBetter(holder, mine));
  return better && release(state, view, `${nameOf(view, better.number)} is active too and is better`);
};

const yieldsToDeaf: Rule = (state, view) => {
  const deaf = view.peers.find(
    (peer) => peer.deaf && (peer.record?.role === 'active' || peer.record?.role === 'claiming'),
  );
  return deaf && release(state, view, `${deaf.name} holds it and cannot hear us`);
};

/** One that does not let go, or that cannot know of us: after a timeout we do, whatever the rank. */
const yieldsToStubborn: Rule = (state, view) => {
  const holders = [...directHolders(state, view), ...secondHandHolders(view)];
  const other = holders.find(({ role }) => role === 'active');
  if (other === undefined) return state.otherActiveSince && step({ ...state, otherActiveSince: undefined });
  if (state.otherActiveSince === undefined) return step({ ...state, otherActiveSince: view.now });
  if (view.now - state.otherActiveSince < view.policy.timeoutMs) return undefined;
  return release(
    state,
    view,
    `${nameOf(view, other.number)} has been active too for ${seconds(view.policy.timeoutMs)}`,
  );
};

/**
 * The holder's epoch is the highest there is: after two were active, the winner claims anew above the other's, so that the
 * loser's hooks and offers are old and the winner's next offer is good. Also when the loser was not heard while it held.
 */
const outbidsLoser: Rule = (state, view) => {
  if (state.epochSeen <= state.epoch) return undefined;
  const epoch = nextEpoch(state.epochSeen, view.wall, view.self.number);
  return step(
    { ...state, epoch, epochSeen: epoch, announce: announceFrom(view.now) },
    { kind: 'remember', epoch },
    { kind: 'told', text: 'claims anew, above the epoch of another', cause: 'another claimed it meanwhile' },
  );
};

function steadyForMs(state: GroupState, view: GroupView, number: number): number {
  const steady = state.steady.get(number);
  return steady === undefined ? 0 : view.now - steady.since;
}

/** Live, idle, able and heard both ways: somebody to whom the group can be handed. */
export function heirs(view: GroupView): readonly PeerView[] {
  const able = view.peers.filter(({ twoWay, record }) => {
    return twoWay && record?.role === 'standby' && !record.has && record.heir === 0 && record.priority > 0;
  });
  return able.toSorted((a, b) =>
    isBetter(
      { number: a.number, priority: a.record!.priority },
      { number: b.number, priority: b.record!.priority },
    )
      ? -1
      : 1,
  );
}

const dropsOldOrder: Rule = (state, view) => {
  if (state.order === undefined || view.now < state.orderUntil) return undefined;
  // A failback that finds nobody better has only made the placement the machine's own again.
  if (state.order === FAILBACK) return step({ ...state, order: undefined });
  const cause =
    state.order === 0 ? 'nobody could take over' : `${nameOf(view, state.order)} could not take over`;
  return step({ ...state, order: undefined }, { kind: 'told', text: 'switchover not done', cause });
};

const handsOver: Rule = (state, view) => {
  if (state.frozen || isHolderKnown(state, view)) return undefined;
  const mine = me(state, view).priority;
  const candidates = heirs(view);
  const best = candidates[0];
  if (best === undefined) return undefined;
  // One handover that failed is enough: who cannot hold lets go then, with nobody named.
  if (mine === 0 && view.now < state.noHandoverUntil) return undefined;
  if (mine === 0) {
    const why = state.stopping ? 'stopping' : state.drained ? 'drained' : (state.fault?.text ?? 'unable');
    return handOver(state, view, best, why, false);
  }
  if (state.order !== undefined) {
    const wanted = candidates.find(({ number, record }) => {
      return state.order === FAILBACK ? record!.priority > mine : state.order === 0 || number === state.order;
    });
    if (wanted !== undefined) return handOver(state, view, wanted, 'ordered', state.order !== FAILBACK);
  }
  if (view.now < state.noHandoverUntil) return undefined;
  const { mode, delayMs } = view.policy.failback;
  const better = candidates.find(
    ({ number, record }) => record!.priority > mine && steadyForMs(state, view, number) >= delayMs,
  );
  if (better === undefined) return undefined;
  if (mine < state.peak)
    return handOver(state, view, better, `${better.name} has a higher priority now`, false);
  if (mode !== 'auto' || state.sticky) return undefined;
  return handOver(state, view, better, `fails back to ${better.name}`, false);
};

/** Somebody may be able to take over in a moment: one that starts, that lets go, or that has not been heard on this group. */
const someMaySoon = (state: GroupState, view: GroupView): boolean =>
  view.now < state.waitUntil &&
  view.now >= state.noHandoverUntil &&
  !state.frozen &&
  view.peers.some(
    ({ twoWay, pending, record }) => twoWay && (record === undefined ? pending : record.priority > 0),
  );

const letsGoWhenUnable: Rule = (state, view) => {
  if (me(state, view).priority > 0 || someMaySoon(state, view)) return undefined;
  const why = state.stopping ? 'stopping' : state.drained ? 'drained' : (state.fault?.text ?? 'unable');
  return release(state, view, `${why}, and nobody can take over`);
};

/** Any sign that somebody's idea of our place may be wrong: tell everybody again, at once and repeatedly. */
const announcesAgain: Rule = (state, view) => {
  const rivals = [...directHolders(state, view), ...secondHandHolders(view)]
    .map(({ number }) => number)
    .join();
  const sign = rivals !== state.rivals || view.healed || view.stalledMs > 0;
  if (!sign || state.announce === undefined) return undefined;
  if (rivals === state.rivals && state.announce.from === view.now) return undefined;
  return step({ ...state, rivals, announce: announceFrom(view.now) });
};

const announces: Rule = (state, view) => {
  if (state.announce === undefined || view.now < announceDueAt(state.announce, view.policy.refreshMs))
    return undefined;
  return step(
    { ...state, announce: { ...state.announce, next: state.announce.next + 1 } },
    { kind: 'announce' },
  );
};

const raisesPeak: Rule = (state, view) => {
  const priority = effectivePriority(state, view);
  return priority > state.peak ? step({ ...state, peak: priority }) : undefined;
};

// ── releasing ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One that lets go again with nobody named has failed: then we keep what we have. */
const holdsOrPassesOn = ({ record }: PeerView): boolean =>
  record?.role === 'active' || (record?.role === 'releasing' && record.heir !== 0);

const letsGoAfterHandover: Rule = (state, view) => {
  if (!state.overlapping) return undefined;
  const heir = view.peers.find(({ number }) => number === state.heir);
  const taken =
    (heir?.alive && holdsOrPassesOn(heir)) ||
    [...directHolders(state, view), ...secondHandHolders(view)].some((holder) => {
      return holder.role === 'active' && holder.number !== state.heir;
    });
  if (!taken) return undefined;
  const let_ = { ...state, heir: 0, overlapping: false, announce: undefined, byOrder: false };
  return call({ ...let_, cause: `${heir?.name ?? 'another'} has taken over` }, 'down', view);
};

const takesBackFailedHandover: Rule = (state, view) => {
  if (!state.overlapping) return undefined;
  const heir = view.peers.find(({ number }) => number === state.heir);
  const able = heir !== undefined && heir.twoWay && (heir.record?.priority ?? 0) > 0;
  if (able && view.now - state.since < view.policy.timeoutMs) return undefined;
  const name = nameOf(view, state.heir);
  const why = able
    ? `${name} did not take over within ${seconds(view.policy.timeoutMs)}`
    : `${name} is gone or unable`;
  const pause = Math.max(HANDOVER_PAUSE_MS_MIN, view.policy.failback.delayMs);
  const back = {
    ...state,
    heir: 0,
    overlapping: false,
    sticky: false,
    byOrder: false,
    noHandoverUntil: after(view.now, pause),
    announce: announceFrom(view.now),
  };
  return enter('active', back, view, `handover failed: ${why}`);
};

const endsRelease: Rule = (state, view) => {
  if (state.overlapping || state.has || state.calls.down !== undefined) return undefined;
  const cause = state.fault === undefined ? state.cause : state.fault.text;
  const heirUntil = state.heir === 0 ? view.now : after(view.now, view.policy.timeoutMs);
  return enter('standby', { ...state, heirUntil, upSeen: false }, view, cause);
};

// ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────

const RULES: { readonly [role in RoleName]: readonly Rule[] } = {
  init: [faultEnds, dropsVipOfAnother, takesDownAgain, looks, leavesInit],
  standby: [faultEnds, namesHeirNoMore, obeysOffer, dropsVipFound, looks, watchesVacancy, claimsWhenElected],
  claiming: [startsAgainAfterLapse, givesWayWhileClaiming, stopsClaimWhenUnable, becomesActive],
  active: [
    startsAgainAfterLapse,
    renews,
    raisesPeak,
    announcesAgain,
    yieldsToBetter,
    yieldsToDeaf,
    outbidsLoser,
    yieldsToStubborn,
    dropsOldOrder,
    handsOver,
    letsGoWhenUnable,
    looks,
    announces,
  ],
  releasing: [
    startsAgainAfterLapse,
    letsGoAfterHandover,
    takesBackFailedHandover,
    renews,
    announces,
    takesDownAgain,
    endsRelease,
  ],
};

/** Applies every rule that holds now; the caller asks again at `nextWakeAt` and whenever something is heard. */
export function evaluate(state: GroupState, view: GroupView): GroupStep {
  let done = step(observe(state, view));
  for (let round = 0; round < RULES_IN_A_ROW_MAX; round++) {
    const applied = firstOf(RULES[done.state.role], done.state, view);
    if (applied === undefined) break;
    done = step(applied.state, ...done.effects, ...applied.effects);
  }
  return done;
}

function firstOf(rules: readonly Rule[], state: GroupState, view: GroupView): GroupStep | undefined {
  for (const rule of rules) {
    const applied = rule(state, view);
    if (applied !== undefined) return applied;
  }
  return undefined;
}

/** What has lasted "without a break" has not lasted through a stall: nobody was there to see a break. */
function discountStall(state: GroupState, { now, stalledMs }: GroupView): GroupState {
  if (stalledMs === 0) return state;
  const later = (at: MonoMs): MonoMs => Math.min(now, at + stalledMs) as MonoMs;
  const { clearSince, otherActiveSince } = state;
  return {
    ...state,
    since: state.role === 'init' ? later(state.since) : state.since,
    clearSince: clearSince && later(clearSince),
    otherActiveSince: otherActiveSince && later(otherActiveSince),
    strays: new Map([...state.strays].map(([number, since]) => [number, later(since)])),
  };
}

/** What is remembered of the others from one look around to the next. */
function observe(before: GroupState, view: GroupView): GroupState {
  const state = discountStall(before, view);
  const strays = new Map<number, MonoMs>();
  const steady = new Map<number, { priority: number; since: MonoMs }>();
  let { epochSeen, frozen, freezeCounter, heldWhenFrozen } = state;
  for (const { alive, number, record } of view.peers) {
    if (!alive || record === undefined) continue;
    const holds = record.role === 'claiming' || record.role === 'active' || record.heir !== 0;
    if (record.has && !holds) strays.set(number, state.strays.get(number) ?? view.now);
    const before = state.steady.get(number);
    const rose = before === undefined || record.priority > before.priority;
    steady.set(number, { priority: record.priority, since: rose ? view.now : before.since });
    epochSeen = Math.max(epochSeen, record.epoch);
    if (record.freezeCounter > freezeCounter) {
      ({ frozen, freezeCounter } = record);
      heldWhenFrozen = frozen && state.role === 'active';
    }
  }
  return { ...state, strays, steady, epochSeen, frozen, freezeCounter, heldWhenFrozen };
}

/** From this moment on the rules want to be asked before a beat goes out: a renewal goes with the beat nearest to it. */
export function beatWantedAt(state: GroupState, view: GroupView): MonoMs {
  const renews = state.role === 'active' && view.policy.leaseMs > 0 && state.calls.renew === undefined;
  return renews ? renewAt(state, view, true) : (Number.POSITIVE_INFINITY as MonoMs);
}

/** The next moment at which a rule may apply although nothing is heard. */
export function nextWakeAt(state: GroupState, view: GroupView): MonoMs {
  const { now, policy } = view;
  const turn = state.role === 'standby' ? turnAt(state, view) : undefined;
  // Ours already, but a timer has to say so: as soon as one can.
  if (turn !== undefined && turn <= now && !view.draining && state.calls.down === undefined) return now;
  const times: (number | undefined)[] = [state.fault?.until, turn];
  if (state.role === 'init') {
    times.push(
      state.since + policy.timeoutMs,
      state.since + policy.startupMs,
      state.since + policy.unprovenMs,
    );
  }
  if (state.role === 'standby' && state.heir !== 0) times.push(state.heirUntil);
  if (state.role === 'releasing' && state.overlapping) times.push(state.since + policy.timeoutMs);
  if (state.has && state.calls.down === undefined)
    times.push(state.downAgainAt, state.lookedAt + LOOK_EVERY_MS);
  if (state.announce !== undefined) times.push(announceDueAt(state.announce, policy.refreshMs));
  if (state.otherActiveSince !== undefined) times.push(state.otherActiveSince + policy.timeoutMs);
  if (leaseAgeMs(state, view) > 0 || state.role === 'active') {
    if (policy.leaseMs > 0 && state.calls.renew === undefined) times.push(renewAt(state, view, false));
    if (policy.leaseMs > 0) times.push((state.renewedAt ?? now) + policy.leaseMs - LEASE_MARGIN_MS + 1);
  }
  if (state.role === 'active') {
    times.push(state.noHandoverUntil, state.waitUntil);
    if (state.order !== undefined) times.push(state.orderUntil);
    for (const { since } of state.steady.values()) times.push(since + policy.failback.delayMs);
  }
  for (const since of state.strays.values()) times.push(since + strayPatienceMs(view));
  let next = after(now, MINUTE_CAP_MS);
  for (const time of times) if (time !== undefined && time > now && time < next) next = time as MonoMs;
  return next;
}

const MINUTE_CAP_MS = 60 * SECOND_MS;

// ── what comes in besides what is heard ──────────────────────────────────────────────────────────────────────────────

/** Takes the outcome of an adapter call into the state; the rules then act on it. */
export function onCallDone(state: GroupState, result: CallResult, view: GroupView): GroupStep {
  const pending = state.calls[result.kind];
  if (pending?.id !== result.call) return step(state);
  const { [result.kind]: _, ...calls } = state.calls;
  const answered: GroupState = { ...state, calls };
  switch (result.kind) {
    case 'up':
      return onUpDone(answered, result, pending.at, view);
    case 'renew':
      return onRenewed(answered, result, pending.at, view);
    case 'down':
      return onDownDone(answered, result, view);
    case 'look':
      return onLooked(answered, result, view);
    default:
      return unreachable(result.kind);
  }
}

function onUpDone(
  state: GroupState,
  { found, text }: CallResult,
  askedAt: MonoMs,
  view: GroupView,
): GroupStep {
  if (state.role !== 'claiming') return step(state);
  if (found === 'all') return step({ ...state, upSeen: true, renewedAt: askedAt });
  return release(failed(state, view, text), view, text);
}

function onRenewed(
  state: GroupState,
  { found, text }: CallResult,
  askedAt: MonoMs,
  view: GroupView,
): GroupStep {
  if (found === 'all') return step({ ...state, renewedAt: askedAt });
  if (state.role === 'claiming') return release(failed(state, view, text), view, text);
  // It is tried again at the next beat; the lease's age decides, not one failure.
  const again = after(view.now, Math.min(view.policy.intervalMs, view.policy.leaseMs / 6));
  return step({ ...state, renewAgainAt: again }, { kind: 'told', text: 'lease not renewed', cause: text });
}

function onDownDone(state: GroupState, { found, text }: CallResult, view: GroupView): GroupStep {
  const again = after(view.now, DOWN_AGAIN_MS);
  if (found === 'none') return step({ ...state, has: false, downAgainAt: view.now, renewedAt: undefined });
  const told: GroupEffect = { kind: 'told', text: 'VIP could not be taken down', cause: text };
  // An heir waits for a VIP that may never go: then it is everybody's turn, as after any stuck release.
  const broken = { ...failed(state, view, text), downAgainAt: again, heir: 0 };
  return state.fault?.text === text ? step({ ...broken, failures: state.failures }) : step(broken, told);
}

function onLooked(state: GroupState, { found, text }: CallResult, view: GroupView): GroupStep {
  if (found === 'failed')
    return step(state, { kind: 'told', text: 'could not look for the VIP', cause: text });
  if (state.role === 'init' || state.role === 'standby') return step({ ...state, has: found !== 'none' });
  if (state.role !== 'active' || found === 'all') return step(state);
  const putBacks = [...state.putBacks.filter((at) => view.now - at < PUT_BACK_WINDOW_MS), view.now];
  if (putBacks.length > PUT_BACKS_MAX) {
    const why = `something on this host removed the VIP ${putBacks.length} times in ${seconds(PUT_BACK_WINDOW_MS)}`;
    return release(failed({ ...state, putBacks }, view, why), view, why);
  }
  const told: GroupEffect = {
    kind: 'told',
    text: 'VIP was gone and is being put back',
    cause: 'removed by another program',
  };
  const back = { ...state, putBacks, announce: announceFrom(view.now) };
  return and(call(back, 'renew', view), (called) => step(called, told));
}

/** The system says that something about the VIP changed: look now instead of at the next second. */
export function onVipHint(state: GroupState, view: GroupView): GroupStep {
  if (state.role === 'claiming' || state.role === 'releasing') return step(state);
  // A look that is under way may have looked before the change: make the next one due.
  if (state.calls.look !== undefined) return step({ ...state, lookedAt: after(view.now, -LOOK_EVERY_MS) });
  return call({ ...state, lookedAt: view.now }, 'look', view);
}

function givesUp(state: GroupState, view: GroupView, why: string): GroupStep {
  const waiting = { ...state, waitUntil: after(view.now, view.policy.timeoutMs) };
  if (!state.frozen || state.role !== 'active') return step(waiting);
  return step(waiting, { kind: 'told', text: 'frozen: nobody serves it until "sealbeat thaw"', cause: why });
}

export function onOrder(state: GroupState, order: GroupOrder, view: GroupView): GroupStep {
  switch (order.kind) {
    case 'stop':
      return givesUp({ ...state, stopping: true }, view, 'stopping');
    case 'drain':
      return givesUp({ ...state, drained: true }, view, 'drained');
    case 'undrain':
      return step({ ...state, drained: false });
    case 'freeze':
    case 'thaw': {
      const frozen = order.kind === 'freeze';
      if (frozen === state.frozen) return step(state);
      const counter = Math.min(state.freezeCounter + 1, FREEZE_COUNTER_MAX);
      return step({
        ...state,
        frozen,
        freezeCounter: counter,
        heldWhenFrozen: frozen && state.role === 'active',
      });
    }
    case 'switchover':
      if (state.role !== 'active') {
        return step(state, {
          kind: 'told',
          text: 'switchover not done',
          cause: 'this node does not hold the group',
        });
      }
      return step({ ...state, order: order.to, orderUntil: after(view.now, view.policy.timeoutMs) });
    case 'failback':
      return step({
        ...state,
        sticky: false,
        order: FAILBACK,
        orderUntil: after(view.now, view.policy.timeoutMs),
        noHandoverUntil: view.now,
      });
    default:
      return unreachable(order);
  }
}
