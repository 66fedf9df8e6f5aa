import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, diffieHellman, sign, verify } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import nacl from 'tweetnacl';
import { groupOf, helloOf } from '../../scripts/vectors/actors.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { deriveNonce, directionsBetween, openFrame, sealFrame } from '../../src/wire/frame.ts';
import { fromHex, toHex } from '../../src/wire/hex.ts';
import { FRAME_BYTES_MAX } from '../../src/wire/layout.ts';
import { hsalsa20 } from './hsalsa20.ts';
import { actors, asLb2, bodyOf, CLUSTER, directionOf, outcomeOf, sealAs } from './parties.ts';

const beat = sealAs(bodyOf(), 'frame test');
const outcome = (frame: Uint8Array): string => outcomeOf(openFrame(frame, asLb2));

test('frame: each single bit changed is refused, and for the right reason', () => {
  const reasonAt = (byte: number): string => {
    if (byte < 3) return 'magic';
    if (byte === 3) return 'version';
    return byte < 12 ? 'unknown-sender' : 'box'; // nonce, tag and all that is sealed
  };
  for (let byte = 0; byte < beat.length; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Uint8Array.from(beat);
      changed[byte]! ^= 1 << bit;
      assert.equal(outcome(changed), reasonAt(byte), `byte ${byte}, bit ${bit}`);
    }
  }
});

test('frame: no part of a frame is a frame', () => {
  for (let length = 0; length < beat.length; length++) {
    // 180 is a length that a frame may have; there the box tells.
    assert.equal(outcome(beat.subarray(0, length)), length === 180 ? 'box' : 'length', `${length} bytes`);
  }
});

test('frame: nothing can be put behind a frame', () => {
  for (let length = beat.length + 1; length <= FRAME_BYTES_MAX + 64; length++) {
    const longer = new Uint8Array(length);
    longer.set(beat);
    const allowed = length <= FRAME_BYTES_MAX && (length - 116) % 64 === 0;
    assert.equal(outcome(longer), allowed ? 'box' : 'length', `${length} bytes`);
  }
});

test('frame: lengths around each bound', () => {
  const lengths: readonly (readonly [number, string])[] = [
    [179, 'length'],
    [180, 'magic'],
    [181, 'length'],
    [243, 'length'],
    [244, 'magic'],
    [245, 'length'],
    [1_203, 'length'],
    [1_204, 'magic'],
    [1_205, 'length'],
    [65_535, 'length'],
  ];
  for (const [length, expected] of lengths) {
    assert.equal(outcome(new Uint8Array(length)), expected, `${length} bytes`);
  }
});

test('frame: arbitrary bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_300 }), (bytes) => {
      assert.notEqual(outcome(bytes), 'ok');
    }),
    { numRuns: 300 },
  );
});

test('frame: a good header before arbitrary bytes never throws', () => {
  const steps = fc.integer({ min: 1, max: 17 });
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat(255)), (count, noise) => {
      const frame = Uint8Array.from({ length: 116 + 64 * count }, () => noise.next().value as number);
      frame.set(beat.subarray(0, 36));
      assert.equal(outcome(frame), 'box');
    }),
    { numRuns: 100 },
  );
});

test('frame: arbitrary bytes in a good box are a body or malformed', () => {
  const body = fc.integer({ min: 1, max: 17 }).chain((count) => {
    const length = 64 * count;
    return fc.uint8Array({ minLength: length, maxLength: length });
  });
  fc.assert(
    fc.property(body, (bytes) => {
      assert.match(outcome(sealAs(bytes, 'noise')), /^(ok|malformed)$/);
    }),
    { numRuns: 200 },
  );
});

test('frame: is for one recipient, in one cluster, from one sender', () => {
  const rename = (frame: Uint8Array, sender: 'lb1' | 'lb3'): Uint8Array => {
    const copy = Uint8Array.from(frame);
    copy.set(fromHex(actors[sender].public.id), 4);
    return copy;
  };
  const sealed = (direction: ReturnType<typeof directionOf>): Uint8Array => sealAs(bodyOf(), 'x', direction);
  assert.equal(outcome(sealed(directionOf('lb1', 'lb2'))), 'ok');
  assert.equal(outcome(sealed(directionOf('lb2', 'lb1'))), 'reflected');
  assert.equal(outcome(rename(sealed(directionOf('lb2', 'lb1')), 'lb1')), 'box');
  assert.equal(outcome(sealed(directionOf('lb1', 'lb3'))), 'box');
  assert.equal(outcome(rename(sealed(directionOf('lb1', 'lb2')), 'lb3')), 'box');
  assert.equal(outcome(sealed(directionOf('lb1', 'lb2', 'goldem'))), 'box');
  assert.equal(outcome(sealed(directionOf('lb1', 'lb2', ''))), 'box');
});

