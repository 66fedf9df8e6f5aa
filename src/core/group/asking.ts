import { unreachable } from '../errors.ts';
import { after, type MonoMs, SECOND_MS } from '../units.ts';
import { type ClaimEvidence, consentOf } from './consent.ts';
import { LEASE_ROUNDING_MS, rankOf, someApart, someSilent } from './election.ts';
import { and, failed, type Rule, seconds, step } from './moves.ts';
import type { AnswerResult, GroupState, GroupStep, GroupView, PeerView, QuestionKind } from './state.ts';

/*
 * Before a claim that nobody asked for, others may have to agree: the silent node's host (confirm), something that only a
 * working network reaches (witness), a third party's lock, and at last the fence. An elected standby asks them all at once,
 * within a bound, and stays a standby on the wire. Whoever holds the group meanwhile ends it.
 */

/** Over and above a question's own limit: an answer that has not come by then counts as none. */
const ANSWER_SLACK_MS = SECOND_MS;
const REFUSED_AGAIN_MS = SECOND_MS;
/** The giver's lock is on its way to the arbiter when its heir first asks for it. */
const OFFER_AGAIN_MS = 30;
const WITNESS_AGAIN_MS = SECOND_MS;
const NOT_OURS = 'the lock is not ours';

export type ClaimKind = 'election' | 'offer';

/** A silent node that held the group when it was last heard, or was never heard. */
const mayHold = ({ alive, record }: PeerView): boolean =>
  !alive &&
  (record === undefined ||
    record.has ||
    record.role === 'claiming' ||
    record.role === 'active' ||
    record.heir !== 0);

/** Who has to be asked before a claim, but for the fence. */
export function questionsFor(view: GroupView, kind: ClaimKind): readonly QuestionKind[] {
  const { confirm, witness, lock } = view.policy.asks;
  const isElection = kind === 'election';
  return [
    ...(confirm !== undefined && isElection && someSilent(view) ? (['confirm'] as const) : []),
    ...(witness !== undefined && isElection && someApart(view) ? (['witness'] as const) : []),
    ...(lock !== undefined ? (['lock'] as const) : []),
  ];
}

export const wantsFence = (view: GroupView, kind: ClaimKind): boolean =>
  view.policy.asks.fence !== undefined && kind === 'election' && view.peers.some(mayHold);

function limitMs({ policy: { asks } }: GroupView, question: QuestionKind): number {
  return (asks[question]?.timeoutMs ?? 0) + ANSWER_SLACK_MS;
}

export function isPending(state: GroupState, view: GroupView, question: QuestionKind): boolean {
  const asked = state.asked[question];
  return asked !== undefined && view.now < asked.at + limitMs(view, question);
}

export function ask(state: GroupState, question: QuestionKind, view: GroupView): GroupStep {
  const id = state.nextCall;
  const chosen = question === 'fence' ? mayHold : ({ alive }: PeerView) => !alive;
  const about = question === 'confirm' || question === 'fence' ? view.peers.filter(chosen) : [];
  const { [question]: _, ...answers } = state.answers;
  // What the witness said before stands until it says something else.
  const kept = question === 'witness' ? state.answers : answers;
  return step(
    {
      ...state,
      asked: { ...state.asked, [question]: { id, at: view.now } },
      answers: kept,
      nextCall: id + 1,
    },
    { kind: 'ask', question, id, about: about.map(({ number }) => number) },
  );
}

function evidence(state: GroupState, view: GroupView, kind: ClaimKind): ClaimEvidence {
  const { asks } = view.policy;
  const wanted = questionsFor(view, kind);
  const since = state.asking?.since ?? view.now;
  const outcome = (question: QuestionKind): 'yes' | 'no' | 'unknown' => {
    const answer = state.answers[question];
    return answer !== undefined && answer.askedAt >= since ? answer.outcome : 'unknown';
  };
  const fence = !wantsFence(view, kind)
    ? 'none'
    : state.asked.fence === undefined && (state.answers.fence?.askedAt ?? -1) < since
      ? 'to do'
      : outcome('fence') === 'yes'
        ? 'done'
        : 'failed';
  return {
    confirm: !wanted.includes('confirm') ? 'none' : outcome('confirm') === 'yes' ? 'alive' : 'dead',
    ifAlive: asks.confirm?.ifAlive ?? 'take',
    waited: state.confirmWaitUntil !== undefined && view.now >= state.confirmWaitUntil,
    witness: !wanted.includes('witness') ? 'none' : outcome('witness') === 'yes' ? 'yes' : 'no',
    lock: !wanted.includes('lock')
      ? 'none'
      : ({ yes: 'mine', no: 'others', unknown: 'unreachable' } as const)[outcome('lock')],
    fence,
  };
}

/** What is still to be done before a claim, or `agreed` when nothing is; undefined while an answer is waited for. */
export function seekConsent(
  state: GroupState,
  view: GroupView,
  kind: ClaimKind,
): GroupStep | 'agreed' | undefined {
  const wanted = questionsFor(view, kind);
  if (wanted.length === 0 && !wantsFence(view, kind)) return 'agreed';
  if (state.asking === undefined) {
    if (view.now < state.askAgainAt) return undefined;
    const { fence: _, ...asked } = state.asked;
    let asking: GroupStep = step({ ...state, asked, asking: { since: view.now } });
    for (const question of wanted) asking = and(asking, (next) => ask(next, question, view));
    return asking;
  }
  if ([...wanted, 'fence' as const].some((question) => isPending(state, view, question))) return undefined;
  return decide(state, view, kind);
}

