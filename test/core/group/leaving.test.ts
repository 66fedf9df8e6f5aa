// One group in an announced restart: what is left and when it is not, what the old process does meanwhile, what the next
// one begins with, and how long the others wait.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onCallDone, onOrder } from '../../../src/core/group/incoming.ts';
import { evaluate, nextWakeAt } from '../../../src/core/group/machine.ts';
import {
  initialGroup,
  legacyOf,
  type CallResult,
  type GroupEffect,
  type GroupState,
  type Legacy,
} from '../../../src/core/group/state.ts';
import {
  active,
  at,
  claiming,
  dead,
  handing,
  holding,
  init,
  peer,
  policy,
  standby,
  view,
  word,
} from './around.ts';

const idle = peer(1, word());
const LEAVE = { kind: 'leave', withinMs: 3_000 } as const;
const kindsOf = (effects: readonly GroupEffect[]): readonly string[] => effects.map(({ kind }) => kind);

const leases = (leaseMs: number): ReturnType<typeof view> => view([idle], { policy: { ...policy, leaseMs } });
const orders: readonly { name: string; from: GroupState; sees?: ReturnType<typeof view>; leaves: boolean }[] =
  [
    { name: 'the holder leaves it', from: active(), leaves: true },
    { name: 'for exactly its lease', from: active(), sees: leases(3_000), leaves: true },
    { name: 'for less than its lease: not', from: active(), sees: leases(3_001), leaves: false },
    { name: 'without a lease nothing would end it: not', from: active(), sees: leases(0), leaves: false },
    { name: 'in the middle of a handover: not', from: handing(1), leaves: false },
    { name: 'while claiming: not', from: claiming(), leaves: false },
    { name: 'as a standby there is nothing to leave', from: standby(), leaves: false },
  ];
for (const { name, from, sees = view([idle]), leaves } of orders) {
  test(`leaving: ${name}`, () => {
    const { state, effects } = onOrder(from, LEAVE, sees);
    assert.deepEqual(kindsOf(effects), leaves ? ['leave'] : []);
    assert.equal(state.leaving !== undefined, leaves);
    assert.equal(state.stopping, !leaves);
  });
}

const answer = (call: number, found: CallResult['found']): CallResult => ({
  kind: 'leave',
  call,
  found,
  text: 'exit 2',
});
const ordered = onOrder(active(), LEAVE, view([idle])).state;
const left = onCallDone(ordered, answer(2, 'all'), view([idle])).state;

test('leaving: what could not be left is given up', () => {
  assert.equal(left.leaving?.isLeft, true);
  const { state, effects } = onCallDone(ordered, answer(2, 'failed'), view([idle]));
  assert.deepEqual([state.leaving, state.stopping], [undefined, true]);
  assert.deepEqual(kindsOf(effects), ['told']);
});

test('leaving: the longer lease is not renewed to a shorter one, and lapses with itself', () => {
  const roleAfter = (ms: number): string =>
    evaluate({ ...left, renewedAt: at(-ms) }, view([idle])).state.role;
  assert.ok(!kindsOf(evaluate({ ...left, renewedAt: at(-900) }, view([idle])).effects).includes('renew'));
  assert.equal(roleAfter(2_950), 'active');
  assert.equal(roleAfter(2_951), 'init');
});

test('leaving: nothing is handed over meanwhile, and a rival still ends it', () => {
  const better = peer(3, word({ priority: 200 }));
  assert.equal(evaluate({ ...left, order: 3, orderUntil: at(9_000) }, view([better])).state.role, 'active');
  const rival = evaluate(left, view([peer(3, holding({ priority: 200 }))])).state;
  assert.deepEqual([rival.role, rival.leaving], ['releasing', undefined]);
});

test('leaving: a stop that is said meanwhile counts', () => {
  const { state } = onOrder(left, { kind: 'stop' }, view([idle]));
  assert.deepEqual([state.stopping, state.leaving], [true, undefined]);
});

// ── the next process ─────────────────────────────────────────────────────────────────────────────────────────────────

const begun = (has: boolean, legacy: Legacy | undefined): GroupState =>
  initialGroup(at(0), { has, epochSeen: 5, legacy });

test('leaving: the next process adopts what it finds, and asks first for what was not left', () => {
  assert.equal(begun(true, legacyOf(left)).role, 'claiming');
  assert.equal(begun(false, legacyOf(left)).role, 'init', 'it is gone already');
  assert.equal(begun(true, legacyOf(active())).role, 'init', 'it was not left');
  assert.equal(begun(true, undefined).role, 'init', 'nothing was written down');
});

test('leaving: it goes on with the epoch and with what the operator had said', () => {
  const said = { sticky: true, drained: true, frozen: true, freezeCounter: 4, heldWhenFrozen: true };
  const next = begun(true, legacyOf({ ...left, ...said }));
  const { epoch, byOrder, drained, frozen, freezeCounter, heldWhenFrozen } = next;
  assert.deepEqual([epoch, byOrder], [81, true]);
  assert.deepEqual([drained, frozen, freezeCounter, heldWhenFrozen], [true, true, 4, true]);
  const idleNext = begun(false, legacyOf(standby({ drained: true, frozen: true, epochSeen: 90 })));
  assert.deepEqual(
    [idleNext.role, idleNext.drained, idleNext.frozen, idleNext.epochSeen],
    ['init', true, true, 90],
  );
});

test('leaving: what is adopted is brought up again, then active, under the same epoch', () => {
  const first = evaluate(begun(true, legacyOf(left)), view([idle]));
  assert.deepEqual(kindsOf(first.effects), ['up']);
  const up = first.state.calls.up!;
  const done = onCallDone(first.state, { kind: 'up', call: up.id, found: 'all', text: '' }, view([idle]));
  const { state } = evaluate(done.state, view([idle]));
  assert.deepEqual([state.role, state.epoch], ['active', 81]);
});

test('leaving: what is adopted is given up when another holds it', () => {
  const { state } = evaluate(begun(true, legacyOf(left)), view([peer(1, holding())]));
  assert.equal(state.role, 'releasing');
});

// ── the others ───────────────────────────────────────────────────────────────────────────────────────────────────────

const away = (ms: number, said = holding()) => ({ ...dead(3, said), awayUntil: at(ms) });
const waits: readonly { name: string; sees: ReturnType<typeof view>; claims: boolean }[] = [
  { name: 'the holder is away: waits', sees: view([away(1)]), claims: false },
  { name: 'its time is over: claims', sees: view([away(0)]), claims: true },
  { name: 'it was claiming: waits', sees: view([away(1, word({ role: 'claiming' }))]), claims: false },
  {
    name: 'it was handing over: waits',
    sees: view([away(1, word({ role: 'releasing', heir: 1 }))]),
    claims: false,
  },
  { name: 'one that is away did not hold it: claims', sees: view([away(1, word())]), claims: true },
  { name: 'it is silent and said nothing: claims', sees: view([dead(3, holding())]), claims: true },
];
for (const { name, sees, claims } of waits) {
  test(`leaving: the others, ${name}`, () => {
    assert.equal(evaluate(standby(), sees).state.role, claims ? 'claiming' : 'standby');
  });
}

test('leaving: the others wake in the moment in which their wait is over', () => {
  assert.equal(nextWakeAt(standby({ lookedAt: at(0) }), view([away(700)])), at(700));
});

test('leaving: the others, a found VIP is not adopted while its holder is away', () => {
  const found = init({ has: true, since: at(-6_000) });
  assert.notEqual(evaluate(found, view([away(1)])).state.role, 'claiming');
});
