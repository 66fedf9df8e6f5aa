// What checks do to a group: who may hold it, when it moves for them, and when it no longer does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dampedFacts, dampedNow } from '../../../src/core/group/damping.ts';
import { candidates, effectivePriority, isOnlyUnhealthy } from '../../../src/core/group/election.ts';
import { onPrepared } from '../../../src/core/group/giving.ts';
import { isSameHealth, WELL, weighed, type Health } from '../../../src/core/group/health.ts';
import { onHealth, onOrder } from '../../../src/core/group/incoming.ts';
import { evaluate, nextWakeAt } from '../../../src/core/group/machine.ts';
import { whyNoFailback } from '../../../src/core/group/placement.ts';
import type { GroupEffect, GroupPolicy, GroupState } from '../../../src/core/group/state.ts';
import type { MonoMs } from '../../../src/core/units.ts';
import { active, at, claiming, dead, holding, peer, policy, standby, steady, view, word } from './around.ts';

const weight = (sum: number): Health => ({ sum, failed: [] });
const sick: Health = { sum: 0, failed: ['haproxy'] };
const with_ = (more: Partial<GroupPolicy>) => ({ policy: { ...policy, ...more } });
const kinds = (effects: readonly GroupEffect[]): string => effects.map(({ kind }) => kind).join(' ');
/** A peer that nothing is wrong with, and has not been for long. */
const idle = (number: number, priority: number) => peer(number, word({ priority, base: priority }));
const unfit = (number: number, base: number) => peer(number, word({ priority: 0, base, checksOnly: true }));

const sums: readonly (readonly [base: number, sum: number, priority: number])[] = [
  [101, 2, 103],
  [101, -2, 99],
  [254, 1, 254],
  [100, -100, 1],
  [1, -253, 1],
  [0, 200, 0],
];
for (const [base, sum, priority] of sums)
  test(`health: base ${base} and ${sum} is ${priority}`, () =>
    assert.equal(weighed(base, weight(sum)), priority));

test('health: weights never say "I cannot", and never make somebody able who has no interface', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 254 }), fc.integer({ min: -1000, max: 1000 }), (base, sum) => {
      const priority = weighed(base, weight(sum));
      assert.ok(base === 0 ? priority === 0 : priority >= 1 && priority <= 254);
    }),
  ));

test('health: a vital check is told apart from other inabilities', () => {
  assert.equal(effectivePriority(standby({ health: sick }), view([])), 0);
  assert.equal(isOnlyUnhealthy(standby({ health: sick }), view([])), true);
  assert.equal(isOnlyUnhealthy(standby({ health: sick, drained: true }), view([])), false);
  assert.equal(isOnlyUnhealthy(standby({ health: sick }), view([], { basePriority: 0 })), false);
  assert.ok(isSameHealth(sick, { sum: 0, failed: ['haproxy'] }));
  assert.ok(!isSameHealth(sick, { sum: 0, failed: ['postfix'] }));
});

interface Row {
  readonly name: string;
  readonly state: GroupState;
  readonly peers: Parameters<typeof view>[0];
  readonly policy?: Partial<GroupPolicy>;
  readonly role: string;
  readonly heir?: number;
  readonly cause?: RegExp;
}

