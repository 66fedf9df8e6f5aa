// An explanation must say what the rules then do. Each row asks it first, and then lets the machine go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../../src/core/group/explain.ts';
import type { Explanation } from '../../../src/core/group/explanation.ts';
import { evaluate } from '../../../src/core/group/machine.ts';
import {
  ASKS_NOBODY,
  type AskPolicy,
  type GroupState,
  type GroupView,
  type PeerView,
} from '../../../src/core/group/state.ts';
import { active, at, dead, holding, peer, policy, standby, steady, view, word } from './around.ts';

const later = (seen: GroupView, ms: number): GroupView => ({ ...seen, now: at(ms) });
const own = (explained: Explanation) => explained.takeover.claimants.find(({ isSelf }) => isSelf);

const vacancies: readonly (readonly [name: string, state: GroupState, peers: readonly PeerView[]])[] = [
  ['the best of the standbys', standby({ clearSince: at(0) }), [dead(3, holding()), peer(1, word())]],
  ['one behind a better one', standby({ clearSince: at(-700) }), [dead(1, holding()), peer(3, word())]],
  [
    'one behind two better ones',
    standby({ clearSince: at(-700) }),
    [peer(1, word({ priority: 120 })), peer(3, word())],
  ],
  [
    'one behind a better one that cannot',
    standby({ clearSince: at(0) }),
    [dead(1, holding()), peer(3, word({ priority: 0 }))],
  ],
];
for (const [name, state, peers] of vacancies) {
  test(`explain: ${name} claims when it is said to, and not a moment before`, () => {
    const seen = view(peers);
    const afterMs = own(explain(state, seen))?.afterMs;
    assert.ok(afterMs !== undefined);
    assert.equal(evaluate(state, later(seen, afterMs)).state.role, 'claiming');
    if (afterMs > 0) assert.equal(evaluate(state, later(seen, afterMs - 1)).state.role, 'standby');
  });
}

const unable: readonly (readonly [name: string, state: GroupState, more: Partial<GroupView>, bar: string])[] =
  [
    ['drained', standby({ drained: true }), {}, 'drained'],
    ['stopping', standby({ stopping: true }), {}, 'stopping'],
    ['in fault', standby({ fault: { text: 'no', until: at(1e6) } }), {}, 'fault'],
    ['deaf', standby(), { canReceive: false }, 'deaf'],
    ['cut off', standby({ witnessLostAt: at(-1) }), {}, 'cut off'],
  ];
for (const [name, state, more, bar] of unable) {
  test(`explain: one that is ${name} is said to be, is no claimant, and does not claim`, () => {
    const vacant = { ...state, clearSince: at(-60_000) };
    const seen = view([dead(1, holding())], more);
    const explained = explain(vacant, seen);
    assert.equal(explained.nodes.find(({ isSelf }) => isSelf)?.bar, bar);
    assert.deepEqual(explained.takeover.claimants, []);
    assert.equal(evaluate(vacant, seen).state.role, 'standby');
  });
}

test('explain: a frozen group has no claimant but the one that held it', () => {
  const seen = view([dead(1, holding())]);
  const frozen = standby({ frozen: true, freezeCounter: 1, clearSince: at(-9_000) });
  assert.deepEqual(explain(frozen, seen).takeover.claimants, []);
  assert.equal(evaluate(frozen, seen).state.role, 'standby');
  const heldIt = { ...frozen, heldWhenFrozen: true };
  assert.equal(own(explain(heldIt, seen))?.afterMs, 0);
  assert.equal(evaluate(heldIt, seen).state.role, 'claiming');
});

const failbacks: readonly (readonly [
  name: string,
  state: Partial<GroupState>,
  priority: number,
  mode: 'auto' | 'manual',
  bar: string | undefined,
  inMs: number | undefined,
])[] = [
  ['to a better one that is steady', steady(3, 110, 10_000), 110, 'auto', undefined, 0],
  ['later, to one that was steady for 4 s', steady(3, 110, 4_000), 110, 'auto', undefined, 6_000],
  ['never to one that is no better', steady(3, 100, 60_000), 100, 'auto', undefined, undefined],
  ['not by itself when the config says so', steady(3, 110, 60_000), 110, 'manual', 'manual', 0],
  ['not when placed', { ...steady(3, 110, 60_000), sticky: true }, 110, 'auto', 'placed by hand', 0],
  ['not when frozen', { ...steady(3, 110, 60_000), frozen: true }, 110, 'auto', 'frozen', 0],
  [
    'not right after a handover that failed',
    { ...steady(3, 110, 60_000), noHandoverUntil: at(60_000) },
    ...([110, 'auto', 'paused', 0] as const),
  ],
  [
    'placed or not when we have become worse',
    { ...steady(3, 110, 60_000), sticky: true, peak: 150 },
    ...([110, 'manual', undefined, 0] as const),
  ],
];
for (const [name, more, priority, mode, bar, inMs] of failbacks) {
  test(`explain: goes back ${name}`, () => {
    const state = active(more);
    const failback = { ...policy.failback, mode };
    const seen = view([peer(3, word({ priority })), dead(1, word())], {
      policy: { ...policy, failback, leaseMs: 0 },
    });
    const explained = explain(state, seen).failback;
    assert.deepEqual([explained?.bar, explained?.inMs], [bar, inMs]);
    const moves = (ms: number): boolean => evaluate(state, later(seen, ms)).state.heir === 3;
    const willMove = explained !== undefined && bar === undefined;
    assert.equal(moves(inMs ?? 0), willMove);
    if (willMove && inMs! > 0) assert.equal(moves(inMs! - 1), false);
  });
}

test('explain: the next in line is the one that the others then count as first', () => {
  const peers = [peer(1, word({ priority: 90 })), peer(3, word({ priority: 80 }))];
  const { takeover, holder } = explain(active(), view(peers));
  assert.deepEqual(
    takeover.claimants.map(({ name, afterMs }) => [name, afterMs]),
    [
      ['lb1', 3_000],
      ['lb3', 6_000],
    ],
  );
  assert.equal(holder.known, 'self');
});

const asks: readonly (readonly [name: string, some: Partial<AskPolicy>, asked: readonly string[]])[] = [
  ['nobody', {}, []],
  ['a witness', { witness: { timeoutMs: 1 } }, ['witness: no witness']],
  ['a lock', { lock: { ttlMs: 9, timeoutMs: 1 } }, ['lock: no lock']],
  ['a host, and takes it anyway', { confirm: { ifAlive: 'take', timeoutMs: 1 } }, ['confirm: claim']],
  ['a host, and waits for it', { confirm: { ifAlive: 'wait', timeoutMs: 1 } }, ['confirm: wait']],
  ['a fence', { fence: { timeoutMs: 1 } }, ['fence: not fenced']],
];
for (const [name, some, asked] of asks) {
  for (const [who, state, peers] of [
    ['a holder', active(), [peer(1, word()), peer(3, word())]],
    ['a standby', standby(), [peer(1, holding()), peer(3, word())]],
  ] as const) {
    test(`explain: ${who} knows that a claimant has to ask ${name}`, () => {
      const { takeover } = explain(
        state,
        view(peers, { policy: { ...policy, asks: { ...ASKS_NOBODY, ...some } } }),
      );
      assert.deepEqual(
        takeover.asks.map(({ question, ifNot }) => `${question}: ${ifNot}`),
        asked,
      );
    });
  }
}
