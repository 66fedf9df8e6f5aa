// A holder that may be the one who is cut off: when it asks, when it lets go, and when it does not. We are lb2; the
// default peer acknowledged a frame of ours 20 ms ago, waits 3 s, and has a round trip of 1 ms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyoneAgrees, isolationDeadline } from '../../../src/core/group/agreement.ts';
import { onCallDone, onOrder } from '../../../src/core/group/incoming.ts';
import { onAnswer } from '../../../src/core/group/asking.ts';
import { isLocked } from '../../../src/core/group/isolation.ts';
import { evaluate, nextWakeAt } from '../../../src/core/group/machine.ts';
import {
  ASKS_NOBODY,
  type AskPolicy,
  type GroupEffect,
  type GroupState,
  type GroupView,
  type PeerView,
} from '../../../src/core/group/state.ts';
import {
  active,
  at,
  claiming,
  dead,
  handing,
  holding,
  peer,
  policy,
  releasing,
  standby,
  view,
  word,
} from './around.ts';

const WITNESS = { witness: { timeoutMs: 500 } } as const;
const LOCK = { lock: { ttlMs: 10_000, timeoutMs: 1_000 } } as const;

const seen = (
  asks: Partial<AskPolicy>,
  peers: readonly PeerView[],
  more: Partial<GroupView> = {},
): GroupView => view(peers, { policy: { ...policy, asks: { ...ASKS_NOBODY, ...asks } }, ...more });

const kindsOf = (effects: readonly GroupEffect[]): readonly string[] =>
  effects.map((effect) => (effect.kind === 'ask' ? `ask ${effect.question}` : effect.kind));

/** Its last word is `freshMs` old, the newest of ours that it acknowledged `ackedMs`. */
const quiet = (number: number, freshMs: number, ackedMs = freshMs): PeerView =>
  peer(number, word(), { freshAt: at(-freshMs), ackedTx: at(-ackedMs) });

// ── until when nobody can have claimed ───────────────────────────────────────────────────────────────────────────────

const deadlines: readonly { name: string; peers: readonly PeerView[]; at: number }[] = [
  {
    name: 'nine tenths of its timeout, less two round trips, a call and two turns',
    peers: [quiet(1, 1_000)],
    at: 1_638,
  },
  {
    name: 'what it waits itself counts, not what we would',
    peers: [peer(1, word(), { ackedTx: at(0), itsTimeoutMs: 1_000 })],
    at: 838,
  },
  { name: 'a long way costs twice', peers: [peer(1, word(), { ackedTx: at(0), rttMs: 100 })], at: 2_440 },
  { name: 'the least patient one counts', peers: [quiet(1, 100), quiet(3, 1_000)], at: 1_638 },
  {
    name: 'one that was gone before the others fell silent does not',
    peers: [quiet(1, 1_000), quiet(3, 60_000)],
    at: 1_638,
  },
  {
    name: 'one that never heard us does not',
    peers: [quiet(1, 1_000), peer(3, undefined, { ackedTx: undefined })],
    at: 1_638,
  },
];
for (const { name, peers, at: ms } of deadlines) {
  test(`isolation: the deadline: ${name}`, () => assert.equal(isolationDeadline(view(peers)), at(ms)));
}

test('isolation: the deadline: nobody has heard us for long: nobody waits for us', () => {
  const mute = [peer(1, word(), { ackedTx: undefined }), quiet(3, 10, 60_000)];
  assert.equal(isolationDeadline(view(mute)), Number.NEGATIVE_INFINITY);
});

// ── alone, and the witness ───────────────────────────────────────────────────────────────────────────────────────────

const said = (outcome: 'yes' | 'no' | 'unknown', askedMs: number, nos = 1): Partial<GroupState> => ({
  answers: { witness: { outcome, askedAt: at(-askedMs), text: '' } },
  witnessNos: outcome === 'yes' ? 0 : nos,
  witnessYesAt: outcome === 'yes' ? at(-askedMs) : undefined,
});

