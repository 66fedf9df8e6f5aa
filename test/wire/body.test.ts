import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { groupOf } from '../../scripts/vectors/actors.ts';
import { GROUPS_PER_HELLO_ANSWER } from '../../src/core/node/compose.ts';
import type { NodeId } from '../../src/core/units.ts';
import { decodeBody, encodeBody } from '../../src/wire/body.ts';
import { BODY, GROUP_BYTES, HELLO_BODY_BYTES } from '../../src/wire/layout.ts';
import { anyBody } from './any-body.ts';
import { bodyOf } from './parties.ts';

test('body: what is encoded is decoded', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      const bytes = encodeBody(body);
      assert.equal(bytes.length % 64, 0);
      assert.ok(bytes.length >= 128 && bytes.length <= 1_088);
      assert.deepEqual(decodeBody(bytes), body);
    }),
    { numRuns: 500 },
  );
});

const zeroFrom = (bytes: Uint8Array, from: number): boolean =>
  bytes.subarray(from).every((byte) => byte === 0);

/** Re-encoding gives the same bytes up to the groups' end; behind it come extensions, or padding of another length. */
function assertSameMeaning(bytes: Uint8Array): boolean {
  const body = decodeBody(bytes);
  if (body === undefined) return false;
  const again = encodeBody(body);
  const used = BODY.groups + body.groups.length * GROUP_BYTES;
  assert.deepEqual(again.subarray(0, used), bytes.subarray(0, used));
  const parts = body.configParts.length === 0 ? 0 : 2 + 4 * body.configParts.length;
  const asks = body.asksFor.length === 0 ? 0 : 2 + 8 * body.asksFor.length;
  assert.ok(zeroFrom(again, used + parts + asks));
  assert.deepEqual(decodeBody(again), body);
  return true;
}

test('body: arbitrary bytes never throw, and what is decoded is encoded to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_200 }), (bytes) => void assertSameMeaning(bytes)),
    { numRuns: 1_000 },
  );
});

test('body: a good one with a few bytes changed never throws, and says the same when it still says something', () => {
  let decoded = 0;
  const change = fc.record({ at: fc.nat(1_087), to: fc.nat(255) });
  fc.assert(
    fc.property(anyBody, fc.array(change, { minLength: 1, maxLength: 4 }), (body, changes) => {
      const bytes = encodeBody(body);
      for (const { at, to } of changes) bytes[at % bytes.length] = to;
      if (assertSameMeaning(bytes)) decoded += 1;
    }),
    { numRuns: 1_000 },
  );
  assert.ok(decoded > 50, `only ${decoded} of 1,000 were bodies: the property tells nothing`);
});

