import type { NodeName } from '../units.ts';
import { betterHeirs, placementBar, steadyForMs, whyNoFailback } from './placement.ts';
import { consentDueAt, isPending, questionsFor, wantsFence } from './asking.ts';
import { whyNoHeir } from './bars.ts';
import { type ClaimEvidence, consentOf, holdOf } from './consent.ts';
import { candidates, effectivePriority, inabilityOf, isBetter, mayClaimFrozen } from './election.ts';
import type {
  Alone,
  Ask,
  Claimant,
  Explanation,
  Failback,
  NodeFacts,
  QuestionFacts,
  Takeover,
} from './explanation.ts';
import { lockEndsAt } from './isolation.ts';
import { type KnownHolder, knownHolder } from './known-holder.ts';
import { nameOf } from './moves.ts';
import { turnAt } from './standby.ts';
import type { GroupState, GroupView, PeerView, QuestionKind } from './state.ts';

/*
 * Why the holder is the holder, and what would change it. Facts, no words; each comes from the function that the rules ask
 * too, so that an explanation cannot say anything else than what will be done.
 */

export function explain(state: GroupState, view: GroupView): Explanation {
  const { now } = view;
  const holder = knownHolder(state, view);
  const { renewedAt, lockedUntil } = state;
  const hasLease = state.has && view.policy.leaseMs > 0 && renewedAt !== undefined;
  return {
    role: state.role,
    sinceMs: now - state.since,
    cause: state.cause,
    holder,
    frozen: state.frozen,
    restarting: state.leaving !== undefined,
    heir: state.heir === 0 ? '' : (view.names[state.heir - 1] ?? ''),
    nodes: nodesOf(state, view, holder),
    takeover: takeoverOf(state, view, holder),
    failback: failbackOf(state, view, holder),
    alone: holder.known === 'self' ? aloneOf(view) : [],
    questions: questionsOf(state, view),
    askingForMs: state.asking && now - state.asking.since,
    lease: hasLease ? { endsInMs: renewedAt + view.policy.leaseMs - now } : undefined,
    lock:
      view.policy.asks.lock === undefined || lockedUntil === undefined
        ? undefined
        : { endsInMs: lockedUntil - now, letsGoInMs: lockEndsAt(state, view) - now },
  };
}

function nodesOf(state: GroupState, view: GroupView, holder: KnownHolder): readonly NodeFacts[] {
  const mine: NodeFacts = {
    name: view.self.name,
    isSelf: true,
    holds: holder.known === 'self',
    role: state.role,
    priority: effectivePriority(state, view),
    alive: true,
    twoWay: true,
    bar: inabilityOf(state, view) ?? (state.role === 'init' ? 'starting' : undefined),
    barDetail: state.fault?.text ?? '',
  };
  const others = view.peers.map((peer): NodeFacts & { readonly number: number } => {
    const holds = peer.number === holder.number;
    const { number, name, alive, twoWay, record } = peer;
    const bar = holds && peer.alive ? undefined : whyNoHeir(peer, view);
    const said = { role: record?.role, priority: record?.priority };
    return { number, name, isSelf: false, holds, ...said, alive, twoWay, bar, barDetail: '' };
  });
  return [{ ...mine, number: view.self.number }, ...others]
    .toSorted((a, b) => a.number - b.number)
    .map(({ number: _, ...facts }) => facts);
}

// ── who would be next ────────────────────────────────────────────────────────────────────────────────────────────────

/** The same world, in which the holder has fallen silent. */
function withoutHolder(view: GroupView, { number, known }: KnownHolder): GroupView {
  const silenced = view.peers.map((peer): PeerView => {
    return peer.number === number ? { ...peer, alive: false, twoWay: false } : peer;
  });
  return { ...view, peers: known === 'self' ? [...silenced, silentSelf(view)] : silenced };
}

/** What we are to the others when we fall silent. */
const silentSelf = ({ self, policy }: GroupView): PeerView => ({
  ...{ number: self.number, name: self.name, alive: false, twoWay: false, deaf: false },
  ...{ freshAt: undefined, ackedTx: undefined, awayUntil: undefined, record: undefined },
  ...{ lateMs: policy.timeoutMs, itsTimeoutMs: policy.timeoutMs, rttMs: 0 },
  ...{ pending: false, unprovenActive: false, asksForIt: false },
});