interface Case {
  readonly name: string;
  readonly from?: GroupState;
  readonly asks?: Partial<AskPolicy>;
  readonly peers: readonly PeerView[];
  readonly more?: Partial<GroupView>;
  readonly role: GroupState['role'];
}

const lone: readonly Case[] = [
  {
    name: 'just before the deadline it keeps',
    from: active(said('no', 100)),
    peers: [quiet(1, 2_637)],
    role: 'active',
  },
  {
    name: 'at the deadline it lets go',
    from: active(said('no', 100)),
    peers: [quiet(1, 2_638)],
    role: 'releasing',
  },
  {
    name: 'the witness answered: keeps',
    from: active(said('yes', 100)),
    peers: [quiet(1, 2_900)],
    role: 'active',
  },
  {
    name: 'one "no" after a "yes" of this silence: keeps',
    from: active({ ...said('no', 100), witnessYesAt: at(-1_000) }),
    peers: [quiet(1, 2_900)],
    role: 'active',
  },
  {
    name: 'two of them: lets go',
    from: active({ ...said('no', 100, 2), witnessYesAt: at(-1_000) }),
    peers: [quiet(1, 2_900)],
    role: 'releasing',
  },
  {
    name: 'a "yes" from before this silence counts for nothing',
    from: active({ ...said('no', 100), witnessYesAt: at(-2_901) }),
    peers: [quiet(1, 2_900)],
    role: 'releasing',
  },
  {
    name: 'a "no" from before this silence neither',
    from: active({ ...said('no', 2_901), asked: { witness: { id: 1, at: at(-10) } } }),
    peers: [quiet(1, 2_900)],
    role: 'active',
  },
  {
    name: 'no answer yet, just before it is given up: keeps',
    from: active({ asked: { witness: { id: 1, at: at(-499) } } }),
    peers: [quiet(1, 2_900)],
    role: 'active',
  },
  {
    name: 'no answer when it is given up: lets go',
    from: active({ asked: { witness: { id: 1, at: at(-500) } } }),
    peers: [quiet(1, 2_900)],
    role: 'releasing',
  },
  {
    name: 'one of two is heard: keeps',
    from: active(said('no', 100)),
    peers: [quiet(1, 2_900), quiet(3, 299)],
    role: 'active',
  },
  {
    name: 'both are late: lets go',
    from: active(said('no', 100)),
    peers: [quiet(1, 2_900), quiet(3, 300)],
    role: 'releasing',
  },
  {
    name: 'one is dead for long, the other only a beat late: keeps',
    from: active(said('no', 100)),
    peers: [quiet(1, 400), quiet(3, 60_000)],
    role: 'active',
  },
  {
    name: 'what arrived in a stall is unread: keeps',
    from: active(said('no', 100)),
    peers: [quiet(1, 2_900)],
    more: { draining: true },
    role: 'active',
  },
  {
    name: 'no witness configured: keeps',
    from: active(said('no', 100)),
    asks: {},
    peers: [dead(1, word())],
    role: 'active',
  },
  {
    name: 'in the middle of a handover it lets go as well',
    from: handing(1, said('no', 100)),
    peers: [quiet(1, 2_900)],
    role: 'releasing',
  },
];
for (const { name, from = active(), asks = WITNESS, peers, more, role } of lone) {
  test(`isolation: alone, ${name}`, () => {
    const done = evaluate(from, seen(asks, peers, more));
    assert.equal(done.state.role, role);
    assert.equal(kindsOf(done.effects).includes('down'), role === 'releasing');
    // It says 0 until the witness answers: else it would claim again, for the same reasons.
    if (role === 'releasing') assert.equal(done.state.witnessLostAt, at(0));
  });
}

