import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exec, Ran } from '../../../src/core/ports.ts';
import { newActs } from '../../../src/vip/plain/acts.ts';
import { newSlots } from '../../../src/vip/plain/slots.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { vipOf } from '../vip-of.ts';

const ended: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };
const vips = ['10.77.0.1/32', '10.77.0.2/32', '10.77.0.3/32'].map((text) => vipOf(text, 'em0'));
const settled = () => new Promise(setImmediate);

/** One program at a time, each of which ends when it is told. */
function oneAtATime() {
  const clock = new ManualClock();
  const begun: { readonly command: string; readonly timeoutMs: number; end(ran?: Partial<Ran>): void }[] = [];
  const exec: Exec = {
    run: (file, args, { timeoutMs }) =>
      new Promise((resolve) =>
        begun.push({
          command: [file, ...args].join(' '),
          timeoutMs,
          end: (ran = {}) => resolve({ ...ended, ...ran }),
        }),
      ),
  };
  return { clock, begun, acts: newActs({ exec, clock, slots: newSlots(1) }) };
}
const two = ({ address }: { address: string }) => [['add', address] as const, ['up', address] as const];

test('acts: the commands of a VIP stop at the first that fails, those of others go on', async () => {
  const { begun, acts } = oneAtATime();
  const outcome = acts.remove(vips.slice(0, 2), two);
  for (const exitCode of [1, 0, 0]) {
    await settled();
    begun.at(-1)?.end({ exitCode });
  }
  const failures = await outcome;
  assert.deepEqual(
    begun.map(({ command }) => command),
    ['add 10.77.0.1', 'add 10.77.0.2', 'up 10.77.0.2'],
  );
  assert.deepEqual([...failures.keys()], [vips[0]]);
  assert.deepEqual(failures.get(vips[0]!)?.command, ['add', '10.77.0.1']);
});

test('acts: what waits for its turn is not begun any more when its time is over', async () => {
  const { clock, begun, acts } = oneAtATime();
  const outcome = acts.add(vips, ({ address }) => [['add', address]], 1_000);
  await settled();
  clock.goOn(600);
  begun[0]?.end();
  await settled();
  assert.deepEqual(
    begun.map(({ timeoutMs }) => timeoutMs),
    [1_000, 400],
  );
  clock.goOn(400);
  begun[1]?.end();
  assert.equal((await outcome).size, 0);
  assert.equal(begun.length, 2);
});

test('acts: closing waits for the addition that runs, and begins no other', async () => {
  const { begun, acts } = oneAtATime();
  const outcome = acts.add(vips, ({ address }) => [['add', address]]);
  await settled();
  let isClosed = false;
  const closing = acts.close().then(() => (isClosed = true));
  await settled();
  assert.equal(isClosed, false);
  begun[0]?.end();
  await Promise.all([outcome, closing]);
  assert.equal(begun.length, 1);
  await assert.rejects(
    acts.add(vips, () => []),
    { code: 'VIP_FAILED' },
  );
  await acts.remove(vips, () => []);
});
