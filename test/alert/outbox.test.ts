// Goal: a place that is down, slow or full loses nothing that it need not lose, and holds up nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertMessage, AlertTarget, SendOutcome } from '../../src/alert/message.ts';
import { newOutbox, type Outbox } from '../../src/alert/outbox.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/core/units.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { moved } from './messages.ts';

interface FakeTarget extends AlertTarget {
  readonly tried: string[];
  readonly got: string[];
  readonly lost: number[];
  answer: (message: AlertMessage) => Promise<SendOutcome> | SendOutcome;
}

function fakeTarget(name: string): FakeTarget {
  const target: FakeTarget = {
    ...{ name, kind: 'webhook', tried: [], got: [], lost: [] },
    answer: () => ({ kind: 'sent', said: 'ok' }),
    async send(message, { lost }) {
      target.tried.push(message.title);
      target.lost.push(lost);
      const outcome = await target.answer(message);
      if (outcome.kind === 'sent') target.got.push(message.title);
      return outcome;
    },
  };
  return target;
}

/** Promises settle between two steps of the clock. */
async function pass(clock: ManualClock, ms: number, step = SECOND_MS): Promise<void> {
  for (let passed = 0; passed <= ms; passed += step) {
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    if (passed < ms) clock.goOn(Math.min(step, ms - passed));
  }
}

function open(targets: readonly FakeTarget[], { most = 100, perMs = 10 * MINUTE_MS, queueMax = 200 } = {}) {
  const clock = new ManualClock();
  const givenUp: string[] = [];
  const outbox: Outbox = newOutbox(
    targets,
    { rate: { most, perMs }, queueMax },
    {
      ...{ clock, random: seededRandom('outbox') },
      onGivenUp: ({ name }, { title }, why) => givenUp.push(`${name}: ${title}: ${why}`),
      summary: ({ count, last }) => moved({ title: `${count} more, the last ${last.at(-1)?.title}` }),
    },
  );
  return { clock, outbox, givenUp };
}
const message = (title: string, changes: Partial<AlertMessage> = {}): AlertMessage =>
  moved({ title, ...changes });
const later = { kind: 'later', why: 'connection refused' } as const;

test('outbox: a server that is down for ten minutes gets everything once and in order', async () => {
  const mail = fakeTarget('mail');
  const { clock, outbox, givenUp } = open([mail]);
  mail.answer = () => (clock.nowMs() < 10 * MINUTE_MS ? later : { kind: 'sent', said: 'ok' });
  for (const title of ['one', 'two', 'three']) {
    outbox.add(message(title));
    await pass(clock, MINUTE_MS);
  }
  assert.deepEqual([mail.got, outbox.reports()[0]?.queued], [[], 3]);
  assert.equal(outbox.reports()[0]?.problem, 'connection refused');
  await pass(clock, 20 * MINUTE_MS);
  assert.deepEqual(mail.got, ['one', 'two', 'three']);
  assert.ok(mail.tried.length < 20, `${mail.tried.length} attempts`);
  const { sent, queued, problem, failed, dropped } = outbox.reports()[0]!;
  assert.deepEqual(
    { sent, queued, problem, failed, dropped },
    { sent: 3, queued: 0, problem: '', failed: 0, dropped: 0 },
  );
  assert.deepEqual(givenUp, []);
});

test('outbox: one that hangs holds up nobody else', async () => {
  const [dead, alive] = [fakeTarget('dead'), fakeTarget('alive')];
  dead.answer = () => new Promise(() => undefined);
  const { clock, outbox } = open([dead, alive]);
  outbox.add(message('one'));
  outbox.add(message('two'));
  await pass(clock, SECOND_MS);
  assert.deepEqual([dead.tried, alive.got], [['one'], ['one', 'two']]);
});

test('outbox: what is refused for good is not tried again, and said', async () => {
  const chat = fakeTarget('chat');
  chat.answer = ({ title }) =>
    title === 'bad' ? { kind: 'never', why: 'HTTP 400' } : { kind: 'sent', said: '' };
  const { clock, outbox, givenUp } = open([chat]);
  outbox.add(message('bad'));
  await pass(clock, SECOND_MS);
  assert.deepEqual([outbox.reports()[0]?.failed, outbox.reports()[0]?.problem], [1, 'HTTP 400']);
  outbox.add(message('good'));
  await pass(clock, MINUTE_MS);
  assert.deepEqual([chat.tried, givenUp], [['bad', 'good'], ['chat: bad: HTTP 400']]);
  assert.equal(outbox.reports()[0]?.problem, '');
});