const asksAt: readonly { name: string; from: GroupState; peers: readonly PeerView[]; asks: boolean }[] = [
  { name: 'not while a beat is only on its way', from: active(), peers: [quiet(1, 299)], asks: false },
  { name: 'as soon as everybody is late', from: active(), peers: [quiet(1, 300)], asks: true },
  {
    name: 'not while one of two is heard',
    from: active(),
    peers: [quiet(1, 1_000), quiet(3, 10)],
    asks: false,
  },
  {
    name: 'not twice at once',
    from: active({ asked: { witness: { id: 1, at: at(-10) } } }),
    peers: [quiet(1, 900)],
    asks: false,
  },
  {
    name: 'a "no" is asked again after 100 ms',
    from: active(said('no', 100)),
    peers: [quiet(1, 900)],
    asks: true,
  },
  { name: 'not before', from: active(said('no', 99)), peers: [quiet(1, 900)], asks: false },
  {
    name: 'a "yes" is asked again after a timeout',
    from: active(said('yes', 3_000)),
    peers: [quiet(1, 3_500)],
    asks: true,
  },
  { name: 'not before', from: active(said('yes', 2_999)), peers: [quiet(1, 3_500)], asks: false },
  {
    name: 'a new silence is a new question',
    from: active(said('yes', 901)),
    peers: [quiet(1, 900)],
    asks: true,
  },
];
for (const { name, from, peers, asks } of asksAt) {
  test(`isolation: asks the witness ${name}`, () => {
    const { effects } = evaluate(from, seen(WITNESS, peers));
    assert.equal(kindsOf(effects).includes('ask witness'), asks);
  });
}

test('isolation: it wakes for each of these moments', () => {
  const early = seen(WITNESS, [quiet(1, 10)]);
  assert.ok(nextWakeAt(active({ renewedAt: at(0) }), early) <= at(290));
  const pending = active({ renewedAt: at(0), asked: { witness: { id: 1, at: at(-450) } }, lookedAt: at(0) });
  assert.equal(nextWakeAt(pending, seen(WITNESS, [quiet(1, 2_900)])), at(50));
});

// ── the lock ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const fresh = { answers: { lock: { outcome: 'yes', askedAt: at(-10), text: '' } } } as const;
const endsIn = (ms: number): GroupState => active({ ...fresh, lockedUntil: at(ms) });
const idle = peer(1, word());

const locks: readonly Case[] = [
  {
    name: 'a peer is lost, a moment before lease and rounding would outlive it: keeps',
    from: endsIn(2_201),
    peers: [dead(1, word())],
    role: 'active',
  },
  {
    name: 'a peer is lost, in that moment: lets go',
    from: endsIn(2_200),
    peers: [dead(1, word())],
    role: 'releasing',
  },
  { name: 'it has run out and all agree: keeps', from: endsIn(-60_000), peers: [idle], role: 'active' },
  {
    name: 'it has run out, and one of two is silent: lets go',
    from: endsIn(0),
    peers: [idle, dead(3, word())],
    role: 'releasing',
  },
  {
    name: 'it has run out, and one does not hear us: lets go',
    from: endsIn(0),
    peers: [peer(1, word(), { twoWay: false })],
    role: 'releasing',
  },
  {
    name: 'it has run out, and one has not spoken of this group: lets go',
    from: endsIn(0),
    peers: [peer(1, undefined)],
    role: 'releasing',
  },
  {
    name: 'it has run out, and one claims, who is no better: lets go',
    from: endsIn(0),
    peers: [peer(1, word({ role: 'claiming', priority: 50 }))],
    role: 'releasing',
  },
  {
    name: 'it has run out, and one hears another holder: lets go',
    from: endsIn(0),
    peers: [peer(1, word({ holder: 3, holderRole: 'active', holderPriority: 50 })), dead(3, word())],
    role: 'releasing',
  },
  {
    name: 'it has run out, and one acknowledged nothing for nine tenths: lets go',
    from: endsIn(0),
    peers: [quiet(1, 10, 2_638)],
    role: 'releasing',
  },
  {
    name: 'it has run out, and one acknowledged just in time: keeps',
    from: endsIn(0),
    peers: [quiet(1, 10, 2_637)],
    role: 'active',
  },
  {
    name: 'it was never ours: lets go when one is silent',
    from: active(),
    peers: [dead(1, word())],
    role: 'releasing',
  },
  {
    name: 'it has run out, in a handover: the heir may claim',
    from: handing(1),
    peers: [peer(1, word({ role: 'claiming' }))],
    role: 'releasing',
  },
];
for (const { name, from = active(), peers, role } of locks) {
  test(`isolation: the lock, ${name}`, () => {
    const done = evaluate(from, seen(LOCK, peers));
    assert.equal(done.state.role, role);
    assert.equal(kindsOf(done.effects).includes('down'), role === 'releasing' && !done.state.overlapping);
  });
}

