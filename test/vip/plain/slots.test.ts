import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSlots } from '../../../src/vip/plain/slots.ts';

const settled = () => new Promise(setImmediate);

test('slots: so many at once, the others in their order, and one that throws gives its place back', async () => {
  const slots = newSlots(2);
  const begun: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const outcomes = [1, 2, 3, 4].map((number) =>
    slots
      .use(() => {
        begun.push(number);
        return new Promise<void>((resolve, reject) => ends.set(number, { resolve, reject }));
      })
      .catch(() => undefined),
  );
  await settled();
  assert.deepEqual(begun, [1, 2]);
  ends.get(2)?.reject(new Error('on purpose'));
  await settled();
  assert.deepEqual(begun, [1, 2, 3]);
  ends.get(1)?.resolve();
  await settled();
  assert.deepEqual(begun, [1, 2, 3, 4]);
  ends.get(3)?.resolve();
  ends.get(4)?.resolve();
  await Promise.all(outcomes);
  await slots.use(async () => begun.push(5));
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
});
