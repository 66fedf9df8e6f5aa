// Asking before a claim: who is asked, what each answer does, and how long an answer is waited for. Rows for what must
// not happen stand next to those for what must. The decision itself has its whole table in consent.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onAnswer } from '../../../src/core/group/asking.ts';
import { effectivePriority } from '../../../src/core/group/election.ts';
import { evaluate, nextWakeAt } from '../../../src/core/group/machine.ts';
import {
  ASKS_NOBODY,
  type AnswerResult,
  type AskPolicy,
  type GroupEffect,
  type GroupState,
  type GroupView,
  type PeerView,
  type QuestionKind,
} from '../../../src/core/group/state.ts';
import { at, dead, holding, peer, policy, standby, view, word } from './around.ts';

const CONFIRM = { confirm: { ifAlive: 'wait', timeoutMs: 500 } } as const;
const TAKE = { confirm: { ifAlive: 'take', timeoutMs: 500 } } as const;
const WITNESS = { witness: { timeoutMs: 500 } } as const;
const LOCK = { lock: { ttlMs: 10_000, timeoutMs: 1_000 } } as const;
const FENCE = { fence: { timeoutMs: 2_000 } } as const;

const seen = (
  asks: Partial<AskPolicy>,
  peers: readonly PeerView[],
  more: Partial<GroupView> = {},
): GroupView => view(peers, { policy: { ...policy, asks: { ...ASKS_NOBODY, ...asks } }, ...more });

const asksOf = (effects: readonly GroupEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'ask' ? [`${effect.question} ${effect.about.join()}`] : []));
const toldOf = (effects: readonly GroupEffect[]): string =>
  effects.flatMap((effect) => (effect.kind === 'told' ? [effect.text] : [])).join('; ');

const idle = peer(1, word());
const gone = dead(3, holding());
const deaf = peer(1, word(), { twoWay: false });

const first: readonly {
  name: string;
  asks: Partial<AskPolicy>;
  peers: readonly PeerView[];
  asked: readonly string[];
}[] = [
  { name: 'nobody configured: claims unasked', asks: {}, peers: [idle, gone], asked: [] },
  {
    name: 'confirm: the silent one is asked about, not the other',
    asks: CONFIRM,
    peers: [idle, gone],
    asked: ['confirm 3'],
  },
  { name: 'confirm: nobody silent, nobody asked', asks: CONFIRM, peers: [idle], asked: [] },
  { name: 'witness: somebody is silent', asks: WITNESS, peers: [idle, gone], asked: ['witness '] },
  {
    name: 'witness: somebody is heard, but does not hear us',
    asks: WITNESS,
    peers: [deaf],
    asked: ['witness '],
  },
  { name: 'witness: all are heard both ways', asks: WITNESS, peers: [idle], asked: [] },
  { name: 'lock: somebody is silent', asks: LOCK, peers: [idle, gone], asked: ['lock '] },
  { name: 'lock: also when all are heard', asks: LOCK, peers: [idle], asked: ['lock '] },
  {
    name: 'all at once, but the fence',
    asks: { ...CONFIRM, ...WITNESS, ...LOCK, ...FENCE },
    peers: [idle, gone],
    asked: ['confirm 3', 'witness ', 'lock '],
  },
  { name: 'fence: the silent one held', asks: FENCE, peers: [idle, gone], asked: ['fence 3'] },
  {
    name: 'fence: the silent one claimed',
    asks: FENCE,
    peers: [dead(3, word({ role: 'claiming' }))],
    asked: ['fence 3'],
  },
  {
    name: 'fence: the silent one had the VIP',
    asks: FENCE,
    peers: [dead(3, word({ has: true }))],
    asked: ['fence 3'],
  },
  {
    name: 'fence: the silent one was handing over',
    asks: FENCE,
    peers: [dead(3, word({ heir: 1 }))],
    asked: ['fence 3'],
  },
  {
    name: 'fence: the silent one was never heard',
    asks: FENCE,
    peers: [dead(3, undefined)],
    asked: ['fence 3'],
  },
  { name: 'fence: the silent one was a standby', asks: FENCE, peers: [idle, dead(3, word())], asked: [] },
  { name: 'fence: nobody is silent', asks: FENCE, peers: [idle], asked: [] },
];
for (const { name, asks, peers, asked } of first) {
  test(`asking: elected, ${name}`, () => {
    const done = evaluate(standby(), seen(asks, peers));
    assert.deepEqual(asksOf(done.effects), asked);
    assert.equal(done.state.role, asked.length > 0 ? 'standby' : 'claiming');
  });
}