test('frame: the halves of two frames do not fit together', () => {
  const one = sealAs(bodyOf(), 'one');
  const two = sealAs(bodyOf({ seq: 4_322 }), 'two');
  const mixedAt = (at: number): Uint8Array => Buffer.concat([one.subarray(0, at), two.subarray(at)]);
  for (const at of [20, 36, 52, 116, 180]) assert.equal(outcome(mixedAt(at)), 'box', `cut at ${at}`);
});

test('frame: an identity of swapped halves seals for nobody', () => {
  const { lb1, lb2, lb3 } = actors;
  const mixed = { ...lb1.public, boxKey: lb3.public.boxKey };
  const direction = directionsBetween(lb2, mixed, CLUSTER).inbound;
  const opened = openFrame(beat, () => [direction]);
  assert.equal(outcomeOf(opened), 'box');
});

test('frame: by another key in a good box opens, and its signature does not hold', () => {
  const forged = { ...directionOf('lb1', 'lb2'), signKey: directionOf('lb3', 'lb2').signKey };
  const opened = openFrame(sealAs(bodyOf(), 'forged', forged), asLb2);
  assert.ok(opened.ok);
  assert.equal(opened.verify(), false);
});

test('frame: a signature covers header, cluster, both identities and body', () => {
  // Sealed under the right key, but signed for something else in one respect.
  const right = directionOf('lb1', 'lb2');
  const changes = {
    cluster: { before: directionOf('lb1', 'lb2', 'silver').before },
    recipient: { between: directionOf('lb1', 'lb3').between },
    sender: { between: directionOf('lb3', 'lb2').between },
  };
  for (const [name, change] of Object.entries(changes)) {
    const opened = openFrame(sealAs(bodyOf(), name, { ...right, ...change }), asLb2);
    assert.ok(opened.ok, name);
    assert.equal(opened.verify(), false, name);
  }

  // The same signature and body under another nonce, which only the holder of the box key can seal.
  const nonce = new Uint8Array(24).fill(7);
  const plain = nacl.secretbox.open(beat.subarray(36), beat.subarray(12, 36), right.boxKey)!;
  const moved = Buffer.concat([beat.subarray(0, 12), nonce, nacl.secretbox(plain, nonce, right.boxKey)]);
  const opened = openFrame(moved, asLb2);
  assert.ok(opened.ok);
  assert.equal(opened.verify(), false);
});

test('frame: what was opened stays what it was when the socket reuses its buffer', () => {
  const buffer = Buffer.from(beat);
  const opened = openFrame(buffer, asLb2);
  buffer.fill(0xff);
  assert.ok(opened.ok);
  assert.equal(opened.verify(), true);
  assert.equal(opened.echo, toHex(beat.subarray(12, 20)));
});

test('frame: opens from the middle of a larger buffer', () => {
  const around = Buffer.concat([Buffer.alloc(3, 1), beat, Buffer.alloc(5, 1)]);
  const opened = openFrame(around.subarray(3, 3 + beat.length), asLb2);
  assert.ok(opened.ok);
  assert.equal(opened.verify(), true);
});

test('frame: the key of a direction is what PROTOCOL.md says, computed another way', () => {
  const { lb1, lb2 } = actors;
  // crypto_box_beforenm: HSalsa20 of the X25519 secret and 16 zeros (NaCl).
  const raw = diffieHellman({
    privateKey: createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), lb1.boxSecret]),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), lb2.public.boxKey]),
      format: 'der',
      type: 'spki',
    }),
  });
  const shared = hsalsa20(raw, new Uint8Array(16));
  const key = createHash('sha512')
    .update('sealbeat 1 frame')
    .update(shared)
    .update(lb1.public.signKey)
    .update(lb1.public.boxKey)
    .update(lb2.public.signKey)
    .update(lb2.public.boxKey)
    .update(Uint8Array.of(CLUSTER.length))
    .update(CLUSTER)
    .digest()
    .subarray(0, 32);
  assert.equal(toHex(directionsBetween(lb1, lb2.public, CLUSTER).outbound.boxKey), key.toString('hex'));
  assert.equal(toHex(directionsBetween(lb2, lb1.public, CLUSTER).inbound.boxKey), key.toString('hex'));

  const plain = nacl.secretbox.open(beat.subarray(36), beat.subarray(12, 36), key)!;
  const signedText = Buffer.concat([
    Buffer.from('sealbeat 1 signature'),
    Uint8Array.of(CLUSTER.length),
    Buffer.from(CLUSTER),
    beat.subarray(0, 36),
    lb1.public.signKey,
    lb1.public.boxKey,
    lb2.public.signKey,
    lb2.public.boxKey,
    encodeBody(bodyOf()),
  ]);
  assert.ok(nacl.sign.detached.verify(signedText, plain.subarray(0, 64), lb1.public.signKey));
  assert.deepEqual(plain.subarray(64), encodeBody(bodyOf()));
});

