// Goal: OpenSSL makes of a secret what NaCl makes of it, so that identities made by either are one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import nacl from 'tweetnacl';
import { boxShared } from '../../src/wire/box.ts';
import { publicHalfOf } from '../../src/wire/der.ts';

const secrets = [
  new Uint8Array(32),
  new Uint8Array(32).fill(0xff),
  Uint8Array.from({ length: 32 }, (_, at) => at),
  Uint8Array.from({ length: 32 }, (_, at) => (at * 167 + 41) % 256),
];

for (const secret of secrets) {
  test(`der: the public halves of ${Buffer.from(secret.subarray(0, 4)).toString('hex')}… are NaCl's`, () => {
    assert.deepEqual(publicHalfOf('ed25519', secret), nacl.sign.keyPair.fromSeed(secret).publicKey);
    assert.deepEqual(publicHalfOf('x25519', secret), nacl.box.keyPair.fromSecretKey(secret).publicKey);
  });
}

test('der: what two share is what NaCl says they share, for both', () => {
  for (const [at, one] of secrets.entries()) {
    const other = secrets[(at + 1) % secrets.length]!;
    const shared = boxShared(publicHalfOf('x25519', other), one);
    assert.deepEqual(shared, nacl.box.before(publicHalfOf('x25519', other), one));
    assert.deepEqual(shared, boxShared(publicHalfOf('x25519', one), other));
  }
});
