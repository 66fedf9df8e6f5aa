import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../src/system/random.ts';

test('random: as many bytes as asked for, of every size, with memory of their own', () => {
  for (const count of [0, 1, 32, 4_095, 4_096, 4_097, 10_000]) {
    const bytes = systemRandom.bytes(count);
    assert.equal(bytes.length, count);
    assert.equal(bytes.buffer.byteLength, count);
  }
});

test('random: no 32 bytes come twice, over several fillings of the pool', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 1_000; round++) seen.add(Buffer.from(systemRandom.bytes(32)).toString('hex'));
  assert.equal(seen.size, 1_000);
});