test('frame: each direction has a key of its own', () => {
  const keys = [
    directionOf('lb1', 'lb2'),
    directionOf('lb2', 'lb1'),
    directionOf('lb1', 'lb3'),
    directionOf('lb1', 'lb2', 'silver'),
  ].map(({ boxKey }) => toHex(boxKey));
  assert.equal(new Set(keys).size, keys.length);
});

test('frame: a cluster name that does not fit its length byte is refused, not cut', () => {
  const { lb1, lb2 } = actors;
  assert.ok(directionsBetween(lb1, lb2.public, 'x'.repeat(255)));
  assert.throws(() => directionsBetween(lb1, lb2.public, 'x'.repeat(256)), RangeError);
});

test('frame: tweetnacl and OpenSSL make the same signatures and accept each other', () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(seed, fc.uint8Array({ maxLength: 300 }), (signSeed, message) => {
      const pair = nacl.sign.keyPair.fromSeed(signSeed);
      const secret = createPrivateKey({
        key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), signSeed]),
        format: 'der',
        type: 'pkcs8',
      });
      const ours = new Uint8Array(sign(null, message, secret));
      assert.deepEqual(ours, nacl.sign.detached(message, pair.secretKey));
      assert.ok(nacl.sign.detached.verify(message, ours, pair.publicKey));
      assert.ok(verify(null, message, createPublicKey(secret), ours));
      ours[0]! ^= 1;
      assert.equal(nacl.sign.detached.verify(message, ours, pair.publicKey), false);
      assert.equal(verify(null, message, createPublicKey(secret), ours), false);
    }),
    { numRuns: 20 },
  );
});

test('frame: signs what RFC 8032 signs', () => {
  // 7.1, TEST 2.
  const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const secret = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const expected =
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
    '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
  assert.equal(sign(null, Uint8Array.of(0x72), secret).toString('hex'), expected);
  const pair = nacl.sign.keyPair.fromSeed(seed);
  assert.equal(toHex(nacl.sign.detached(Uint8Array.of(0x72), pair.secretKey)), expected);
});

test('nonce: differs when entropy, either clock, recipient or body differs, and only then', () => {
  const random = new Uint8Array(32).fill(5);
  const clocks = { wallMs: 1_700_000_000_000, monoMs: 12_345.5 };
  const body = encodeBody(bodyOf());
  const direction = directionOf('lb1', 'lb2');
  const nonceOf = (change: {
    random?: Uint8Array;
    clocks?: { wallMs: number; monoMs: number };
    body?: Uint8Array;
    direction?: typeof direction;
  }): string =>
    toHex(
      deriveNonce(
        change.direction ?? direction,
        change.random ?? random,
        change.clocks ?? clocks,
        change.body ?? body,
      ),
    );
  const first = nonceOf({});
  assert.equal(first.length, 48);
  assert.equal(nonceOf({}), first);
  const others = [
    nonceOf({ random: new Uint8Array(32).fill(6) }),
    nonceOf({ clocks: { ...clocks, wallMs: clocks.wallMs + 1 } }),
    nonceOf({ clocks: { ...clocks, monoMs: 12_345.6 } }),
    nonceOf({ body: encodeBody(bodyOf({ seq: 4_322 })) }),
    nonceOf({ direction: directionOf('lb1', 'lb3') }),
    nonceOf({ direction: directionOf('lb3', 'lb2') }),
  ];
  assert.equal(new Set([first, ...others]).size, others.length + 1);
});

test('nonce: does not hand out the memory behind it', () => {
  const nonce = deriveNonce(directionOf('lb1', 'lb2'), new Uint8Array(32), { wallMs: 1, monoMs: 1 }, beat);
  assert.equal(nonce.length, 24);
  assert.equal(sealFrame(encodeBody(bodyOf()), nonce, directionOf('lb1', 'lb2')).length, 244);
});

test('frame: a hello is longer than 512 bytes, an answer to it only as long as it must be', () => {
  assert.equal(sealAs(helloOf(), 'hello').length, 564);
  assert.equal(sealAs(helloOf({ answer: true }), 'answer').length, 244);
  const groups = Array.from({ length: 12 }, (_, index) => groupOf(`group-${index}`));
  assert.equal(sealAs(helloOf({ groups, groupsInAll: 12 }), 'hello').length, 564);
  assert.equal(sealAs(helloOf({ answer: true, groups, groupsInAll: 40 }), 'answer').length, 564);
});