test('asking: nobody is asked while a holder is heard, nor before our turn', () => {
  const holder = evaluate(standby(), seen({ ...WITNESS, ...LOCK }, [peer(1, holding()), gone]));
  assert.deepEqual(asksOf(holder.effects), []);
  const second = evaluate(standby({ clearSince: at(-2_999) }), seen(LOCK, [peer(3, word())]));
  assert.deepEqual(asksOf(second.effects), []);
  const turn = evaluate(standby({ clearSince: at(-3_000) }), seen(LOCK, [peer(3, word())]));
  assert.deepEqual(asksOf(turn.effects), ['lock ']);
});

// ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Elected and asking since `sinceMs`, with these answers to questions of that moment. */
const asking = (
  answers: { readonly [kind in QuestionKind]?: AnswerResult['outcome'] },
  more: Partial<GroupState> = {},
  sinceMs = -100,
): GroupState =>
  standby({
    clearSince: at(sinceMs),
    asking: { since: at(sinceMs) },
    answers: Object.fromEntries(
      Object.entries(answers).map(([kind, outcome]) => [
        kind,
        { outcome, askedAt: at(sinceMs), text: `said ${outcome}` },
      ]),
    ),
    nextCall: 9,
    ...more,
  });

interface Answered {
  readonly name: string;
  readonly asks: Partial<AskPolicy>;
  readonly from: GroupState;
  readonly role: GroupState['role'];
  readonly told?: RegExp;
  readonly asked?: readonly string[];
  readonly with?: Partial<GroupState>;
}

const pendingWitness = (ms: number): Partial<GroupState> => ({ asked: { witness: { id: 1, at: at(ms) } } });
const answered: readonly Answered[] = [
  { name: 'confirm: nobody there, claims', asks: CONFIRM, from: asking({ confirm: 'no' }), role: 'claiming' },
  {
    name: 'confirm: unclear counts as nobody there',
    asks: CONFIRM,
    from: asking({ confirm: 'unknown' }),
    role: 'claiming',
  },
  {
    name: 'confirm: the host answers, waits a lease',
    asks: CONFIRM,
    from: asking({ confirm: 'yes' }),
    role: 'standby',
    told: /^waits 2\.2 s before it claims$/,
    with: { confirmWaitUntil: at(2_200) },
  },
  {
    name: 'confirm: the host answers, and the config says take',
    asks: TAKE,
    from: asking({ confirm: 'yes' }),
    role: 'claiming',
  },
  {
    name: 'confirm: just before the wait is over',
    asks: CONFIRM,
    from: asking({ confirm: 'yes' }, { confirmWaitUntil: at(1) }),
    role: 'standby',
    told: /^$/,
  },
  {
    name: 'confirm: when the wait is over',
    asks: CONFIRM,
    from: asking({ confirm: 'yes' }, { confirmWaitUntil: at(0) }),
    role: 'claiming',
  },
  { name: 'witness: answers, claims', asks: WITNESS, from: asking({ witness: 'yes' }), role: 'claiming' },
  {
    name: 'witness: does not answer',
    asks: WITNESS,
    from: asking({ witness: 'no' }),
    role: 'standby',
    told: /the witness does not answer/,
    with: { witnessLostAt: at(0), asking: undefined, askAgainAt: at(1_000) },
  },
  {
    name: 'witness: unclear is no',
    asks: WITNESS,
    from: asking({ witness: 'unknown' }),
    role: 'standby',
    told: /the witness does not answer/,
  },
  {
    name: 'witness: an answer from before we asked says nothing',
    asks: WITNESS,
    from: asking({}, { answers: { witness: { outcome: 'yes', askedAt: at(-101), text: '' } } }),
    role: 'standby',
    told: /the witness does not answer/,
  },
  {
    name: 'witness: has not answered yet, a moment before its limit',
    asks: WITNESS,
    from: asking({}, pendingWitness(-1_499), -1_499),
    role: 'standby',
    told: /^$/,
  },
  {
    name: 'witness: has not answered at its limit',
    asks: WITNESS,
    from: asking({}, pendingWitness(-1_500), -1_500),
    role: 'standby',
    told: /the witness does not answer/,
  },
  { name: 'lock: ours, claims', asks: LOCK, from: asking({ lock: 'yes' }), role: 'claiming' },
  {
    name: "lock: another's",
    asks: LOCK,
    from: asking({ lock: 'no' }),
    role: 'standby',
    told: /the lock is not ours/,
    with: { asking: undefined, askAgainAt: at(1_000), witnessLostAt: undefined },
  },
  {
    name: 'lock: the arbiter is gone',
    asks: LOCK,
    from: asking({ lock: 'unknown' }),
    role: 'standby',
    told: /the lock is not ours/,
  },
  {
    name: 'lock: ours, but the witness does not answer',
    asks: { ...LOCK, ...WITNESS },
    from: asking({ lock: 'yes', witness: 'no' }),
    role: 'standby',
    told: /the witness does not answer/,
  },
  {
    name: 'lock: the wait for the host is not repeated after a refusal',
    asks: { ...LOCK, ...CONFIRM },
    from: asking({ lock: 'yes', confirm: 'yes' }, { confirmWaitUntil: at(-500) }),
    role: 'claiming',
  },
  {
    name: 'fence: comes when all others agree',
    asks: { ...FENCE, ...LOCK, ...WITNESS },
    from: asking({ lock: 'yes', witness: 'yes' }),
    role: 'standby',
    asked: ['fence 3'],
  },
  {
    name: 'fence: not while another has the lock',
    asks: { ...FENCE, ...LOCK },
    from: asking({ lock: 'no' }),
    role: 'standby',
    asked: [],
  },
  {
    name: 'fence: not while the host is waited for',
    asks: { ...FENCE, ...CONFIRM },
    from: asking({ confirm: 'yes' }),
    role: 'standby',
    asked: [],
  },
  { name: 'fence: done, claims', asks: FENCE, from: asking({ fence: 'yes' }), role: 'claiming' },
  {
    name: 'fence: failed, is in fault for a while',
    asks: FENCE,
    from: asking({ fence: 'no' }),
    role: 'standby',
    told: /does not claim: fence failed/,
    with: { fault: { text: 'fence failed: said no', until: at(1_000) }, failures: 1 },
  },
  {
    name: 'fence: failed again, for twice as long',
    asks: FENCE,
    from: asking({ fence: 'no' }, { failures: 1 }),
    role: 'standby',
    with: { fault: { text: 'fence failed: said no', until: at(2_000) }, failures: 2 },
  },
  {
    name: 'fence: unclear is failed',
    asks: FENCE,
    from: asking({ fence: 'unknown' }),
    role: 'standby',
    told: /fence failed/,
  },
  {
    name: 'fence: one that was run for an earlier claim does not count',
    asks: FENCE,
    from: asking({}, { answers: { fence: { outcome: 'yes', askedAt: at(-101), text: '' } } }),
    role: 'standby',
    asked: ['fence 3'],
  },
];
for (const { name, asks, from, role, told, asked, with: expected = {} } of answered) {
  test(`asking: ${name}`, () => {
    const done = evaluate(from, seen(asks, [idle, gone]));
    assert.equal(done.state.role, role);
    if (told !== undefined) assert.match(toldOf(done.effects), told);
    if (asked !== undefined) assert.deepEqual(asksOf(done.effects), asked);
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(done.state[key as keyof GroupState], value, key);
  });
}

