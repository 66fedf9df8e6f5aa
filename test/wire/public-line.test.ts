import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { test } from 'node:test';
import fc from 'fast-check';
import nacl from 'tweetnacl';
import { OperatorError } from '../../src/core/errors.ts';
import { base32Length, fromBase32, toBase32 } from '../../src/wire/base32.ts';
import { identityFrom, makeIdentity } from '../../src/wire/identity.ts';
import { isSmallOrderBoxKey, isSmallOrderSignKey } from '../../src/wire/low-order.ts';
import { fingerprintOf, formatPublicLine, parsePublicLine } from '../../src/wire/public-line.ts';
import { selfSign } from '../../src/wire/self-signature.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

const lb1 = makeIdentity(seededRandom('lb1'));
const lb2 = makeIdentity(seededRandom('lb2'));
const line = lb1.public.line;

// Golden: what an operator has in a config today must be read for ever. The secrets are 32 times 1 and 32 times 2.
const GOLDEN = {
  line: 'sealbeat132yw8ht5p8cetl2jmvknewjawt9xwzdlrk2pyxlnwjyqrdq0dawvarf668xtvvlv0dcvz7q55hrkangzj6zs2rf5gazm5pv8pev86kd472cpg4nhz5gx4c28z93fw9dkykuqvnv3d7mhkwlcufsc6ma2uufus26txf9sevztyuauhfpwpcpgg057fwuhmyjllytvsq7a79aqzxmfqclq',
  id: '850cb0691ba563c0',
  fingerprint: 's5xt q6gm 543u q57g u7gs urr9',
};

test('public line: the golden one stays what it is', () => {
  const { public: identity } = identityFrom({
    signSeed: new Uint8Array(32).fill(1),
    boxSecret: new Uint8Array(32).fill(2),
  });
  assert.deepEqual({ line: identity.line, id: identity.id, fingerprint: fingerprintOf(identity) }, GOLDEN);
});

test('public line: what was made is read back, and says the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (secrets) => {
      const made = identityFrom({ signSeed: secrets.slice(0, 32), boxSecret: secrets.slice(32) }).public;
      assert.deepEqual(parsePublicLine(made.line), made);
    }),
    { numRuns: 20 }, // tweetnacl needs some ms to derive a key pair
  );
});

test('public line: the id is the first half of SHA-512 over both keys, and the fingerprint begins the same', () => {
  const hash = createHash('sha512').update(lb1.public.signKey).update(lb1.public.boxKey).digest();
  assert.equal(lb1.public.id, hash.toString('hex').slice(0, 16));
  assert.equal(fingerprintOf(lb1.public).replaceAll(' ', ''), toBase32(hash.subarray(0, 15)));
  assert.match(fingerprintOf(lb1.public), /^[a-z0-9]{4}( [a-z0-9]{4}){5}$/);
});

test('public line: tweetnacl makes the same signature as OpenSSL', () => {
  const keys = lb1.public;
  const text = Buffer.concat([Buffer.from('sealbeat 1 identity'), keys.signKey, keys.boxKey]);
  const { secretKey } = nacl.sign.keyPair.fromSeed(lb1.signSeed);
  assert.deepEqual(selfSign(lb1.signSeed, keys), nacl.sign.detached(text, secretKey));
});

test('public line: one word, so that a double click takes all of it', () => {
  assert.match(line, /^sealbeat1[ac-hj-np-z02-9]{212}$/);
});

for (const [name, text] of [
  ['blanks around it', `  ${line}\r\n`],
  ['a word of comment', `${line} lb1`],
  ['a tab and a comment that looks like an address', `${line}\troot@lb1`],
] as const) {
  test(`public line: read with ${name}`, () => {
    assert.deepEqual(parsePublicLine(text), lb1.public);
  });
}

/** A line whose checksum is right, whatever its content. */
const lineOf = (
  keys: { signKey: Uint8Array; boxKey: Uint8Array },
  signature = selfSign(lb1.signSeed, keys),
): string => formatPublicLine(keys, signature);

const order8 = Buffer.from('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', 'hex');
const neutral = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
const flipped = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'q' ? 'p' : 'q') + text.slice(at + 1);
const secretLine = `sealbeat-secret1${'q'.repeat(109)}`;

