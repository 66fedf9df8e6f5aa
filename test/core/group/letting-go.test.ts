// Letting go: when a holder that cannot stay keeps the VIP for a moment more, and when it takes it back. Rows for what
// must not happen stand next to those for what must.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onOrder, onVipHint } from '../../../src/core/group/incoming.ts';
import { evaluate } from '../../../src/core/group/machine.ts';
import type { GroupState, PeerView } from '../../../src/core/group/state.ts';
import { active, at, claiming, dead, init, peer, policy, releasing, standby, view, word } from './around.ts';

const roleAfter = (
  state: GroupState,
  peers: readonly PeerView[],
  more: Parameters<typeof view>[1] = {},
): string => evaluate(state, view(peers, more)).state.role;

const handingOver = releasing({ heir: 3, overlapping: true, calls: {}, has: true });
const handovers: readonly { name: string; heir: PeerView; role: string; down: boolean }[] = [
  {
    name: 'the heir is active: goes down',
    heir: peer(3, word({ role: 'active', has: true })),
    role: 'releasing',
    down: true,
  },
  {
    name: 'the heir passes it on already: goes down',
    heir: peer(3, word({ role: 'releasing', has: true, heir: 1 })),
    role: 'releasing',
    down: true,
  },
  {
    name: 'the heir could not bring it up: keeps it',
    heir: peer(3, word({ role: 'releasing', has: true, priority: 0 })),
    role: 'active',
    down: false,
  },
  {
    name: 'the heir is claiming: keeps it and waits',
    heir: peer(3, word({ role: 'claiming', has: true })),
    role: 'releasing',
    down: false,
  },
];
for (const { name, heir, role, down } of handovers) {
  test(`letting go: handing over, ${name}`, () => {
    const done = evaluate(handingOver, view([heir]));
    assert.equal(done.state.role, role);
    assert.equal(
      done.effects.some(({ kind }) => kind === 'down'),
      down,
    );
  });
}

const stopping = onOrder(active(), { kind: 'stop' }, view([])).state;
const waits: readonly { name: string; peers: readonly PeerView[]; nowMs: number; role: string }[] = [
  { name: 'nobody is there: at once', peers: [dead(3, word())], nowMs: 0, role: 'releasing' },
  {
    name: 'one that starts: waits for it',
    peers: [peer(3, word({ role: 'init' }))],
    nowMs: 0,
    role: 'active',
  },
  {
    name: 'one not heard on this group yet: waits for it',
    peers: [peer(3, undefined, { pending: true })],
    nowMs: 0,
    role: 'active',
  },
  { name: 'one that cannot: at once', peers: [peer(3, word({ priority: 0 }))], nowMs: 0, role: 'releasing' },
  {
    name: 'one that starts: for a timeout, not longer',
    peers: [peer(3, word({ role: 'init' }))],
    nowMs: 3_000,
    role: 'releasing',
  },
];
for (const { name, peers, nowMs, role } of waits) {
  test(`letting go: stopped, ${name}`, () => {
    const state = { ...stopping, renewedAt: at(nowMs - 100) };
    assert.equal(roleAfter(state, peers, { now: at(nowMs) }), role);
  });
}

test('letting go: frozen and drained, it says that nobody will serve', () => {
  const told = onOrder(active({ frozen: true }), { kind: 'drain' }, view([])).effects.map(
    (effect) => effect.kind,
  );
  assert.deepEqual(told, ['told']);
  assert.deepEqual(onOrder(active(), { kind: 'drain' }, view([])).effects, []);
});

test('letting go: one that became active while it was frozen may claim again', () => {
  const { state } = evaluate(
    claiming({ upSeen: true, calls: {}, renewedAt: at(-5), frozen: true }),
    view([]),
  );
  assert.deepEqual([state.role, state.heldWhenFrozen], ['active', true]);
});

const lapsed = { lapsed: true, calls: {}, since: at(-2_999) };
test('letting go: after a lapse it waits a timeout for a peer that is dead, at a start longer', () => {
  assert.equal(roleAfter(init(lapsed), [dead(3, word())]), 'init');
  assert.notEqual(roleAfter(init({ ...lapsed, since: at(-policy.timeoutMs) }), [dead(3, word())]), 'init');
  assert.equal(
    roleAfter(init({ ...lapsed, since: at(-policy.timeoutMs), lapsed: false }), [dead(3, word())]),
    'init',
  );
});

test('letting go: after a lapse, words of an unproven peer delay nothing', () => {
  const since = at(-policy.startupMs);
  const unproven = { ...dead(3, undefined), unprovenActive: true };
  assert.notEqual(roleAfter(init({ ...lapsed, since }), [unproven]), 'init');
  assert.equal(roleAfter(init({ ...lapsed, since, lapsed: false }), [unproven]), 'init');
});

test('letting go: reading what waited in the sockets does not begin the wait for a turn anew', () => {
  const waiting = standby({ clearSince: at(-2_000) });
  const better = peer(3, word({ priority: 101 }));
  assert.equal(evaluate(waiting, view([better], { draining: true })).state.clearSince, at(-2_000));
});

test('letting go: a hint makes a standby look, but not one that claims or releases', () => {
  const kinds = (state: GroupState): readonly string[] =>
    onVipHint(state, view([])).effects.map(({ kind }) => kind);
  assert.deepEqual(kinds(standby()), ['look']);
  assert.deepEqual(kinds(claiming()), []);
  assert.deepEqual(kinds(releasing()), []);
});

test('order: a failback that finds nobody better is not kept for one who is better a moment later', () => {
  const placed = active({ sticky: true });
  const refused = onOrder(placed, { kind: 'failback' }, view([peer(3, word({ priority: 100 }))])).state;
  assert.deepEqual([refused.sticky, refused.order], [false, undefined]);
  const better = view([peer(3, word({ priority: 110 }))]);
  assert.equal(evaluate(refused, better).state.role, 'active', 'it is healthy for `delay` first');
  const ordered = onOrder(placed, { kind: 'failback' }, better).state;
  assert.equal(evaluate(ordered, better).state.role, 'releasing');
});

for (const { name, state, more, role } of [
  {
    name: 'who claimed in silence and has heard nothing since lets go when its proof of hearing is over',
    state: active({ claimedInSilenceAt: at(-900) }),
    more: { canReceive: false, receivedAt: at(-3_900) },
    role: 'releasing',
  },
  {
    name: 'but not before',
    state: active({ claimedInSilenceAt: at(-700) }),
    more: { canReceive: true, receivedAt: at(-3_700) },
    role: 'active',
  },
  {
    name: 'nor when something came in after the claim, however long ago',
    state: active({ claimedInSilenceAt: at(-90_000) }),
    more: { canReceive: false, receivedAt: at(-80_000) },
    role: 'active',
  },
  {
    name: 'nor when it claimed with something in its ears: a quiet network is no dead one',
    state: active(),
    more: { canReceive: false, receivedAt: at(-80_000) },
    role: 'active',
  },
] as const) {
  test(`deaf: ${name}`, () => assert.equal(roleAfter(state, [dead(1, undefined)], more), role));
}

test('deaf: a claim remembers that it was made in silence, a little before a timeout of it is over', () => {
  const alone = [dead(1, undefined), dead(3, undefined)];
  const claimed = (receivedAt: number): unknown =>
    evaluate(standby({ clearSince: at(-10) }), view(alone, { receivedAt: at(receivedAt) })).state
      .claimedInSilenceAt;
  assert.equal(claimed(-2_700), at(0));
  assert.equal(claimed(-2_699), undefined);
});