test('outbox: after a day it is given up', async () => {
  const chat = fakeTarget('chat');
  chat.answer = () => later;
  const { clock, outbox, givenUp } = open([chat]);
  outbox.add(message('one'));
  await pass(clock, 24 * 60 * MINUTE_MS + 15 * MINUTE_MS, MINUTE_MS);
  assert.deepEqual(givenUp, ['chat: one: tried for a day: connection refused']);
  assert.ok(chat.tried.length > 100 && chat.tried.length < 200, `${chat.tried.length} attempts`);
});

test('outbox: a server says how long to wait', async () => {
  const chat = fakeTarget('chat');
  chat.answer = () => ({ ...later, afterMs: 100 * SECOND_MS });
  const { clock, outbox } = open([chat]);
  outbox.add(message('one'));
  await pass(clock, 99 * SECOND_MS);
  assert.equal(chat.tried.length, 1);
  await pass(clock, 2 * SECOND_MS);
  assert.equal(chat.tried.length, 2);
});

test('outbox: a full queue drops the oldest, and the next message says how many', async () => {
  const chat = fakeTarget('chat');
  chat.answer = () => later;
  const { clock, outbox } = open([chat], { queueMax: 3 });
  for (const title of ['one', 'two', 'three', 'four', 'five']) {
    outbox.add(message(title));
    await pass(clock, 0);
  }
  assert.deepEqual([outbox.reports()[0]?.queued, outbox.reports()[0]?.dropped], [3, 2]);
  chat.answer = () => ({ kind: 'sent', said: '' });
  await pass(clock, MINUTE_MS);
  assert.deepEqual(chat.got, ['three', 'four', 'five']);
  assert.deepEqual(chat.lost.slice(-3), [2, 0, 0]);
});

test('outbox: more than the rate allows is told in one message when the time is over', async () => {
  const chat = fakeTarget('chat');
  const { clock, outbox } = open([chat], { most: 2 });
  for (const title of ['one', 'two', 'three', 'four']) outbox.add(message(title));
  await pass(clock, 10 * MINUTE_MS - SECOND_MS);
  assert.deepEqual(chat.got, ['one', 'two']);
  await pass(clock, SECOND_MS);
  assert.deepEqual(chat.got, ['one', 'two', '2 more, the last four']);
  outbox.add(message('five'));
  await pass(clock, 0);
  assert.equal(chat.got.at(-1), 'five');
});

test('outbox: the end of what was told is told whatever the rate', async () => {
  const chat = fakeTarget('chat');
  const { clock, outbox } = open([chat], { most: 1 });
  outbox.add(message('begins', { key: 'a' }));
  outbox.add(message('another begins', { key: 'b' }));
  outbox.add(message('over', { key: 'a', resolved: true }));
  outbox.add(message('the other is over', { key: 'b', resolved: true }));
  await pass(clock, 0);
  assert.deepEqual(chat.got, ['begins', 'over']);
});

test('outbox: at the end there is one more attempt, and what is left is counted', async () => {
  const [good, bad, hanging] = [fakeTarget('good'), fakeTarget('bad'), fakeTarget('hanging')];
  bad.answer = () => later;
  hanging.answer = () => new Promise(() => undefined);
  const { clock, outbox } = open([good, bad, hanging], { most: 1 });
  outbox.add(message('one'));
  outbox.add(message('two'));
  await pass(clock, 0);
  const closing = outbox.close(3 * SECOND_MS);
  let lost: ReadonlyMap<string, number> | undefined;
  void closing.then((left) => (lost = left));
  await pass(clock, 2 * SECOND_MS);
  assert.equal(lost, undefined);
  await pass(clock, SECOND_MS);
  assert.deepEqual(
    lost,
    new Map([
      ['bad', 2],
      ['hanging', 2],
    ]),
  );
  assert.deepEqual(good.got, ['one', '1 more, the last two']);
  assert.equal(bad.tried.length, 2);
});

test('outbox: another config takes over what waits', async () => {
  const chat = fakeTarget('chat');
  chat.answer = () => later;
  const { clock, outbox } = open([chat]);
  outbox.add(message('one'));
  outbox.add(message('two'));
  await pass(clock, SECOND_MS);
  const waiting = outbox.handOver();
  assert.deepEqual(
    waiting.get('chat')?.map(({ title }) => title),
    ['one', 'two'],
  );
  await pass(clock, MINUTE_MS);
  assert.equal(chat.tried.length, 1);
});