test('body: an extension is skipped, whatever it holds', () => {
  const extension = fc.record({
    // Types 2 and 3 are known: digests of the config's parts, groups that are asked for.
    type: fc.integer({ min: 1, max: 255 }).filter((type) => type !== 2 && type !== 3),
    value: fc.uint8Array({ maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(extension, { maxLength: 8 }), (extensions) => {
      const body = bodyOf();
      const tail = extensions.flatMap(({ type, value }) => [type, value.length, ...value]);
      const bytes = new Uint8Array(Math.ceil((120 + tail.length) / 64) * 64);
      bytes.set(encodeBody(body).subarray(0, 120));
      bytes.set(tail, 120);
      assert.deepEqual(decodeBody(bytes), body);
    }),
    { numRuns: 200 },
  );
});

test('body: only multiples of 64 from 128 to 1,088', () => {
  const full = encodeBody(bodyOf({ groupsInAll: 0, groups: [] }));
  for (let length = 0; length <= 1_200; length++) {
    const bytes = new Uint8Array(length);
    bytes.set(full.subarray(0, Math.min(length, full.length)));
    const allowed = length % 64 === 0 && length >= 128 && length <= 1_088;
    assert.equal(decodeBody(bytes) !== undefined, allowed, `${length} bytes`);
  }
});

test('body: a number that does not fit is refused when it is encoded, not cut', () => {
  const changes = [
    { versionMax: 256 },
    { path: -1 },
    { path: 0.5 },
    { intervalUs: 2 ** 32 },
    { timeoutUs: Number.NaN },
    { session: 2 ** 53 },
    { seq: -1 },
    { sentUs: 1.5 },
    { ack: Number.POSITIVE_INFINITY },
    { ackDelayUs: 2 ** 53 },
    { ackedLow: -1 },
    { ackedHigh: 2 ** 32 },
    { promiseMs: 65_536 },
    { groupsInAll: 65_536 },
    { echo: '00' },
    { digest: '' },
    { yourKey: 'not hex, not hex' as NodeId },
    { groups: [groupOf('web', { priority: 256 })] },
    { groups: [groupOf('web', { freezeCounter: 65_536 })] },
    { groups: [groupOf('web', { epoch: 2 ** 53 })] },
    { groups: Array.from({ length: 36 }, (_, index) => groupOf(`group-${index}`)) },
  ];
  for (const change of changes) {
    assert.throws(() => encodeBody(bodyOf(change)), RangeError, JSON.stringify(change));
  }
});

test('body: core fills a frame, and an answer, exactly as far as the layout allows', () => {
  const fits = (count: number): boolean => BODY.groups + count * GROUP_BYTES <= HELLO_BODY_BYTES;
  assert.ok(fits(GROUPS_PER_HELLO_ANSWER));
  assert.ok(!fits(GROUPS_PER_HELLO_ANSWER + 1));
});

test('body: digests of config parts travel behind the groups, and are left out where they do not fit', () => {
  const configParts = ['01234567', '89abcdef'];
  assert.deepEqual(decodeBody(encodeBody(bodyOf({ configParts })))?.configParts, configParts);
  const groups = Array.from({ length: 35 }, (_, index) => groupOf(`group-${index}`));
  const eight = Array.from({ length: 8 }, () => '00000001');
  const full = decodeBody(encodeBody(bodyOf({ configParts: eight, groups, groupsInAll: 35 })));
  assert.equal(full?.groups.length, 35);
  assert.deepEqual(full?.configParts, []);
});

test('body: groups that are asked for travel behind the parts, as many as a length can say, or none', () => {
  const ids = Array.from({ length: 40 }, (_, index) => groupOf(`group-${index}`).id);
  const body = bodyOf({ configParts: ['01234567'], asksFor: ids.slice(0, 2) });
  assert.deepEqual(decodeBody(encodeBody(body)), body);
  assert.deepEqual(decodeBody(encodeBody(bodyOf({ asksFor: ids })))?.asksFor, ids.slice(0, 31));
  const groups = Array.from({ length: 35 }, (_, index) => groupOf(`group-${index}`));
  const full = decodeBody(encodeBody(bodyOf({ asksFor: ids, groups, groupsInAll: 35 })));
  assert.deepEqual([full?.groups.length, full?.asksFor], [35, []]);
});

test('body: groups that are asked for in a length of no whole ids are not understood, and refuse nothing', () => {
  const bytes = new Uint8Array(192);
  bytes.set(encodeBody(bodyOf()).subarray(0, 120));
  bytes.set([3, 3, 1, 1, 1], 120);
  assert.deepEqual(decodeBody(bytes), bodyOf());
});

for (const { name, tail, parts } of [
  { name: 'two', tail: [2, 8, 0, 0, 0, 1, 0, 0, 0, 2], parts: ['00000001', '00000002'] },
  { name: 'behind an unknown extension', tail: [7, 1, 9, 2, 4, 0, 0, 0, 1], parts: ['00000001'] },
  {
    name: 'of an odd length: not understood, and no reason to refuse the frame',
    tail: [2, 3, 1, 1, 1],
    parts: [],
  },
]) {
  test(`body: digests of config parts, ${name}`, () => {
    const bytes = new Uint8Array(192);
    bytes.set(encodeBody(bodyOf()).subarray(0, 120));
    bytes.set(tail, 120);
    assert.deepEqual(decodeBody(bytes)?.configParts, parts);
  });
}
