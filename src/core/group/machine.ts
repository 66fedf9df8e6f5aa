import type { RoleName } from '../frame.ts';
import { after, type MonoMs, SECOND_MS } from '../units.ts';
import {
  announces,
  announcesAgain,
  dropsOldOrder,
  outbidsLoser,
  raisesPeak,
  renewAt,
  renews,
  yieldsToBetter,
  yieldsToDeaf,
  yieldsToStubborn,
} from './active.ts';
import { announceDueAt } from './announce.ts';
import { asksWitnessAgain, consentDueAt, unlocks, witnessDueAt } from './asking.ts';
import {
  becomesActive,
  bringsUpWhatWasLeft,
  givesWayWhileClaiming,
  stopsClaimWhenUnable,
  stopsClaimWithoutLock,
} from './claiming.ts';
import { heardSince, strayPatienceMs } from './election.ts';
import {
  faultEnds,
  LEASE_MARGIN_MS,
  leaseAgeMs,
  LOOK_EVERY_MS,
  looks,
  startsAgainAfterLapse,
  takesDownAgain,
} from './everywhere.ts';
import { countMoves, dampingChangesAt } from './damping.ts';
import { givesAway, preparedAt } from './giving.ts';
import { dropsVipOfAnother, leavesInit } from './init.ts';
import { asksWitnessWhenAlone, holdDueAt, keepsLock, letsGoWhenDeaf, letsGoWhenUnsafe } from './isolation.ts';
import { type Rule, step } from './moves.ts';
import { endsRelease, letsGoAfterHandover, takesBackFailedHandover } from './releasing.ts';
import {
  claimsWhenElected,
  dropsVipFound,
  namesHeirNoMore,
  obeysOffer,
  stopsAsking,
  turnAt,
  watchesVacancy,
} from './standby.ts';
import type { GroupState, GroupStep, GroupView } from './state.ts';

/*
 *            two-way with all, or startup over          elected, or named heir              VIP up and seen
 *   init ────────────────────────────────▶ standby ───────────────────────▶ claiming ───────────────────▶ active
 *    ▲                                        ▲                                 │                           │
 *    │ lease may have lapsed (from claiming,  │ VIP seen to be gone             │ a rival, or up failed     │ a rival,
 *    └─ active, releasing)                    └────────────────── releasing ◀───┴───────────────────────────┘ an heir
 *
 * Every transition is a rule in the file of the role that it leaves (init.ts to releasing.ts; everywhere.ts for those of several
 * roles), in the order of the table below, and nowhere else. Each rule looks at the state and at what is known of the others and
 * returns the next state, or nothing when it does not apply; the first that applies wins, and all are asked again until
 * none does. Nothing outside core/ is imported; there is no clock and no randomness; peers are walked in the order of
 * their numbers; what makes no sense in a role changes nothing.
 */

const RULES_IN_A_ROW_MAX = 8;
const RULES: { readonly [role in RoleName]: readonly Rule[] } = {
  init: [faultEnds, dropsVipOfAnother, takesDownAgain, looks, unlocks, leavesInit],
  standby: [
    faultEnds,
    namesHeirNoMore,
    obeysOffer,
    dropsVipFound,
    looks,
    watchesVacancy,
    stopsAsking,
    unlocks,
    asksWitnessAgain,
    claimsWhenElected,
  ],
  claiming: [
    startsAgainAfterLapse,
    givesWayWhileClaiming,
    stopsClaimWhenUnable,
    stopsClaimWithoutLock,
    bringsUpWhatWasLeft,
    keepsLock,
    becomesActive,
  ],
  active: [
    startsAgainAfterLapse,
    renews,
    raisesPeak,
    announcesAgain,
    yieldsToBetter,
    yieldsToDeaf,
    outbidsLoser,
    yieldsToStubborn,
    asksWitnessWhenAlone,
    keepsLock,
    letsGoWhenUnsafe,
    letsGoWhenDeaf,
    dropsOldOrder,
    givesAway,
    looks,
    announces,
  ],
  releasing: [
    startsAgainAfterLapse,
    letsGoWhenUnsafe,
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
  const { witnessLostAt: lostAt } = state;
  // Whoever hears everybody is not cut off, whatever the witness says.
  const isBack = lostAt !== undefined && view.peers.every((peer) => heardSince(peer, lostAt));
  const witnessLostAt = isBack ? undefined : lostAt;
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
  const moves = countMoves(state, view);
  return {
    ...state,
    ...moves,
    strays,
    steady,
    epochSeen,
    frozen,
    freezeCounter,
    heldWhenFrozen,
    witnessLostAt,
  };
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
  const isTurn = turn !== undefined && turn <= now && !view.draining && state.calls.down === undefined;
  if (isTurn && consentDueAt(state, view) <= now) return now;
  const times: (number | undefined)[] = [state.fault?.until, turn];
  if (state.role === 'standby') {
    times.push(consentDueAt(state, view));
    for (const { awayUntil } of view.peers) times.push(awayUntil);
  }
  if (state.role === 'standby' && state.witnessLostAt !== undefined) times.push(witnessDueAt(state));
  if (state.role === 'init') {
    times.push(
      state.since + policy.timeoutMs,
      state.since + policy.startupMs,
      state.since + policy.unprovenMs,
    );
  }
  if (state.role === 'standby' && state.heir !== 0) times.push(state.heirUntil);
  if (state.role === 'releasing' && state.overlapping)
    times.push(state.since + policy.timeoutMs, state.since + policy.timeoutMs + policy.callMs);
  if (state.has && state.calls.down === undefined)
    times.push(state.downAgainAt, state.lookedAt + LOOK_EVERY_MS);
  if (state.announce !== undefined) times.push(announceDueAt(state.announce, policy.refreshMs));
  if (state.otherActiveSince !== undefined) times.push(state.otherActiveSince + policy.timeoutMs);
  if (leaseAgeMs(state, view) > 0 || state.role === 'active') {
    if (policy.leaseMs > 0 && state.calls.renew === undefined) times.push(renewAt(state, view, false));
    if (policy.leaseMs > 0) times.push((state.renewedAt ?? now) + policy.leaseMs - LEASE_MARGIN_MS + 1);
  }
  if (state.role === 'claiming' || state.role === 'active' || state.role === 'releasing')
    times.push(...holdDueAt(state, view));
  if (state.role === 'active') {
    times.push(state.noHandoverUntil, state.waitUntil);
    if (state.order !== undefined) times.push(state.orderUntil);
    for (const { since } of state.steady.values()) times.push(since + policy.failback.delayMs);
    times.push(preparedAt(state, view), ...dampingChangesAt(state, policy));
  }
  for (const since of state.strays.values()) times.push(since + strayPatienceMs(view));
  let next = after(now, MINUTE_CAP_MS);
  for (const time of times) if (time !== undefined && time > now && time < next) next = time as MonoMs;
  return next;
}

const MINUTE_CAP_MS = 60 * SECOND_MS;
