// What a planned move is said to have cost, by the states that the machine goes through; the states themselves are its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupRecord } from '../../src/core/frame.ts';
import type { GroupState } from '../../src/core/group/state.ts';
import type { Link } from '../../src/core/peer/link.ts';
import { newMoves, type Moved } from '../../src/daemon/moves.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled } from '../fakes/told-adapter.ts';
import { acquaint, benchOf, settingsWith } from './two-nodes.ts';

/** lb1 holds web, lb2 is its standby, and somebody waits for the end of a move. */
function watched() {
  const settings = settingsWith();
  const clock = new ManualClock();
  const lb1 = benchOf(settings, 'lb1', clock);
  const lb2 = benchOf(settings, 'lb2', clock);
  acquaint(lb1, lb2, clock);
  lb1.loop.stop();
  lb2.loop.stop();
  const { node } = lb1;
  const [group] = settings.groups;
  const { id } = group!;
  const link = node.links[0]!;
  const moves = newMoves({ node, clock });
  const change = (state: Partial<GroupState>): void =>
    void node.groups.set(id, { ...node.groups.get(id)!, ...state });
  const says = (record: Partial<GroupRecord>): void => {
    const heard = link.groups.get(id)!;
    link.groups.set(id, { ...heard, record: { ...heard.record, ...record } });
  };
  change({ role: 'active', has: true, epoch: 9, epochSeen: 9 });
  says({ role: 'standby', has: false, heir: 0, holder: 0 });
  const outcomes: Moved[] = [];
  void moves.watch(group!).then((moved) => outcomes.push(moved));
  return {
    ...{ clock, node, moves, id, link, outcomes, change, says },
    /** One event of the loop, later. */
    async step(ms: number, state: Partial<GroupState> = {}, record: Partial<GroupRecord> = {}) {
      clock.goOn(ms);
      change(state);
      says(record);
      moves.onStep(clock.nowMs());
      await settled();
    },
    down: (ms = 0) => ({ calls: { down: { id: 7, at: (clock.nowMs() + ms) as GroupState['since'] } } }),
  };
}

const holding = { role: 'active', has: true } as const;
const gone = { role: 'standby', has: false, calls: {} } as const;

test('moves: the heir is active before we let go: on both for a while, never on neither', async () => {
  const move = watched();
  await move.step(1, { role: 'releasing', heir: 2, overlapping: true });
  await move.step(4, {}, { role: 'claiming', has: true });
  await move.step(0, move.down(3), {});
  await move.step(3, move.down(), holding);
  assert.equal(move.outcomes.length, 0, 'not over while the VIP is here');
  await move.step(2, { ...gone, heir: 0, overlapping: false });
  assert.deepEqual(move.outcomes, [
    {
      ...{ group: 'web', from: 'lb1', to: 'lb2', tookMs: 10, gapMs: 0, bothMs: 2 },
      failure: '',
      holder: 'lb2',
    },
  ]);
  assert.equal(move.clock.waiting, 0, 'and nothing is left');
});

test('moves: we let go before the heir takes it: on neither for a while', async () => {
  const move = watched();
  await move.step(1, { role: 'releasing', heir: 2, ...move.down(1) });
  await move.step(5, { ...gone, heir: 2 });
  assert.equal(move.outcomes.length, 0, 'the heir may still come');
  await move.step(7, {}, holding);
  const [moved] = move.outcomes;
  assert.deepEqual([moved?.tookMs, moved?.gapMs, moved?.bothMs, moved?.to], [13, 12, 0, 'lb2']);
});

test('moves: a handover that is taken back has failed, for the reason that events shows', async () => {
  const move = watched();
  await move.step(1, { role: 'releasing', heir: 2, overlapping: true });
  move.moves.onEffect({
    kind: 'group',
    group: move.id,
    effect: {
      ...{ kind: 'moved', from: 'releasing', to: 'active' },
      cause: 'handover failed: lb2 did not take over within 3.0 s',
    },
  });
  await move.step(3_000, { role: 'active', heir: 0, overlapping: false });
  const [moved] = move.outcomes;
  assert.equal(moved?.failure, 'lb2 did not take over within 3.0 s');
  assert.deepEqual([moved?.to, moved?.holder], ['', 'lb1']);
});

test('moves: an order that the machine drops has failed', async () => {
  const move = watched();
  const effect = { kind: 'told', text: 'switchover not done', cause: 'lb2 could not take over' } as const;
  move.moves.onEffect({ kind: 'group', group: move.id, effect });
  await move.step(1);
  assert.equal(move.outcomes[0]?.failure, 'lb2 could not take over');
});

test('moves: what another group goes through is nothing to it', async () => {
  const move = watched();
  const effect = { kind: 'told', text: 'switchover not done', cause: 'no' } as const;
  move.moves.onEffect({ kind: 'group', group: 'ffffffffffffffff' as typeof move.id, effect });
  await move.step(1);
  assert.equal(move.outcomes.length, 0);
});

const vacancies: readonly (readonly [
  name: string,
  state: Partial<GroupState>,
  link: Partial<Link>,
  record: Partial<GroupRecord>,
  failure: string | undefined,
])[] = [
  ['a standby that can is there: waits for it', {}, {}, {}, undefined],
  ['one that starts is there: waits for it', {}, {}, { role: 'init' }, undefined],
  ['the other is silent: over at once', {}, { alive: false }, {}, 'nobody could take over'],
  ['the other cannot: over at once', {}, {}, { priority: 0 }, 'nobody could take over'],
  ['the group is frozen: over at once', { frozen: true }, {}, {}, 'it is frozen, so nobody takes over'],
];
for (const [name, state, link, record, failure] of vacancies) {
  test(`moves: drained and gone, ${name}`, async () => {
    const move = watched();
    Object.assign(move.link, link);
    await move.step(1, { ...gone, drained: true, ...state }, record);
    assert.equal(move.outcomes[0]?.failure, failure);
    if (failure !== undefined) assert.equal(move.outcomes[0]?.holder, '');
  });
}

test('moves: nobody waits for ever, and the fault is the reason when there is one', async () => {
  const move = watched();
  const until = (1e9 + 0) as GroupState['since'];
  await move.step(1, { role: 'releasing', heir: 2, fault: { text: 'ip hangs', until } });
  await move.step(35_998);
  assert.equal(move.outcomes.length, 0);
  await move.step(1);
  assert.equal(move.outcomes[0]?.failure, 'ip hangs');
});

test('moves: a daemon that ends tells who waits', async () => {
  const move = watched();
  move.moves.stop();
  await settled();
  assert.equal(move.outcomes[0]?.failure, 'lb1 is stopping');
});