/** What those who were asked said before the claim that they agreed to, for its cause. */
export function agreedWords(state: GroupState, view: GroupView, kind: ClaimKind): readonly string[] {
  const { confirm, fence } = state.answers;
  const wanted = questionsFor(view, kind);
  return [
    ...(wanted.includes('confirm') ? [`the silent node's host: ${confirm?.text ?? 'no answer'}`] : []),
    ...(wanted.includes('witness') ? ['the witness answers'] : []),
    ...(wanted.includes('lock') ? ['the lock is ours'] : []),
    ...(wantsFence(view, kind) ? [fence?.text ?? 'fenced'] : []),
  ];
}

function decide(state: GroupState, view: GroupView, kind: ClaimKind): GroupStep | 'agreed' | undefined {
  const consent = consentOf(evidence(state, view, kind));
  const said = (question: QuestionKind): string => state.answers[question]?.text ?? 'no answer';
  switch (consent) {
    case 'claim':
      return 'agreed';
    case 'fence':
      return ask(state, 'fence', view);
    case 'wait': {
      if (state.confirmWaitUntil !== undefined) return undefined;
      const forMs = Math.max(SECOND_MS, view.policy.leaseMs) + LEASE_ROUNDING_MS;
      return step(
        { ...state, confirmWaitUntil: after(view.now, forMs) },
        {
          kind: 'told',
          text: `waits ${seconds(forMs)} before it claims`,
          cause: `the silent node's host answers: ${said('confirm')}`,
        },
      );
    }
    case 'no witness':
      return refused(
        { ...state, witnessLostAt: view.now },
        view,
        'the witness does not answer',
        said('witness'),
      );
    case 'no lock':
      return refused(state, view, NOT_OURS, said('lock'), kind);
    case 'not fenced':
      return refused(
        failed(state, view, `fence failed: ${said('fence')}`),
        view,
        'fence failed',
        said('fence'),
      );
    default:
      return unreachable(consent);
  }
}

function refused(
  state: GroupState,
  view: GroupView,
  text: string,
  cause: string,
  kind: ClaimKind = 'election',
): GroupStep {
  // The lock of a dead holder ends for everybody at once: who is better asks more often, and so most often has it first
  // (a worse one that is first hands over at once, as by any failback).
  const turnsMs = text === NOT_OURS ? (rankOf(state, view) ?? 0) * view.policy.timeoutMs : 0;
  const againMs = kind === 'offer' ? OFFER_AGAIN_MS : REFUSED_AGAIN_MS + turnsMs;
  const stopped = { ...state, asking: undefined, askAgainAt: after(view.now, againMs) };
  // An offer is tried again at once, and its giver tells what became of it.
  return kind === 'offer'
    ? step(stopped)
    : step(stopped, { kind: 'told', text: `does not claim: ${text}`, cause });
}

/** When seekConsent may have something to do: `now` when it has. */
export function consentDueAt(state: GroupState, view: GroupView): MonoMs {
  if (state.asking === undefined) return Math.max(view.now, state.askAgainAt) as MonoMs;
  const pending = (['confirm', 'witness', 'lock', 'fence'] as const).filter((one) =>
    isPending(state, view, one),
  );
  if (pending.length > 0)
    return Math.max(...pending.map((one) => state.asked[one]!.at + limitMs(view, one))) as MonoMs;
  return Math.max(view.now, state.confirmWaitUntil ?? view.now) as MonoMs;
}

// ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A standby that may be cut off itself asks until it knows better. */
export const asksWitnessAgain: Rule = (state, view) => {
  if (state.witnessLostAt === undefined || state.asking !== undefined || isPending(state, view, 'witness'))
    return undefined;
  return view.now < witnessDueAt(state) ? undefined : ask(state, 'witness', view);
};

export const witnessDueAt = (state: GroupState): MonoMs =>
  after(
    Math.max(state.asked.witness?.at ?? 0, state.answers.witness?.askedAt ?? 0) as MonoMs,
    WITNESS_AGAIN_MS,
  );

/** A lock that is not needed any more is somebody else's chance. */
export const unlocks: Rule = (state, view) => {
  // A dead node lets nothing go.
  if (view.playingDead) return undefined;
  if (state.lockedUntil === undefined || state.asking !== undefined || state.has) return undefined;
  return step({ ...state, lockedUntil: undefined }, { kind: 'unlock' });
};

/** Takes an answer into the state; the rules then act on it. */
export function onAnswer(state: GroupState, result: AnswerResult, view: GroupView): GroupStep {
  const { question, id, outcome, text } = result;
  const asked = state.asked[question];
  if (asked?.id !== id) return step(state);
  const { [question]: _, ...others } = state.asked;
  const answers = { ...state.answers, [question]: { outcome, askedAt: asked.at, text } };
  const answered: GroupState = { ...state, asked: others, answers };
  if (question === 'witness') {
    const isYes = outcome === 'yes';
    return step({
      ...answered,
      witnessNos: isYes ? 0 : state.witnessNos + 1,
      witnessYesAt: isYes ? asked.at : state.witnessYesAt,
      witnessLostAt: isYes ? undefined : state.witnessLostAt,
    });
  }
  if (question !== 'lock') return step(answered);
  const { ttlMs = 0 } = view.policy.asks.lock ?? {};
  if (outcome === 'yes') return step({ ...answered, lockedUntil: after(asked.at, ttlMs) });
  // Unclear answers leave what is known: the lock lasts as long as it was granted for.
  return step(outcome === 'no' ? { ...answered, lockedUntil: undefined } : answered);
}