const rows: readonly Row[] = [
  {
    name: 'a vital check fails and somebody is fit: hands over at once, whatever the failback says',
    state: active({ health: sick, sticky: true }),
    peers: [idle(1, 1)],
    policy: { failback: { mode: 'manual', delayMs: 60_000 } },
    role: 'releasing',
    heir: 1,
    cause: /check haproxy failed; hands over to lb1/,
  },
  {
    name: 'it fails everywhere: the holder stays',
    state: active({ health: sick }),
    peers: [unfit(1, 200)],
    role: 'active',
  },
  {
    name: 'it fails everywhere and the config wants nobody then: lets go',
    state: active({ health: sick }),
    peers: [unfit(1, 200)],
    policy: { whenAllUnhealthy: 'none' },
    role: 'releasing',
    cause: /check haproxy failed, and nobody can take over/,
  },
  {
    name: 'nobody else is there: the holder stays',
    state: active({ health: sick }),
    peers: [dead(1, word())],
    role: 'active',
  },
  {
    name: 'frozen: stays although somebody is fit',
    state: active({ health: sick, frozen: true }),
    peers: [idle(1, 100)],
    role: 'active',
  },
  {
    name: 'frozen, and the config wants nobody to serve unfit: stays all the same',
    state: active({ health: sick, frozen: true }),
    peers: [idle(1, 100)],
    policy: { whenAllUnhealthy: 'none' },
    role: 'active',
  },
  {
    name: 'a weight falls and another is better: hands over at once',
    state: active({ health: weight(-2), peak: 102, ...steady(1, 99, 20_000) }),
    peers: [idle(1, 99)],
    role: 'releasing',
    heir: 1,
    cause: /lb1 has a higher priority now \(priority 99, here 98\)/,
  },
  {
    name: 'a weight falls and nobody is better: stays',
    state: active({ health: weight(-2), peak: 102, ...steady(1, 98, 20_000) }),
    peers: [idle(1, 98)],
    role: 'active',
  },
  {
    name: 'a weight falls, but the better one has been so for a moment only: waits',
    state: active({ health: weight(-2), peak: 102, ...steady(1, 101, 200) }),
    peers: [idle(1, 101)],
    role: 'active',
  },
  {
    name: 'nobody holds and all are unfit: the best of them claims',
    state: standby({ health: sick, clearSince: at(-1) }),
    peers: [unfit(1, 99)],
    role: 'claiming',
  },
  {
    name: 'nobody holds and all are unfit: a worse one waits its turn',
    state: standby({ health: sick, clearSince: at(-1) }),
    peers: [unfit(1, 101)],
    role: 'standby',
  },
  {
    name: 'nobody holds, we are unfit, somebody is fit: never claims',
    state: standby({ health: sick, clearSince: at(-60_000) }),
    peers: [idle(1, 1)],
    role: 'standby',
  },
  {
    name: 'nobody holds, all are unfit, the config wants nobody then: nobody claims',
    state: standby({ health: sick, clearSince: at(-60_000) }),
    peers: [unfit(1, 99)],
    policy: { whenAllUnhealthy: 'none' },
    role: 'standby',
  },
  {
    name: 'unfit and active beside one that is fit: yields',
    state: active({ health: sick }),
    peers: [peer(1, holding({ priority: 1 }))],
    role: 'releasing',
    cause: /lb1 is active too and is better/,
  },
  {
    name: 'a check fails in the middle of a claim: the claim goes on, and then it is seen',
    state: claiming({ health: sick }),
    peers: [unfit(1, 99)],
    role: 'claiming',
  },
];
for (const { name, state, peers, policy: more = {}, role, heir = 0, cause } of rows) {
  test(`health: ${name}`, () => {
    const done = evaluate(state, view(peers, with_(more)));
    assert.equal(done.state.role, role, done.state.cause);
    assert.equal(done.state.heir, heir);
    if (cause !== undefined) assert.match(done.state.cause, cause);
  });
}

test('health: the unfit are candidates by base and weights, only where nobody is fit', () => {
  const names = (state: GroupState, peers: Row['peers']): string =>
    candidates(state, view(peers))
      .map(({ number, priority }) => `${number}:${priority}`)
      .join(' ');
  const state = standby({ health: { sum: -5, failed: ['x'] } });
  assert.equal(names(state, [unfit(1, 96), unfit(3, 94)]), '1:96 2:95 3:94');
  assert.equal(names(state, [unfit(1, 96), idle(3, 2)]), '3:2');
});

// ── damping ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const DAMPING = { moves: 3, withinMs: 600_000 };
const moved = (times: number): readonly MonoMs[] =>
  Array.from({ length: times }, (_, index) => at(-100_000 + index * 1_000));

test('damping: counts when another is seen active, and not what an operator ordered', () => {
  let state = standby();
  const sees = (number: number, said: Partial<ReturnType<typeof holding>> = {}): void => {
    const others = [1, 3].map((one) => (one === number ? peer(one, holding(said)) : idle(one, 50)));
    state = evaluate(state, view(others, with_({ damping: DAMPING }))).state;
  };
  sees(1);
  assert.equal(state.moves.length, 0, 'the first holder is no move');
  sees(3);
  sees(3);
  assert.equal(state.moves.length, 1);
  sees(1, { sticky: true });
  assert.equal(state.moves.length, 1, 'placed by hand');
  for (let round = 0; round < 20; round++) sees(round % 2 === 0 ? 3 : 1);
  assert.equal(state.moves.length, 6, 'what is remembered is bounded');
});

const damped: readonly (readonly [
  name: string,
  state: Partial<GroupState>,
  moves: number,
  damped: string | undefined,
  role: string,
])[] = [
  ['few moves: fails back', {}, 2, undefined, 'releasing'],
  ['as many as allowed: no failback', {}, 3, 'failback', 'active'],
  ['a weight still moves it', { health: weight(-30), peak: 100 }, 3, 'failback', 'releasing'],
  ['a vital check still moves it', { health: sick }, 5, 'failback', 'releasing'],
  ['twice as many: no weight does', { health: weight(-30), peak: 100 }, 6, 'checks', 'active'],
  ['twice as many: no vital check does', { health: sick }, 6, 'checks', 'active'],
  ['an order does', { order: 1, orderUntil: at(1_000) }, 6, 'checks', 'releasing'],
  ['a drain does', { drained: true }, 6, 'checks', 'releasing'],
];
for (const [name, state, moves, expected, role] of damped) {
  test(`damping: ${name}`, () => {
    const held = active({ moves: moved(moves), lastActive: 2, ...steady(1, 120, 60_000), ...state });
    const around = view([idle(1, 120)], with_({ damping: DAMPING }));
    assert.equal(dampedNow(held, around), expected);
    assert.equal(evaluate(held, around).state.role, role);
  });
}

