import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHistory } from '../../src/daemon/history.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const moved = { kind: 'role', subject: 'web', text: 'standby → active', cause: 'lb1 is silent' } as const;
const failed = { kind: 'vip', subject: 'web', text: 'lease not renewed', cause: 'no' } as const;

function opened() {
  const clock = new ManualClock();
  const faults: unknown[] = [];
  return { clock, faults, history: newHistory(clock, (error) => void faults.push(error)) };
}

test('history: records are numbered from 1 and carry the time of the wall', () => {
  const { clock, history } = opened();
  history.add(moved);
  clock.goOn(1_500);
  history.add(moved);
  assert.deepEqual(history.after(0), [
    { number: 1, at: '2026-03-01T12:00:00.000Z', ...moved },
    { number: 2, at: '2026-03-01T12:00:01.500Z', ...moved },
  ]);
  assert.deepEqual(
    history.after(1).map(({ number }) => number),
    [2],
  );
  assert.deepEqual(history.after(2), []);
});

test('history: the last 500 are kept', () => {
  const { history } = opened();
  for (let count = 0; count < 501; count += 1) history.add(moved);
  const kept = history.after(0);
  assert.equal(kept.length, 500);
  assert.equal(kept[0]!.number, 2);
  assert.equal(kept.at(-1)!.number, 501);
});

test('history: listeners hear every record until they leave', () => {
  const { history } = opened();
  const heard: number[] = [];
  const leave = history.onEvent(({ number }) => void heard.push(number));
  history.add(moved);
  leave();
  history.add(moved);
  assert.deepEqual(heard, [1]);
});

test('history: a listener that fails is dropped and said once; the others and the caller go on', () => {
  const { history, faults } = opened();
  const heard: number[] = [];
  history.onEvent(() => {
    throw new Error('a client went');
  });
  history.onEvent(({ number }) => void heard.push(number));
  history.add(moved);
  history.add(moved);
  assert.deepEqual(heard, [1, 2]);
  assert.equal(faults.length, 1);
});

test('history: a listener may leave while it is told', () => {
  const { history } = opened();
  const heard: string[] = [];
  const leave = history.onEvent(() => {
    heard.push('first');
    leave();
  });
  history.onEvent(() => void heard.push('second'));
  history.add(moved);
  history.add(moved);
  assert.deepEqual(heard, ['first', 'second', 'second']);
});

test('history: the same complaint within a minute is counted, and the count comes with the next', () => {
  const { clock, history } = opened();
  assert.equal(history.add(failed)?.cause, 'no');
  for (let count = 0; count < 59; count += 1) {
    clock.goOn(1_000);
    assert.equal(history.add(failed), undefined);
  }
  clock.goOn(1_000);
  assert.equal(history.add(failed)?.cause, 'no (and 59 times since the last such event)');
  clock.goOn(60_000);
  assert.equal(history.add(failed)?.cause, 'no');
  assert.equal(history.after(0).length, 3);
});

test('history: another cause, another group and another kind are complaints of their own', () => {
  const { history } = opened();
  history.add(failed);
  assert.ok(history.add({ ...failed, cause: 'timed out' }));
  assert.ok(history.add({ ...failed, subject: 'mail' }));
  assert.ok(history.add({ ...failed, kind: 'alarm' }));
});

test('history: roles, peers and programs are never counted together, however alike', () => {
  const { history } = opened();
  for (const kind of ['role', 'peer', 'program', 'config', 'daemon'] as const) {
    assert.ok(history.add({ ...moved, kind }));
    assert.ok(history.add({ ...moved, kind }));
  }
});

test('history: many different complaints push out the oldest, not memory', () => {
  const { history } = opened();
  for (let count = 0; count < 200; count += 1) history.add({ ...failed, cause: `cause ${count}` });
  assert.equal(history.add({ ...failed, cause: 'cause 199' }), undefined);
  assert.ok(history.add({ ...failed, cause: 'cause 0' }), 'forgotten, so it counts as new');
});