test('isolation: the lock, without a lease only the call has to fit in', () => {
  const sees = seen(LOCK, [dead(1, word())]);
  const noLease = { ...sees, policy: { ...sees.policy, leaseMs: 0 } };
  assert.equal(evaluate(endsIn(51), noLease).state.role, 'active');
  assert.equal(evaluate(endsIn(50), noLease).state.role, 'releasing');
});

test('isolation: the lock, all agree only when they have heard of our claim', () => {
  const claimed = active({ claimedAt: at(-20) });
  assert.equal(everyoneAgrees(claimed, seen(LOCK, [peer(1, word(), { ackedTx: at(-20) })])), false);
  assert.equal(everyoneAgrees(claimed, seen(LOCK, [peer(1, word(), { ackedTx: at(-19) })])), true);
});

const renewals: readonly { name: string; from: GroupState; asks: boolean }[] = [
  { name: 'never asked: at once', from: active(), asks: true },
  { name: 'ours: not before a third of it is over', from: lastAsked('yes', 3_333), asks: false },
  { name: 'ours: when a third of it is over', from: lastAsked('yes', 3_334), asks: true },
  { name: 'refused: not within a second', from: lastAsked('no', 999), asks: false },
  { name: 'refused: after a second', from: lastAsked('no', 1_000), asks: true },
  { name: 'unclear: after a second', from: lastAsked('unknown', 1_000), asks: true },
  {
    name: 'given to an heir who could not: at once',
    from: { ...lastAsked('yes', 100), lockedUntil: undefined },
    asks: true,
  },
  {
    name: 'not twice at once',
    from: { ...active(), asked: { lock: { id: 1, at: at(-1_999) } } },
    asks: false,
  },
  {
    name: 'again when it was not answered at its limit',
    from: { ...active(), asked: { lock: { id: 1, at: at(-2_000) } } },
    asks: true,
  },
];
function lastAsked(outcome: 'yes' | 'no' | 'unknown', agoMs: number): GroupState {
  return active({ answers: { lock: { outcome, askedAt: at(-agoMs), text: '' } }, lockedUntil: at(9_000) });
}
for (const { name, from, asks } of renewals) {
  test(`isolation: renews the lock, ${name}`, () => {
    assert.equal(kindsOf(evaluate(from, seen(LOCK, [idle])).effects).includes('ask lock'), asks);
  });
}

const up = { upSeen: true, calls: {}, renewedAt: at(-5), since: at(-5) };
test("isolation: a claim becomes active with the lock, waits without it, and ends when it is another's", () => {
  const roleOf = (more: Partial<GroupState>, other = dead(1, word())): string =>
    evaluate(claiming({ ...up, ...more }), seen(LOCK, [other])).state.role;
  assert.equal(roleOf({ ...fresh, lockedUntil: at(9_000) }), 'active');
  assert.equal(roleOf({ ...fresh, lockedUntil: at(0) }), 'claiming');
  assert.equal(roleOf({}), 'claiming');
  assert.equal(isLocked(claiming({ lockedUntil: at(1) }), seen(LOCK, [dead(1, word())])), true);
  const no = (askedMs: number) =>
    ({ answers: { lock: { outcome: 'no', askedAt: at(-askedMs), text: 'lb3 has it' } } }) as const;
  assert.equal(roleOf(no(5)), 'releasing');
  assert.equal(roleOf({ ...no(6), lockedUntil: at(9_000) }), 'active', 'that was before the claim');
});