test('asking: the wait for a host is as long as the lease that it may still have', () => {
  for (const [leaseMs, untilMs] of [
    [0, 2_200],
    [1_000, 2_200],
    [2_000, 3_200],
  ] as const) {
    const sees = seen(CONFIRM, [idle, gone]);
    const { state } = evaluate(asking({ confirm: 'yes' }), { ...sees, policy: { ...sees.policy, leaseMs } });
    assert.equal(state.confirmWaitUntil, at(untilMs));
  }
});

test('asking: a holder that is heard meanwhile ends it, and the next wait is a new one', () => {
  const waiting = asking({ confirm: 'yes' }, { confirmWaitUntil: at(500) });
  const { state, effects } = evaluate(waiting, seen(CONFIRM, [peer(1, holding()), gone]));
  assert.deepEqual([state.role, state.asking, state.confirmWaitUntil], ['standby', undefined, undefined]);
  assert.deepEqual(asksOf(effects), []);
});

test('asking: after a refusal it is asked again in a second, not before', () => {
  const refused = standby({ clearSince: at(-5_000), askAgainAt: at(0) });
  const early = seen(LOCK, [idle, gone], { now: at(-1) });
  assert.deepEqual(asksOf(evaluate(refused, early).effects), []);
  assert.equal(nextWakeAt(refused, early), at(0));
  assert.deepEqual(asksOf(evaluate(refused, seen(LOCK, [idle, gone])).effects), ['lock ']);
});

test('asking: whoever lost the witness has priority 0 and asks it once a second', () => {
  const lost = standby({ witnessLostAt: at(-5_000), asked: { witness: { id: 1, at: at(-5_000) } } });
  const apart = (ms: number): GroupView => seen(WITNESS, [idle, gone], { now: at(ms) });
  assert.equal(effectivePriority(lost, apart(0)), 0);
  const answeredAt = {
    ...lost,
    asked: {},
    answers: { witness: { outcome: 'no', askedAt: at(-1_000), text: '' } },
  } as const;
  assert.deepEqual(asksOf(evaluate(answeredAt, apart(-1)).effects), []);
  assert.equal(nextWakeAt(answeredAt, apart(-1)), at(0));
  assert.deepEqual(asksOf(evaluate(answeredAt, apart(0)).effects), ['witness ']);
});

