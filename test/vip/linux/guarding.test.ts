import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../../src/core/errors.ts';
import { noGuard } from '../../../src/vip/guard/guard.ts';
import { guarding } from '../../../src/vip/linux/guarding.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { vipOf } from '../vip-of.ts';

const vipsOf = (count: number) => Array.from({ length: count }, (_, i) => vipOf(`10.0.0.${i}/32`, 'v0'));

function stage({ refusal }: { refusal?: OperatorError } = {}) {
  const clock = new ManualClock();
  const happened: string[] = [];
  const problems: OperatorError[] = [];
  const gone = new Set<string>();
  const guards = guarding({
    clock,
    watchman: {
      ...noGuard,
      async hold(lines) {
        if (refusal !== undefined) throw refusal;
        happened.push(`hold ${lines.length}`);
      },
    },
    isOurs: ({ address }) => !gone.has(address),
    onProblem: (problem) => problems.push(problem),
  });
  const around = async (count: number, leaseSeconds: number, work = async () => {}) => {
    const vips = vipsOf(count);
    const begin = async () => {
      happened.push('work');
      await work();
    };
    await guards.around(begin, { vips, mortal: new Set(vips), leaseSeconds });
  };
  return { clock, happened, problems, gone, guards, around };
}

for (const { name, count, leaseSeconds, order } of [
  { name: 'a handful', count: 4, leaseSeconds: 1, order: ['hold 4', 'work'] },
  { name: 'as many as wait for it', count: 32, leaseSeconds: 1, order: ['hold 32', 'work'] },
  { name: 'one more', count: 33, leaseSeconds: 1, order: ['work', 'hold 33'] },
  { name: 'many with a long lease', count: 33, leaseSeconds: 6, order: ['hold 33', 'work'] },
  { name: 'many without a lease', count: 33, leaseSeconds: 0, order: ['hold 33', 'work'] },
])
  test(`guarding: ${name}`, async () => {
    const { clock, happened, around } = stage();
    await around(count, leaseSeconds);
    clock.goOn(50);
    assert.deepEqual(happened, order);
    clock.goOn(10_000);
    assert.equal(happened.length, 2, 'told once');
  });

test('guarding: many are told of although some could not be added, without those that have left', async () => {
  const { clock, happened, gone, around } = stage();
  await assert.rejects(
    around(40, 1, async () => {
      throw new Error('the last one');
    }),
  );
  gone.add('10.0.0.7');
  clock.goOn(50);
  assert.deepEqual(happened, ['work', 'hold 39']);
});

test('guarding: at once when asked, and then not again', async () => {
  const { clock, happened, guards, around } = stage();
  await around(40, 1);
  guards.now();
  clock.goOn(1_000);
  assert.deepEqual(happened, ['work', 'hold 40']);
});

test('guarding: one that cannot be kept is told where a lease stands in for it, and is a failure elsewhere', async () => {
  const refusal = new OperatorError('VIP_FAILED', 'no guard', { hint: 'more memory' });
  const { happened, problems, around } = stage({ refusal });
  await around(4, 1);
  assert.deepEqual([happened, problems], [['work'], [refusal]]);
  await assert.rejects(around(4, 0), refusal);
  assert.deepEqual(happened, ['work'], 'nothing was added that nobody would take away');
});
