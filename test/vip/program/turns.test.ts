import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsFor, newTurns, type Turn } from '../../../src/vip/program/turns.ts';
import { settled } from '../../fakes/told-adapter.ts';

const turn = (text: string): Turn => {
  const [kind, where] = text.split(' ') as [Turn['kind'], string?];
  return { kind, background: where === 'behind' };
};
// What is wanted next, what runs, and whether that is ended for it.
const rows: readonly (readonly [next: string, running: string, ends: boolean])[] = [
  ['up', 'up', false],
  ['up', 'up behind', true],
  ['up', 'down', false],
  ['up', 'down behind', true],
  ['up', 'show', true],
  ['down', 'up', false],
  ['down', 'up behind', true],
  ['down', 'down', false],
  ['down', 'down behind', true],
  ['down', 'show behind', true],
  ['show', 'up behind', false],
  ['show', 'down behind', false],
  ['show', 'show', false],
];
for (const [next, running, ends] of rows) {
  test(`turns: ${running} ${ends ? 'is ended for' : 'goes on beside'} ${next}`, () =>
    assert.equal(endsFor(turn(next), turn(running)), ends));
}

/** Work that lasts until it is told to end, or is settled. */
function work(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const run = (signal: AbortSignal): Promise<string> => {
    log.push(`${name} begins${signal.aborted ? ', unwanted' : ''}`);
    signal.addEventListener('abort', () => log.push(`${name} is unwanted`));
    return promise;
  };
  return { run, end: () => resolve(name) };
}

test('turns: one after the other, the first at once', async () => {
  const log: string[] = [];
  const turns = newTurns();
  const [one, two] = [work(log, 'one'), work(log, 'two')];
  const first = turns.take(turn('up'), one.run);
  assert.deepEqual(log, ['one begins']);
  const second = turns.take(turn('down'), two.run);
  await settled();
  assert.deepEqual(log, ['one begins']);
  assert.ok(!turns.isIdle());
  one.end();
  assert.equal(await first, 'one');
  await settled();
  assert.deepEqual(log, ['one begins', 'two begins']);
  two.end();
  assert.equal(await second, 'two');
  assert.ok(turns.isIdle());
});

test('turns: what fails is told to who took the turn, and the next comes all the same', async () => {
  const turns = newTurns();
  const failing = turns.take(turn('up'), () => Promise.reject(new Error('bad')));
  const next = turns.take(turn('down'), () => Promise.resolve('done'));
  await assert.rejects(failing, /bad/);
  assert.equal(await next, 'done');
});

test('turns: what waits is told that it is unwanted before it begins', async () => {
  const log: string[] = [];
  const turns = newTurns();
  const [one, two] = [work(log, 'one'), work(log, 'two')];
  void turns.take(turn('down'), one.run);
  void turns.take(turn('up'), two.run);
  turns.endUp();
  one.end();
  await settled();
  assert.deepEqual(log, ['one begins', 'two begins, unwanted']);
  two.end();
  await turns.settled();
});

test('turns: endUp spares what takes down, endAll does not', async () => {
  const log: string[] = [];
  const turns = newTurns();
  const one = work(log, 'one');
  void turns.take(turn('down'), one.run);
  turns.endUp();
  assert.deepEqual(log, ['one begins']);
  turns.endAll();
  assert.deepEqual(log, ['one begins', 'one is unwanted']);
  one.end();
  await turns.settled();
});
