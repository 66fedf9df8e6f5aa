import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after } from '../../src/core/units.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemRandom } from '../../src/system/random.ts';

test('clock: never wakes early, not by a fraction of a millisecond', async () => {
  const offsets = Array.from({ length: 200 }, (_, index) => index * 0.37);
  const startMs = systemClock.nowMs();
  const early = await Promise.all(
    offsets.map(
      (ms) =>
        new Promise<boolean>((resolve) => {
          const atMs = after(startMs, ms);
          systemClock.wakeAt(atMs, () => resolve(systemClock.nowMs() < atMs));
        }),
    ),
  );
  assert.deepEqual(early.filter(Boolean), []);
});

test('clock: what is due wakes in a turn of its own, never inside the call', async () => {
  let woken = false;
  const waking = new Promise<void>((resolve) => {
    systemClock.wakeAt(after(systemClock.nowMs(), -5), () => {
      woken = true;
      resolve();
    });
  });
  assert.equal(woken, false);
  await waking;
});

test('clock: a cancelled wake does not come, due or not; cancelling twice is fine', async () => {
  const nowMs = systemClock.nowMs();
  const woken: string[] = [];
  const cancelDue = systemClock.wakeAt(nowMs, () => woken.push('due'));
  const cancelSoon = systemClock.wakeAt(after(nowMs, 2), () => woken.push('soon'));
  const cancelFar = systemClock.wakeAt(after(nowMs, 2 ** 40), () => woken.push('far'));
  for (const cancel of [cancelDue, cancelSoon, cancelFar, cancelDue]) cancel();
  await new Promise<void>((resolve) => void systemClock.wakeAt(after(nowMs, 6), resolve));
  assert.deepEqual(woken, []);
});

test('clock: a wait beyond what a timer can hold does not end at once', async (t) => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  t.after(() => process.removeListener('warning', listen));
  let woken = false;
  const nowMs = systemClock.nowMs();
  const cancel = systemClock.wakeAt(after(nowMs, 2 ** 40), () => (woken = true));
  await new Promise<void>((resolve) => void systemClock.wakeAt(after(nowMs, 5), resolve));
  cancel();
  assert.equal(woken, false);
  assert.deepEqual(warnings, []);
});

test('random: as many bytes as asked for, each time others, in memory of their own', () => {
  for (const count of [0, 1, 24, 65_537]) assert.equal(systemRandom.bytes(count).length, count);
  const [one, two] = [systemRandom.bytes(24), systemRandom.bytes(24)];
  assert.notDeepEqual(one, two);
  assert.equal(one.buffer.byteLength, 24);
  assert.equal(Object.getPrototypeOf(one), Uint8Array.prototype);
});
