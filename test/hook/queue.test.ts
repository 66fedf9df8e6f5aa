// Goal: hooks of a group run one at a time and in order, and what a newer moment has made meaningless is not run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOOK_MOMENTS, type HookMoment, type HookSettings } from '../../src/core/hooks.ts';
import { isOutdated } from '../../src/hook/outdated.ts';
import { newHookQueue } from '../../src/hook/queue.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const hookAt = (moment: HookMoment, name: string = moment, timeoutMs = 30_000): HookSettings => ({
  ...{ moment, words: [`/h/${name}`], user: '', group: '', timeoutMs, style: 'sealbeat' },
});

/** A queue whose hooks end when the test says so; `log` tells what began and what was dropped. */
function scene() {
  const clock = new ManualClock();
  const log: string[] = [];
  let end = (): void => undefined;
  const queue = newHookQueue<string>({
    clock,
    run(hook, told, limitMs) {
      log.push(`${hook.words[0]!.slice(3)}${told} ${limitMs}`);
      return new Promise((resolve) => {
        end = resolve;
      });
    },
    onDropped: (hook, why) => log.push(`${why}: ${hook.words[0]!.slice(3)}`),
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    ...{ clock, log, queue, turn },
    arrive: (moment: HookMoment, told = '', hooks = [hookAt(moment)], withinMs?: number) =>
      queue.arrive({ moment, hooks, told, ...(withinMs === undefined ? {} : { withinMs }) }),
    async endOne() {
      end();
      await turn();
    },
  };
}

// While the first runs, the others come; what is run after it.
const rows: readonly (readonly [came: readonly HookMoment[], ran: readonly HookMoment[]])[] = [
  [['post_up'], []],
  [['post_up', 'post_down'], ['post_down']],
  [['post_up', 'post_down', 'post_up'], ['post_up']],
  [['pre_up', 'post_up', 'post_down'], ['post_down']],
  [['post_up', 'pre_down', 'post_down'], ['post_down']],
  [
    ['post_up', 'pre_down', 'post_down', 'on_standby'],
    ['post_down', 'on_standby'],
  ],
  [['post_up', 'post_down', 'on_standby', 'pre_up'], ['pre_up']],
  [['post_up', 'post_down', 'on_standby', 'pre_up', 'post_up'], ['post_up']],
  [['post_up', 'pre_down', 'post_up'], ['post_up']],
  [
    ['post_up', 'on_fault', 'pre_down', 'post_down'],
    ['on_fault', 'post_down'],
  ],
  [
    ['post_up', 'pre_down', 'on_fault'],
    ['pre_down', 'on_fault'],
  ],
  [
    ['pre_up', 'on_fault', 'post_down', 'on_standby'],
    ['post_down', 'on_standby'],
  ],
  [['on_standby', 'on_fault', 'on_standby', 'on_fault', 'on_standby'], ['on_standby']],
];
for (const [came, ran] of rows) {
  const [first, ...rest] = came;
  test(`hook queue: ${first} runs; ${rest.join(', ') || 'nothing'} comes`, async () => {
    const { log, arrive, endOne } = scene();
    const all = came.map((moment) => arrive(moment, ''));
    assert.deepEqual(
      log.filter((line) => !line.startsWith('outdated')),
      [`${first} 30000`],
      'one at a time',
    );
    for (const _ of came) await endOne();
    const begun = log.filter((line) => !line.startsWith('outdated')).slice(1);
    assert.deepEqual(
      begun,
      ran.map((moment) => `${moment} 30000`),
    );
    assert.equal(log.length, came.length, 'the others are counted');
    await Promise.all(all);
  });
}

test('hook queue: however it goes to and fro, few wait', () => {
  for (const by of HOOK_MOMENTS) {
    const stay = HOOK_MOMENTS.filter((waiting) => !isOutdated(waiting, by));
    assert.ok(stay.length <= 2 && !stay.includes(by), `${by}: ${stay.join()}`);
  }
});

test('hook queue: what a hook is told is from when its moment came', async () => {
  const { log, arrive, endOne } = scene();
  void arrive('post_up', ' epoch 8');
  void arrive('post_down', ' epoch 8');
  void arrive('on_standby', ' epoch 16');
  await endOne();
  await endOne();
  assert.deepEqual(log, ['post_up epoch 8 30000', 'post_down epoch 8 30000', 'on_standby epoch 16 30000']);
});

test('hook queue: several of a moment run one after the other, and the rest is dropped with the moment', async () => {
  const { log, arrive, endOne } = scene();
  const three = ['a', 'b', 'c'].map((name) => hookAt('post_up', name));
  let settled = false;
  void arrive('post_up', '', three).then(() => (settled = true));
  await endOne();
  assert.deepEqual(log, ['a 30000', 'b 30000']);
  assert.equal(settled, false);
  void arrive('post_down');
  await endOne();
  assert.deepEqual(log, ['a 30000', 'b 30000', 'outdated: c', 'post_down 30000']);
  assert.equal(settled, true);
});

test('hook queue: a moment without hooks drops what it makes meaningless', async () => {
  const { log, arrive, endOne } = scene();
  void arrive('post_up');
  void arrive('post_down');
  await arrive('pre_up', '', []);
  await endOne();
  assert.deepEqual(log, ['post_up 30000', 'outdated: post_down']);
});

test('hook queue: who waits for pre_down waits for its time and no longer, though post_up hangs', async () => {
  const { clock, log, arrive, turn, endOne } = scene();
  void arrive('post_up');
  let settled = false;
  void arrive('pre_down', '', [hookAt('pre_down', 'pre_down', 5_000)], 5_000).then(() => (settled = true));
  clock.goOn(4_999);
  await turn();
  assert.equal(settled, false);
  clock.goOn(1);
  await turn();
  assert.equal(settled, true);
  await endOne();
  assert.deepEqual(log, ['post_up 30000', 'late: pre_down']);
});

test('hook queue: pre_down that waited runs for what is left of its time', async () => {
  const { clock, log, arrive, endOne } = scene();
  void arrive('post_up');
  void arrive('pre_down', '', [hookAt('pre_down', 'pre_down', 5_000)], 5_000);
  clock.goOn(3_000);
  await endOne();
  assert.deepEqual(log, ['post_up 30000', 'pre_down 2000']);
});

test('hook queue: who waits for one that hangs is answered in time, and the next waits for its end', async () => {
  const { clock, log, arrive, turn, endOne } = scene();
  let settled = false;
  void arrive('pre_down', '', [hookAt('pre_down', 'pre_down', 5_000)], 5_000).then(() => (settled = true));
  clock.goOn(5_000);
  await turn();
  assert.equal(settled, true);
  void arrive('post_down');
  assert.deepEqual(log, ['pre_down 5000']);
  await endOne();
  assert.deepEqual(log, ['pre_down 5000', 'post_down 30000']);
});

test('hook queue: after a reload what waits runs as the new config has it, and nothing twice', async () => {
  const { log, queue, arrive, endOne } = scene();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => hookAt('post_up', name));
  void arrive('post_up', '', [a!, b!]);
  void arrive('on_fault');
  const gone = arrive('post_down');
  queue.replace([a!, c!, hookAt('on_fault', 'other')]);
  await gone;
  for (let round = 0; round < 4; round++) await endOne();
  assert.deepEqual(log, ['a 30000', 'outdated: b', 'other 30000']);
});

test('hook queue: it is settled when nothing runs or waits', async () => {
  const { queue, arrive, endOne } = scene();
  await queue.settled();
  void arrive('post_up');
  void arrive('post_down');
  let settled = false;
  void queue.settled().then(() => (settled = true));
  await endOne();
  assert.equal(settled, false);
  await endOne();
  assert.equal(settled, true);
});