function takeoverOf(state: GroupState, view: GroupView, holder: KnownHolder): Takeover {
  const then = holder.known === 'nobody' ? view : withoutHolder(view, holder);
  const { timeoutMs } = view.policy;
  const mayClaim = (number: number): boolean =>
    !state.frozen || (number === view.self.number && mayClaimFrozen(state));
  const silenceMs = holder.known === 'nobody' ? 0 : (holder.backWithinMs ?? timeoutMs);
  const claimants = candidates(state, then)
    .filter(({ number }) => number !== holder.number)
    .map(({ number }, rank) => ({ number, rank }))
    .filter(({ number }) => mayClaim(number))
    .map(({ number, rank }): Claimant => {
      const isSelf = number === view.self.number;
      const turn = isSelf && holder.known === 'nobody' ? ownTurnAt(state, view) : undefined;
      const afterMs = turn === undefined ? silenceMs + rank * timeoutMs : Math.max(0, turn - view.now);
      return { name: nameOf(view, number) as NodeName, isSelf, afterMs };
    });
  return { claimants, asks: asksOf(then) };
}

/** After a refusal it does not ask again at once. */
function ownTurnAt(state: GroupState, view: GroupView): number | undefined {
  const turn = turnAt(state, view);
  return turn === undefined || state.asking !== undefined ? turn : Math.max(turn, consentDueAt(state, view));
}

const AGREED: ClaimEvidence = {
  ...{ confirm: 'none', ifAlive: 'take', waited: false, witness: 'none', lock: 'none', fence: 'none' },
};
const REFUSALS: { readonly [question in QuestionKind]: Partial<ClaimEvidence> } = {
  confirm: { confirm: 'alive' },
  witness: { witness: 'no' },
  lock: { lock: 'others' },
  fence: { fence: 'failed' },
};

function asksOf(then: GroupView): readonly Ask[] {
  const fence = wantsFence(then, 'election') ? (['fence'] as const) : [];
  const ifAlive = then.policy.asks.confirm?.ifAlive ?? 'take';
  return [...questionsFor(then, 'election'), ...fence].map((question) => ({
    question,
    ifNot: consentOf({ ...AGREED, ifAlive, ...REFUSALS[question] }),
  }));
}

// ── what would move it ───────────────────────────────────────────────────────────────────────────────────────────────

function failbackOf(state: GroupState, view: GroupView, holder: KnownHolder): Failback | undefined {
  const { delayMs } = view.policy.failback;
  if (holder.known === 'self') {
    const due = betterHeirs(view, effectivePriority(state, view)).map(({ number, name }) => ({
      name,
      inMs: Math.max(0, delayMs - steadyForMs(state, view, number)),
    }));
    const first = due.toSorted((a, b) => a.inMs - b.inMs)[0];
    return first && { to: first.name, bar: whyNoFailback(state, view), inMs: first.inMs, delayMs };
  }
  const held = view.peers.find(({ number }) => number === holder.number)?.record;
  if (holder.known !== 'direct' || held?.role !== 'active') return undefined;
  const able = betterHeirs(view, held.priority).map(({ number, record }) => ({
    number,
    priority: record!.priority,
  }));
  const mine = { number: view.self.number, priority: effectivePriority(state, view) };
  const isAble = state.role === 'standby' && !state.has && mine.priority > held.priority;
  const best = (isAble ? [...able, mine] : able).toSorted((a, b) => (isBetter(a, b) ? -1 : 1))[0];
  if (best === undefined) return undefined;
  const to = nameOf(view, best.number) as NodeName;
  return { to, bar: placementBar(held, view), inMs: undefined, delayMs };
}

// ── what we do alone ─────────────────────────────────────────────────────────────────────────────────────────────────

function aloneOf({ policy: { asks } }: GroupView): readonly Alone[] {
  const witness = asks.witness === undefined ? 'none' : 'yes';
  const lock = asks.lock === undefined ? 'none' : 'mine';
  const well = { everyoneAgrees: false, isAlone: true, witness, lock } as const;
  if (witness === 'none' && lock === 'none') return [{ when: 'always', hold: holdOf(well) }];
  const noWitness: Alone = { when: 'witness silent', hold: holdOf({ ...well, witness: 'no' }) };
  const noLock: Alone = { when: 'lock lost', hold: holdOf({ ...well, lock: 'lost' }) };
  return [
    { when: 'all well', hold: holdOf(well) },
    ...(witness === 'none' ? [] : [noWitness]),
    ...(lock === 'none' ? [] : [noLock]),
  ];
}

const QUESTIONS: readonly QuestionKind[] = ['confirm', 'witness', 'lock', 'fence'];

function questionsOf(state: GroupState, view: GroupView): readonly QuestionFacts[] {
  return QUESTIONS.flatMap((question) => {
    const asked = state.asked[question];
    const last = state.answers[question];
    const isAsked = isPending(state, view, question) && asked !== undefined;
    if (!isAsked && last === undefined) return [];
    return {
      question,
      pendingForMs: isAsked ? view.now - asked.at : undefined,
      last: last && { outcome: last.outcome, text: last.text },
      lastAgoMs: last && view.now - last.askedAt,
    };
  });
}
