import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { digest, hmacSha512 } from '../../src/wire/hmac.ts';

test('hmac: the same bytes as node:crypto, for any key of a block and any parts', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 128 }),
      fc.array(fc.uint8Array({ maxLength: 300 })),
      (key, parts) => {
        const expected = createHmac('sha512', key).update(Buffer.concat(parts)).digest('hex');
        assert.equal(Buffer.from(digest(hmacSha512(key), ...parts)).toString('hex'), expected);
      },
    ),
  );
});

test('hmac: a key above the block is refused', () => {
  assert.throws(() => hmacSha512(new Uint8Array(129)), RangeError);
});