test('isolation: what was left by the last process is held on without the lock while all agree', () => {
  const adopted = (ackedMs: number): string =>
    evaluate(claiming({ ...up, claimedAt: at(-50) }), seen(LOCK, [quiet(1, 10, ackedMs)])).state.role;
  assert.equal(adopted(50), 'claiming', 'it has not heard of the new process yet');
  assert.equal(adopted(49), 'active');
});

// ── giving it away ───────────────────────────────────────────────────────────────────────────────────────────────────

const held = (more: Partial<GroupState> = {}): GroupState =>
  active({ ...fresh, lockedUntil: at(9_000), drained: true, ...more });
test('isolation: a handover gives the lock to the heir while all agree, and the VIP stays', () => {
  const { state, effects } = evaluate(held(), seen(LOCK, [idle]));
  assert.deepEqual([state.role, state.overlapping, state.lockedUntil], ['releasing', true, undefined]);
  assert.ok(kindsOf(effects).includes('unlock'));
  assert.ok(!kindsOf(effects).includes('down'));
});

test('isolation: a renewal that is under way then does not bring it back', () => {
  const pending = held({ asked: { lock: { id: 1, at: at(-1) } } });
  const { state } = evaluate(pending, seen(LOCK, [idle]));
  const late = { question: 'lock', id: 1, outcome: 'yes', text: '' } as const;
  assert.equal(onAnswer(state, late, seen(LOCK, [idle])).state.lockedUntil, undefined);
});

const unsure: readonly { name: string; from?: GroupState; peers: readonly PeerView[] }[] = [
  { name: 'one of three is silent', peers: [idle, dead(3, word())] },
  { name: 'one has not heard of our claim yet', from: held({ claimedAt: at(-15) }), peers: [idle] },
];
for (const { name, from = held(), peers } of unsure) {
  test(`isolation: a handover takes the VIP down before it gives the lock, when ${name}`, () => {
    const { state, effects } = evaluate(from, seen(LOCK, peers));
    assert.deepEqual([state.role, state.overlapping, state.heir], ['releasing', false, 1]);
    assert.ok(kindsOf(effects).includes('down'));
    assert.ok(!kindsOf(effects).includes('unlock'));
    const gone = { kind: 'down', call: state.calls.down!.id, found: 'none', text: '' } as const;
    const after = evaluate(onCallDone(state, gone, seen(LOCK, peers)).state, seen(LOCK, peers));
    assert.deepEqual([after.state.role, after.state.heir], ['standby', 1]);
    assert.ok(kindsOf(after.effects).includes('unlock'));
  });
}

test('isolation: without a lock a handover overlaps, whoever is silent, and gives nothing', () => {
  const { state, effects } = evaluate(active({ drained: true }), seen({}, [idle, dead(3, word())]));
  assert.equal(state.overlapping, true);
  assert.ok(!kindsOf(effects).includes('unlock'));
});

test('isolation: a node that stops gives its lock when the VIP is gone', () => {
  const stopping = onOrder(endsIn(9_000), { kind: 'stop' }, seen(LOCK, [])).state;
  const down = evaluate(stopping, seen(LOCK, [dead(1, word())]));
  assert.ok(!kindsOf(down.effects).includes('unlock'));
  const still = releasing({ lockedUntil: at(9_000), has: true, calls: { down: { id: 1, at: at(-1) } } });
  assert.ok(!kindsOf(evaluate(still, seen(LOCK, [idle])).effects).includes('unlock'));
  assert.ok(
    kindsOf(evaluate(standby({ lockedUntil: at(9_000) }), seen(LOCK, [peer(1, holding())])).effects).includes(
      'unlock',
    ),
  );
});
