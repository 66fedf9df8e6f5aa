import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaneName } from '../../src/check/asker.ts';
import { ROOM } from '../../src/check/lanes.ts';
import { newSchedule, type Schedule } from '../../src/check/schedule.ts';
import { firstAfterMs } from '../../src/check/spread.ts';
import type { CheckAnswer } from '../../src/core/checks/standing.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled } from '../fakes/told-adapter.ts';

interface Told {
  readonly begun: number[];
  readonly said: string[];
  behind: number;
  answer(said?: CheckAnswer['said']): void;
  aborted: boolean;
  end(): void;
}

/** A job whose answers are given by hand; at once where `said` says so. */
function told(
  schedule: Schedule,
  clock: ManualClock,
  {
    lane = 'cheap',
    said,
    firstMs = 0,
  }: { lane?: LaneName; said?: CheckAnswer['said']; firstMs?: number } = {},
): Told {
  const waiting: ((answer: CheckAnswer) => void)[] = [];
  const job: Told = {
    begun: [],
    said: [],
    behind: 0,
    aborted: false,
    answer: (word = 'good') => waiting.shift()?.({ said: word, text: '' }),
    end: () => end(),
  };
  const end = schedule.add(
    {
      ...{ lane, intervalMs: 1_000, timeoutMs: 500 },
      ask({ signal }) {
        job.begun.push(clock.nowMs());
        signal.addEventListener('abort', () => (job.aborted = true));
        return said === undefined
          ? new Promise((resolve) => void waiting.push(resolve))
          : Promise.resolve({ said, text: '' });
      },
      onAnswer: (answer) => void job.said.push(answer.said),
      onBehind: () => void (job.behind += 1),
    },
    firstMs,
  );
  return job;
}

/** In steps, so that what was settled meanwhile is heard. */
async function goOn(clock: ManualClock, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 10) {
    clock.goOn(10);
    await settled();
  }
}

test('schedule: each at its interval, from its first moment on', async () => {
  const clock = new ManualClock();
  const job = told(newSchedule(clock), clock, { said: 'good', firstMs: 300 });
  await goOn(clock, 3_500);
  assert.deepEqual(job.begun, [300, 1_300, 2_300, 3_300]);
  assert.deepEqual([job.said.length, job.behind], [4, 0]);
});

test('schedule: one that does not end is late once, is not started again, and is told so each time', async () => {
  const clock = new ManualClock();
  const job = told(newSchedule(clock), clock);
  await goOn(clock, 540);
  assert.deepEqual(job.said, []);
  await goOn(clock, 20);
  assert.deepEqual(job.said, ['late']);
  await goOn(clock, 2_000);
  assert.deepEqual([job.begun, job.said, job.behind], [[0], ['late', 'late', 'late'], 2]);
  job.answer();
  await goOn(clock, 500);
  assert.deepEqual(job.said, ['late', 'late', 'late'], 'an answer after the limit is no answer');
  assert.deepEqual(job.begun, [0, 3_000]);
  job.answer();
  await goOn(clock, 10);
  assert.equal(job.said.at(-1), 'good');
});

test('schedule: who waits for room is behind, and not late', async () => {
  const clock = new ManualClock();
  const schedule = newSchedule(clock);
  const first = Array.from({ length: ROOM.thread }, () => told(schedule, clock, { lane: 'thread' }));
  const next = told(schedule, clock, { lane: 'thread' });
  await goOn(clock, 400);
  assert.deepEqual(next.begun, []);
  first[0]!.answer();
  await goOn(clock, 20);
  assert.deepEqual([next.begun.length, next.behind, next.said], [1, 1, []]);
  next.answer();
  await goOn(clock, 10);
  assert.deepEqual(next.said, ['good']);
});

test('schedule: however many hang, the others have their turn', async () => {
  const clock = new ManualClock();
  const schedule = newSchedule(clock);
  const hanging = Array.from({ length: 2 * ROOM.child }, () => told(schedule, clock, { lane: 'child' }));
  const well = Array.from({ length: 20 }, () => told(schedule, clock, { lane: 'child', said: 'good' }));
  // At their limit programs are ended; only then is there room.
  const endLate = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 600) {
      await goOn(clock, 600);
      for (const job of hanging) job.answer('late');
    }
  };
  await endLate(6_000);
  const before = well.map(({ said }) => said.length);
  await endLate(10_200);
  const more = well.map(({ said }, at) => said.length - before[at]!);
  assert.ok(Math.min(...more) >= 10, `asked ${more.join(' ')} times in ten seconds`);
});

test('schedule: one start in each turn of the loop', () => {
  const clock = new ManualClock();
  const schedule = newSchedule(clock);
  let startedInTurn = 0;
  let most = 0;
  const wakeAt = clock.wakeAt.bind(clock);
  clock.wakeAt = (at, wake) =>
    wakeAt(at, () => {
      startedInTurn = 0;
      wake();
      most = Math.max(most, startedInTurn);
    });
  for (let at = 0; at < 20; at += 1) {
    const job = told(schedule, clock, { lane: 'child' });
    job.begun.push = (...times) => ((startedInTurn += 1), times.length);
  }
  clock.goOn(100);
  assert.equal(most, 1);
});

test('schedule: what was missed is not made up for', async () => {
  const clock = new ManualClock();
  const job = told(newSchedule(clock), clock, { said: 'good' });
  await goOn(clock, 100);
  const now = clock.nowMs.bind(clock);
  let asleepMs = 0;
  clock.nowMs = () => (now() + asleepMs) as ReturnType<typeof now>;
  asleepMs = 50_000; // a host that was suspended
  clock.goOn(60_000);
  await settled();
  assert.ok(job.begun.length < 15, `${job.begun.length} runs`);
});

test('schedule: what is ended is aborted, and says nothing more', async () => {
  const clock = new ManualClock();
  const job = told(newSchedule(clock), clock);
  await goOn(clock, 100);
  job.end();
  assert.equal(job.aborted, true);
  job.answer();
  await goOn(clock, 5_000);
  assert.deepEqual([job.said, job.begun, clock.waiting], [[], [0], 0]);
});

test('spread: a few begin at once, a thousand over seconds, none later than its interval, and the same each time', () => {
  const first = (count: number, intervalMs: number): number[] =>
    Array.from({ length: count }, (_, at) => firstAfterMs(`web/check-${at}`, { intervalMs, count }));
  assert.ok(Math.max(...first(3, 60_000)) < 50);
  const many = first(1_000, 60_000);
  assert.deepEqual(many, first(1_000, 60_000));
  for (let from = 0; from < 5_000; from += 500) {
    const here = many.filter((ms) => ms >= from && ms < from + 500).length;
    assert.ok(here > 50 && here < 150, `${here} from ${from} ms on`);
  }
  assert.ok(Math.max(...first(1_000, 200)) < 200);
});