test('asking: the witness answers, or everybody is heard both ways since: it counts again', () => {
  const lost = standby({ witnessLostAt: at(-50), asked: { witness: { id: 4, at: at(-20) } } });
  const yes = { question: 'witness', id: 4, outcome: 'yes', text: '' } as const;
  assert.equal(onAnswer(lost, yes, seen(WITNESS, [gone])).state.witnessLostAt, undefined);
  assert.equal(onAnswer(lost, { ...yes, outcome: 'no' }, seen(WITNESS, [gone])).state.witnessLostAt, at(-50));
  const both = [idle, peer(3, word())];
  assert.equal(evaluate(lost, seen(WITNESS, both)).state.witnessLostAt, undefined);
  const late = peer(3, word(), { ackedTx: at(-50) });
  assert.equal(evaluate(lost, seen(WITNESS, [idle, late])).state.witnessLostAt, at(-50));
});

test("asking: an answer to another question than the newest is nobody's", () => {
  const waiting = asking({}, { asked: { lock: { id: 7, at: at(-100) } } });
  const old = { question: 'lock', id: 6, outcome: 'yes', text: '' } as const;
  assert.equal(onAnswer(waiting, old, seen(LOCK, [gone])).state.lockedUntil, undefined);
  const { state } = onAnswer(waiting, { ...old, id: 7 }, seen(LOCK, [gone]));
  assert.equal(state.lockedUntil, at(9_900), 'it counts from when it was asked for');
});

test('asking: "no" takes a lock away, "unknown" leaves what is known', () => {
  const held = standby({ lockedUntil: at(5_000), asked: { lock: { id: 7, at: at(-100) } } });
  const no = { question: 'lock', id: 7, outcome: 'no', text: '' } as const;
  assert.equal(onAnswer(held, no, seen(LOCK, [])).state.lockedUntil, undefined);
  assert.equal(onAnswer(held, { ...no, outcome: 'unknown' }, seen(LOCK, [])).state.lockedUntil, at(5_000));
});

const unlocks = (state: GroupState, peers: readonly PeerView[]): boolean =>
  evaluate(state, seen(LOCK, peers)).effects.some(({ kind }) => kind === 'unlock');
test('asking: a lock that is not needed is given back, one that is needed is not', () => {
  const held = { lockedUntil: at(5_000) };
  assert.equal(unlocks(standby(held), [peer(1, holding())]), true);
  assert.equal(
    unlocks(standby({ ...held, has: true, calls: { down: { id: 1, at: at(-1) } } }), [peer(1, holding())]),
    false,
  );
  const pending = { ...held, asked: { lock: { id: 1, at: at(-1) } } };
  assert.equal(unlocks(asking({}, pending), [gone]), false);
});

// ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const offer = peer(1, word({ role: 'releasing', has: true, heir: 2, epoch: 80 }));
const named = { epochSeen: 80 };
test('asking: an offer needs the lock, and neither confirm, witness nor fence', () => {
  const sees = seen({ ...CONFIRM, ...WITNESS, ...FENCE }, [offer, gone]);
  assert.equal(evaluate(standby(named), sees).state.role, 'claiming');
  const locked = evaluate(standby(named), seen({ ...CONFIRM, ...WITNESS, ...LOCK, ...FENCE }, [offer, gone]));
  assert.equal(locked.state.role, 'standby');
  assert.deepEqual(asksOf(locked.effects), ['lock ']);
});

test('asking: for an offer the lock is asked for again after 30 ms, without a word', () => {
  const early = asking({ lock: 'no' }, { ...named, clearSince: undefined });
  const done = evaluate(early, seen(LOCK, [offer]));
  assert.deepEqual([done.state.askAgainAt, toldOf(done.effects)], [at(30), '']);
  const before = evaluate(done.state, seen(LOCK, [offer], { now: at(29) }));
  assert.deepEqual(asksOf(before.effects), []);
  assert.equal(nextWakeAt(before.state, seen(LOCK, [offer], { now: at(29) })), at(30));
  assert.deepEqual(asksOf(evaluate(before.state, seen(LOCK, [offer], { now: at(30) })).effects), ['lock ']);
});

test('asking: an offer that is gone ends its question', () => {
  const pending = asking({}, { ...named, clearSince: undefined, asked: { lock: { id: 1, at: at(-1) } } });
  const { state } = evaluate(pending, seen(LOCK, [peer(1, holding())]));
  assert.equal(state.asking, undefined);
});

test('asking: it wakes when an answer is overdue, and when a wait is over', () => {
  const sees = seen({ ...CONFIRM, ...WITNESS }, [gone]);
  const pending = asking({}, { asked: { witness: { id: 1, at: at(-100) } } });
  assert.equal(nextWakeAt(pending, sees), at(1_400));
  assert.equal(nextWakeAt(asking({ confirm: 'yes' }, { confirmWaitUntil: at(700) }), sees), at(700));
});
