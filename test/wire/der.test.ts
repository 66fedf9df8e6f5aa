// Goal: OpenSSL makes of a secret what NaCl makes of it, so that identities made by either are one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import nacl from 'tweetnacl';
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
