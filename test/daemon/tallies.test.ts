// Goal: what is counted is what happened: beats, renewals and calls by how long they took, transitions by their cause.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupState } from '../../src/core/group/state.ts';
import { after, type MonoMs } from '../../src/core/units.ts';
import { newTallies } from '../../src/daemon/tallies.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { nodeOf, settingsWith } from './two-nodes.ts';

function counting() {
  const clock = new ManualClock();
  const settings = settingsWith();
  const node = nodeOf(settings, 'lb1', clock);
  const [{ id }] = settings.groups as [(typeof settings.groups)[number]];
  return { clock, node, id, tallies: newTallies(node, clock) };
}

/** Upper bounds in ms with what is counted under them. */
const filled = ({ boundsMs, counts }: { boundsMs: readonly number[]; counts: Float64Array }) =>
  [...counts].flatMap((count, place) => (count === 0 ? [] : [[boundsMs[place] ?? Infinity, count]]));

test('tallies: a beat is as late as it left after its moment, and what brings it forward is none', () => {
  const { clock, node, tallies } = counting();
  const beat = (lateMs: number): void => {
    clock.goOn(node.nextBeatAt - clock.nowMs() + lateMs);
    node.nextBeatAt = after(node.nextBeatAt, 250);
    tallies.onStep();
  };
  for (const lateMs of [0, 1, 4, 30, 100]) beat(lateMs);
  tallies.onStep(); // nothing has beaten
  assert.equal(tallies.beatAt(), clock.nowMs());
  const expected = [
    [1, 2],
    [5, 1],
    [50, 1],
    [100, 1],
  ];
  assert.deepEqual(filled(tallies.counted().beatLateness), expected);
  node.nextBeatAt = after(clock.nowMs(), 100); // a reload with a shorter interval
  tallies.onStep();
  node.playingDead = {} as NonNullable<typeof node.playingDead>;
  beat(0);
  assert.deepEqual(filled(tallies.counted().beatLateness), expected);
});

test('tallies: a call counts with its outcome and its time; an answer to another call does not', () => {
  const { clock, node, id, tallies } = counting();
  const change = (changes: Partial<GroupState>): void =>
    void node.groups.set(id, { ...node.groups.get(id)!, ...changes });
  const asked = clock.nowMs();
  change({ calls: { renew: { id: 5, at: asked } }, renewedAt: after(asked, -470) });
  clock.goOn(40);
  const called = (call: number, found: 'all' | 'failed') =>
    tallies.onHappening({ kind: 'called', group: id, result: { kind: 'renew', call, found, text: '' } });
  called(4, 'all');
  assert.deepEqual(tallies.counted().calls, []);
  called(5, 'all');
  called(5, 'failed');
  const { calls, renewalLateness } = tallies.counted();
  assert.deepEqual(
    calls.map(({ kind, ok, failed, took }) => ({ kind, ok, failed, took: filled(took) })),
    [{ kind: 'renew', ok: 1, failed: 1, took: [[50, 2]] }],
  );
  // Renewed 510 ms after the last one, with a lease of a second: 10 ms late.
  assert.deepEqual(filled(renewalLateness), [[10, 1]]);
  change({ renewedAt: after(clock.nowMs(), -300) as MonoMs });
  called(5, 'all');
  assert.deepEqual(filled(tallies.counted().renewalLateness), [
    [0, 1],
    [10, 1],
  ]);
});

test('tallies: transitions by cause, and a release by what it was for; answers by outcome', () => {
  const { id, tallies } = counting();
  const moved = (from: GroupState['role'], to: GroupState['role'], cause: string): void =>
    tallies.onEffect({ kind: 'group', group: id, effect: { kind: 'moved', from, to, cause } });
  for (const _ of [1, 2]) {
    moved('active', 'releasing', 'drained; hands over to lb2');
    moved('releasing', 'standby', 'lb2 has taken over');
  }
  tallies.onEffect({ kind: 'group', group: id, effect: { kind: 'unlock' } });
  const result = { question: 'witness', id: 1, text: '' } as const;
  for (const outcome of ['yes', 'yes', 'no'] as const)
    tallies.onHappening({ kind: 'answered', group: id, result: { ...result, outcome } });
  const { transitions, answers, groupNames } = tallies.counted();
  assert.deepEqual(
    transitions.map(({ group, from, to, cause, count }) => [groupNames.get(group), from, to, cause, count]),
    [
      ['web', 'active', 'releasing', 'drain', 2],
      ['web', 'releasing', 'standby', 'drain', 2],
    ],
  );
  assert.deepEqual(answers, [
    { question: 'witness', outcome: 'yes', count: 2 },
    { question: 'witness', outcome: 'no', count: 1 },
  ]);
});
