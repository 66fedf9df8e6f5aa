import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksBack, comesAlive, playsDead } from '../../../src/core/group/drill.ts';
import { evaluate } from '../../../src/core/group/machine.ts';
import type { GroupState, GroupStep } from '../../../src/core/group/state.ts';
import { active, at, claiming, dead, handing, holding, init, peer, standby, view, word } from './around.ts';

// A drill in one group: what playing dead does to each role, what is not done meanwhile, and the asking back.

const kinds = ({ effects }: GroupStep): readonly string[] => effects.map(({ kind }) => kind);
const ears = view([peer(1, word())], { playingDead: true });

for (const [name, state, calls] of [
  ['the holder takes its VIP down', active(), ['moved', 'down']],
  ['a claimer, too', claiming(), ['moved', 'down']],
  ['a giver, too', handing(1), ['moved', 'down']],
  ['a standby has nothing to take down', standby(), ['moved']],
  ['one with a stray VIP takes it down', standby({ has: true }), ['moved', 'down']],
] as const) {
  test(`drill, plays dead: ${name}`, () => {
    const done = playsDead(state, ears);
    assert.deepEqual(kinds(done), calls);
    assert.equal(done.state.role, 'init');
    assert.equal(done.state.heir, 0);
    assert.equal(done.state.cause, 'drill: plays dead');
  });
}

/** Dead for long, and nobody else holds it. */
const playing = (more: Partial<GroupState> = {}): GroupState =>
  init({ since: at(-60_000), lapsed: true, ...more });

for (const [name, peers] of [
  ['nobody holds it', [peer(1, word()), peer(3, word())]],
  ['everybody is silent', [dead(1, word()), dead(3, word())]],
  ['it is offered', [peer(1, word({ role: 'standby', heir: 2, epoch: 80 })), peer(3, word())]],
] as const) {
  test(`drill: who plays dead claims nothing, asks nobody and stays where it is: ${name}`, () => {
    const done = evaluate(playing({ epochSeen: 80 }), view(peers, { playingDead: true }));
    assert.equal(done.state.role, 'init');
    assert.deepEqual(done.effects, []);
    assert.notEqual(evaluate(playing({ epochSeen: 80 }), view(peers)).state.role, 'init', 'else it goes on');
  });
}

test('drill: who plays dead lets no lock go, as the dead do; it does when it is back', () => {
  const locked = playing({ lockedUntil: at(5_000) });
  assert.deepEqual(kinds(evaluate(locked, ears)), []);
  const back = evaluate(locked, view([peer(1, holding())]));
  assert.ok(kinds(back).includes('unlock'), kinds(back).join());
});

test('drill: the VIP is taken down again and again, and by no renewal kept', () => {
  const stuck = playing({ has: true, downAgainAt: at(-1) });
  assert.deepEqual(kinds(evaluate(stuck, ears)), ['down']);
});

test('drill: who is back exchanges words with everybody first, or waits a timeout', () => {
  const back = comesAlive(playing(), view([]), 'drill: back').state;
  const early = { freshAt: at(-1), ackedTx: at(-3_000) };
  assert.equal(evaluate(back, view([peer(1, word(), early)])).state.role, 'init');
  const later = { now: at(10) };
  const met = peer(1, word(), { freshAt: at(5), ackedTx: at(4) });
  assert.notEqual(evaluate(back, view([met], later)).state.role, 'init');
  assert.equal(evaluate(back, view([dead(1, word())], { now: at(2_999) })).state.role, 'init');
  assert.notEqual(evaluate(back, view([dead(1, word())], { now: at(3_000) })).state.role, 'init');
});

const asker = (said: object = {}, more: object = {}) =>
  peer(1, word({ priority: 90, ...said }), { asksForIt: true, ...more });

test('drill: the holder hands over to a standby that asks, whatever its priority', () => {
  const { state } = evaluate(active(), view([asker()]));
  assert.deepEqual([state.role, state.heir, state.byOrder], ['releasing', 1, false]);
  assert.match(state.cause, /^lb1 asks for it back after a drill/);
});

test('drill: what was placed by hand comes back as such', () => {
  assert.equal(evaluate(active(), view([asker({ sticky: true })])).state.byOrder, true);
});

for (const [name, state, peers] of [
  ['a frozen group', active({ frozen: true }), [asker()]],
  ['one that just failed to hand over', active({ noHandoverUntil: at(1) }), [asker()]],
  ['to one that is unable', active(), [asker({ priority: 0 })]],
  ['to one that is not a standby yet', active(), [asker({ role: 'init' })]],
  ['to one that is not heard both ways', active(), [asker({}, { twoWay: false })]],
  ['while another holder is known', active(), [asker(), peer(3, word({ role: 'claiming', priority: 1 }))]],
] as const) {
  test(`drill: is not handed over for the asking: ${name}`, () => {
    assert.equal(evaluate(state, view(peers)).state.role, 'active');
  });
}

test('drill: it is asked for one timeout, and once', () => {
  const asking = asksBack(standby({ epochSeen: 80 }), view([])).state;
  assert.equal(asking.asksUntil, at(3_000));
  const offered = peer(1, holding({ role: 'releasing', heir: 2 }));
  const { state } = evaluate(asking, view([offered]));
  assert.deepEqual([state.role, state.asksUntil], ['claiming', undefined]);
});