test('damping: with nobody to serve wanted, a group that has moved too often is not let go either', () => {
  const held = active({ moves: moved(6), lastActive: 2, health: sick });
  const around = view([unfit(1, 120)], with_({ damping: DAMPING, whenAllUnhealthy: 'none' }));
  assert.equal(evaluate(held, around).state.role, 'active');
});

test('damping: ends by itself, and says when', () => {
  const held = active({ moves: moved(3), lastActive: 2, ...steady(1, 120, 60_000) });
  const now = view([idle(1, 120)], with_({ damping: DAMPING }));
  assert.equal(whyNoFailback(held, now), 'moved too often');
  assert.deepEqual(dampedFacts(held, now), {
    holds: 'failback',
    moves: 3,
    withinMs: 600_000,
    forMs: 500_000,
  });
  const over = view([idle(1, 120)], { ...with_({ damping: DAMPING }), now: at(500_000) });
  assert.equal(dampedNow(held, over), undefined);
  const waiting = active({ moves: [at(-599_999.5)], announce: undefined, lookedAt: at(0), renewedAt: at(0) });
  const next = nextWakeAt(waiting, view([idle(1, 50)], { ...with_({ damping: DAMPING }), isTimer: false }));
  assert.equal(next, at(0.5));
});

// ── what is done before a group is given away ────────────────────────────────────────────────────────────────────────

const READY = { preDownMs: 5_000 };

test('preparing: asked for once, waited for while it holds, then handed over', () => {
  const order = onOrder(active(), { kind: 'switchover', to: 1 }, view([])).state;
  const asked = evaluate(order, view([idle(1, 100)], with_(READY)));
  assert.equal(asked.state.role, 'active');
  assert.equal(kinds(asked.effects), 'prepare');
  const renewed = { ...asked.state, renewedAt: at(4_800) };
  const waits = evaluate(renewed, view([idle(1, 100)], { ...with_(READY), now: at(4_900) }));
  assert.equal(waits.state.role, 'active', 'also beyond the time that an order waits');
  assert.ok(!kinds(waits.effects).includes('prepare'));
  assert.equal(waits.state.order, 1);
  const id = asked.state.preparing!.id;
  assert.equal(
    onPrepared(asked.state, id + 1).state.preparing!.isDone,
    false,
    'an answer to another question',
  );
  const done = evaluate(onPrepared(asked.state, id).state, view([idle(1, 100)], with_(READY)));
  assert.deepEqual([done.state.role, done.state.heir, done.state.preparing], ['releasing', 1, undefined]);
});

test('preparing: no longer than it may take', () => {
  const held = active({
    drained: true,
    preparing: { id: 9, at: at(-5_000), isDone: false },
    renewedAt: at(-10),
  });
  assert.equal(evaluate(held, view([idle(1, 100)], with_(READY))).state.role, 'releasing');
  const just = { ...held, preparing: { id: 9, at: at(-4_999), isDone: false } };
  assert.equal(evaluate(just, view([idle(1, 100)], with_(READY))).state.role, 'active');
});

test('preparing: the reason has gone meanwhile, so it stays and says so', () => {
  const held = active({ preparing: { id: 9, at: at(-100), isDone: false } });
  const done = evaluate(held, view([idle(1, 50)], with_(READY)));
  assert.deepEqual([done.state.role, done.state.preparing], ['active', undefined]);
  assert.equal(kinds(done.effects), 'unprepare');
});

test('preparing: who has to let go at once waits for nothing', () => {
  const held = active({ preparing: { id: 9, at: at(-100), isDone: false } });
  const done = evaluate(held, view([peer(3, holding({ priority: 200 }))], with_(READY)));
  assert.deepEqual([done.state.role, done.state.preparing], ['releasing', undefined]);
});

test('preparing: also before a release with nobody to take over', () => {
  const held = onOrder(active(), { kind: 'stop' }, view([])).state;
  const asked = evaluate(held, view([dead(1, word())], with_(READY)));
  assert.deepEqual([asked.state.role, kinds(asked.effects)], ['active', 'prepare']);
});

test('health: a holder waits a moment for somebody who starts, before it lets go for good', () => {
  const held = onHealth(active(), sick, view([])).state;
  const none = with_({ whenAllUnhealthy: 'none' });
  assert.equal(evaluate(held, view([peer(1, word({ role: 'init' }))], none)).state.role, 'active');
  assert.equal(evaluate(held, view([dead(1, word())], none)).state.role, 'releasing');
  assert.deepEqual(onHealth(held, WELL, view([])).state.health, WELL);
});