const refusals: readonly { name: string; text: string; message: RegExp }[] = [
  { name: 'nothing', text: ' \n', message: /^the public line is empty$/ },
  {
    name: 'an ssh key',
    text: 'ssh-ed25519 AAAA',
    message: /starts with "sealbeat1", this starts with "ssh-ed25519"/,
  },
  { name: 'a secret key', text: secretLine, message: /this is a SECRET key/ },
  {
    name: 'a later version',
    text: line.replace('sealbeat1', 'sealbeat2'),
    message: /of version 2; this sealbeat knows version 1/,
  },
  { name: 'upper case', text: line.toUpperCase(), message: /written in lower case/ },
  { name: 'the prefix alone', text: 'sealbeat1', message: /cut short: 9 of 221 characters, 212 missing/ },
  {
    name: 'one character missing',
    text: line.slice(0, -1),
    message: /cut short: 220 of 221 characters, 1 missing/,
  },
  {
    name: 'one character too many',
    text: `${line}q`,
    message: /too long: 222 of 221 characters, 1 too many/,
  },
  { name: 'a full stop behind it', text: `${line}.`, message: /has "\." as character 222/ },
  {
    name: 'a letter that is in no line',
    text: `sealbeat1o${line.slice(10)}`,
    message: /has "o" as character 10/,
  },
  {
    name: 'a control character',
    text: `sealbeat1\u001b${line.slice(10)}`,
    message: /has "\?" as character 10/,
  },
  {
    name: 'two words of comment',
    text: `${line} load balancer`,
    message: /text behind the public line: "balancer"/,
  },
  { name: 'two lines', text: `${line}\n${lb2.public.line}`, message: /two public lines/ },
  { name: 'a wrong character', text: flipped(line, 100), message: /checksum .* is wrong: there is a typo/ },
  {
    name: 'two neighbours swapped',
    text: line.replace(/(qp|pq|[^1]{2})$/, (pair) => [...pair].reverse().join('')),
    message: /checksum/,
  },
  {
    name: 'the box key of another node',
    text: lineOf(
      { signKey: lb1.public.signKey, boxKey: lb2.public.boxKey },
      selfSign(lb1.signSeed, lb1.public),
    ),
    message: /signature .* does not match/,
  },
  {
    name: 'halves swapped',
    text: lineOf({ signKey: lb1.public.boxKey, boxKey: lb1.public.signKey }),
    message: /signature .* does not match/,
  },
  {
    name: "another node's signature",
    text: lineOf(lb1.public, selfSign(lb2.signSeed, lb1.public)),
    message: /signature .* does not match/,
  },
  {
    name: 'a box key of zeros',
    text: lineOf({ signKey: lb1.public.signKey, boxKey: new Uint8Array(32) }),
    message: /the box key .* small order/,
  },
  {
    name: 'a box key of order 8, well signed',
    text: lineOf({ signKey: lb1.public.signKey, boxKey: order8 }),
    message: /the box key .* small order/,
  },
  {
    name: 'a signing key of order 1',
    text: lineOf({ signKey: neutral, boxKey: lb1.public.boxKey }),
    message: /the signing key .* small order/,
  },
];
for (const { name, text, message } of refusals) {
  test(`public line: refused: ${name}`, () => {
    assert.throws(
      () => parsePublicLine(text),
      (error: unknown) => {
        assert.ok(error instanceof OperatorError);
        assert.equal(error.code, 'KEY_INVALID');
        assert.match(error.message, message);
        assert.ok(error.hint.length > 10, 'says what to do next');
        assert.doesNotMatch(error.message + error.hint, /[\u0000-\u001f]|qqqqqqqqqqqqqqqqqqqq/);
        return true;
      },
    );
  });
}

test('public line: any single character changed is refused', () => {
  for (let at = 0; at < line.length; at++)
    assert.throws(() => parsePublicLine(flipped(line, at)), { code: 'KEY_INVALID' });
});

test('public line: any cut is refused', () => {
  for (let length = 0; length < line.length; length++) {
    assert.throws(() => parsePublicLine(line.slice(0, length)), { code: 'KEY_INVALID' });
  }
});

test('public line: any text at all is read or refused with KEY_INVALID', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map((tail) => `sealbeat1${tail}`),
      ),
      (text) => {
        assert.throws(() => parsePublicLine(text), { code: 'KEY_INVALID' });
      },
    ),
  );
});

test('base32: every byte string comes back, and only from its one text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = toBase32(bytes);
      assert.equal(text.length, base32Length(bytes.length));
      assert.deepEqual(fromBase32(text), bytes);
    }),
  );
  assert.equal(fromBase32('qp'), undefined, 'a filling bit that is set');
});

const littleEndian = (value: bigint): Uint8Array =>
  new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
const P = 2n ** 255n - 19n;

test('small order: what the list says about X25519 is what the curve does', () => {
  const scalar = new Uint8Array(32).fill(77);
  for (const value of [0n, 1n, P - 1n, P, P + 1n]) {
    const point = littleEndian(value);
    assert.ok(isSmallOrderBoxKey(point));
    assert.deepEqual(nacl.scalarMult(scalar, point), new Uint8Array(32));
    point[31] = (point[31] ?? 0) | 0x80; // X25519 doesn't look at this bit
    assert.ok(isSmallOrderBoxKey(point));
  }
  assert.deepEqual(nacl.scalarMult(scalar, order8), new Uint8Array(32));
  for (const value of [2n, 9n, P - 2n]) assert.ok(!isSmallOrderBoxKey(littleEndian(value)));
});

test('small order: with such a signing key anybody signs, which is why it is refused', () => {
  const forgery = new Uint8Array([...neutral, ...new Uint8Array(32)]); // R neutral, S = 0: needs no secret
  const order8 = [
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ].map((y) => new Uint8Array(Buffer.from(y, 'hex')));
  for (const point of [...order8, ...[0n, 1n, P - 1n, P, P + 1n].map(littleEndian)]) {
    assert.ok(isSmallOrderSignKey(point));
    const texts = Array.from({ length: 64 }, (_, index) => new Uint8Array([index]));
    // tweetnacl says what the curve does; OpenSSL 3.5 refuses such keys by itself, older ones don't.
    assert.ok(texts.some((text) => nacl.sign.detached.verify(text, forgery, point)));
  }
  for (const key of [lb1.public.signKey, littleEndian(P - 2n)]) assert.ok(!isSmallOrderSignKey(key));
});

test('identity: printing one never shows a secret', () => {
  const secrets = [lb1.signSeed, lb1.boxSecret].map((secret) =>
    Buffer.from(secret).toString('hex').slice(0, 16),
  );
  const shown = inspect(lb1, { depth: 9 }) + JSON.stringify(lb1) + JSON.stringify({ ...lb1 });
  const bytes = [...shown.matchAll(/\d+/g)]
    .map(([number]) => Number(number).toString(16).padStart(2, '0'))
    .join('');
  for (const secret of secrets) assert.ok(!shown.includes(secret) && !bytes.includes(secret));
  assert.ok(shown.includes('signKey'), 'the public half is there');
});
