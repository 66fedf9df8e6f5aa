import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import type { NodeSettings } from '../../src/core/settings.ts';
import type { NodeId, NodeName } from '../../src/core/units.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { openFrame, sealFrame } from '../../src/wire/frame.ts';
import { identityFrom, type SecretIdentity } from '../../src/wire/identity.ts';
import { makeKeyring, type KeyFacts, type Keyring } from '../../src/wire/keyring.ts';
import { bodyOf, nonceOf } from './parties.ts';

const seedOf = (words: string): Uint8Array => createHash('sha512').update(words).digest().subarray(0, 32);
const identity = (name: string): SecretIdentity =>
  identityFrom({ signSeed: seedOf(`${name} sign`), boxSecret: seedOf(`${name} box`) });

const old1 = identity('lb1, old');
const new1 = identity('lb1, new');
const old2 = identity('lb2, old');
const new2 = identity('lb2, new');
const only3 = identity('lb3');

const lb1 = 'lb1' as NodeName;
const lb2 = 'lb2' as NodeName;
const lb3 = 'lb3' as NodeName;
const stranger = identity('stranger').public.id;

const node = (name: NodeName, ...keys: readonly SecretIdentity[]): NodeSettings => ({
  name,
  keys: keys.map((key) => key.public),
  paths: [],
  priority: 100,
});
const ringOf = (own: readonly SecretIdentity[], nodes: readonly NodeSettings[], self = lb1): Keyring =>
  makeKeyring(own, nodes, self, 'test');

const rotating = [node(lb1, new1, old1), node(lb2, new2, old2), node(lb3, only3)];
const ring = ringOf([new1, old1], rotating);

const open: KeyFacts = { namedOurKey: undefined, signedWith: undefined, isOpen: true, seq: 1 };
const chosen = (facts: Partial<KeyFacts>, peer = lb2, from = ring): readonly [NodeId, NodeId] => {
  const { sender, recipient } = from.outbound(peer, { ...open, ...facts });
  return [sender, recipient];
};
const ids = (ours: SecretIdentity, theirs: SecretIdentity): readonly [NodeId, NodeId] => [
  ours.public.id,
  theirs.public.id,
];

test('keyring: a sender is known by each of its ids, and we by each of ours', () => {
  const names = [new1, old1, new2, old2, only3].map((one) => ring.nodeOf(one.public.id));
  assert.deepEqual(names, [lb1, lb1, lb2, lb2, lb3]);
  assert.equal(ring.nodeOf(stranger), undefined);
});

test('keyring: one way in per identity of ours, none for a stranger, none for ourselves', () => {
  assert.equal(ring.inbound(new1.public.id), 'self');
  assert.equal(ring.inbound(old1.public.id), 'self');
  assert.deepEqual(ring.inbound(stranger), []);
  const ways = ring.inbound(old2.public.id);
  assert.ok(ways !== 'self');
  assert.deepEqual(
    ways.map(({ sender, recipient }) => [sender, recipient]),
    [
      [old2.public.id, new1.public.id],
      [old2.public.id, old1.public.id],
    ],
  );
});

test('keyring: our identity is ours before the config lists it', () => {
  const before = ringOf([new1, old1], [node(lb1, old1), node(lb2, old2)]);
  assert.equal(before.inbound(new1.public.id), 'self');
  assert.equal(before.nodeOf(new1.public.id), lb1);
});

const rows: readonly { name: string; facts: Partial<KeyFacts>; chosen: readonly [NodeId, NodeId] }[] = [
  { name: 'nothing said yet: the older ones', facts: {}, chosen: ids(old1, old2) },
  {
    name: 'it knows our newest and signs with its newest',
    facts: { namedOurKey: new1.public.id, signedWith: new2.public.id },
    chosen: ids(new1, new2),
  },
  {
    name: 'it knows our newest and has only its older one',
    facts: { namedOurKey: new1.public.id, signedWith: old2.public.id },
    chosen: ids(new1, old2),
  },
  {
    name: 'its config is the old one: it knows our older and has its newest',
    facts: { namedOurKey: old1.public.id, signedWith: new2.public.id },
    chosen: ids(old1, new2),
  },
  {
    name: 'it names and signs with what we do not have',
    facts: { namedOurKey: stranger, signedWith: stranger },
    chosen: ids(old1, old2),
  },
];
for (const row of rows) {
  test(`keyring, keys of a frame: ${row.name}`, () => assert.deepEqual(chosen(row.facts), row.chosen));
}

test('keyring: without a session the pairs take turns, on every path', () => {
  for (let paths = 1; paths <= 8; paths++) {
    for (let path = 0; path < paths; path++) {
      const seen = new Set<string>();
      for (let frame = 0; frame < 16; frame++) {
        seen.add(chosen({ isOpen: false, seq: 1 + path + paths * frame }).join());
      }
      assert.equal(seen.size, 4, `path ${path} of ${paths}`);
    }
  }
});

test('keyring: with one identity each there is nothing to choose', () => {
  const alone = ringOf([new1], [node(lb1, new1), node(lb3, only3)]);
  for (let seq = 1; seq <= 100; seq++) {
    assert.deepEqual(chosen({ isOpen: seq % 2 === 0, seq }, lb3, alone), ids(new1, only3));
  }
});

test('keyring: what one node seals the other opens, whatever pair was chosen', () => {
  const other = ringOf([new2, old2], rotating, lb2);
  for (const namedOurKey of [new1.public.id, old1.public.id]) {
    for (const signedWith of [new2.public.id, old2.public.id]) {
      const direction = ring.outbound(lb2, { ...open, namedOurKey, signedWith });
      const frame = sealFrame(encodeBody(bodyOf()), nonceOf('keyring'), direction);
      const opened = openFrame(frame, other.inbound);
      assert.ok(opened.ok, opened.ok ? '' : opened.reject);
      assert.deepEqual([opened.from, opened.to], [namedOurKey, signedWith]);
      assert.ok(opened.verify());
    }
  }
});

test('keyring: a retired identity opens nothing any more', () => {
  const after = ringOf([new2], [node(lb1, new1), node(lb2, new2)], lb2);
  const sealed = (namedOurKey: NodeId, signedWith: NodeId): string => {
    const direction = ring.outbound(lb2, { ...open, namedOurKey, signedWith });
    const opened = openFrame(sealFrame(encodeBody(bodyOf()), nonceOf('retired'), direction), after.inbound);
    return opened.ok ? 'ok' : opened.reject;
  };
  assert.equal(sealed(new1.public.id, new2.public.id), 'ok');
  assert.equal(sealed(old1.public.id, new2.public.id), 'unknown-sender');
  assert.equal(sealed(new1.public.id, old2.public.id), 'box');
});

test('keyring: equal identities are refused, with the nodes that have them', () => {
  const refusal = (message: RegExp) => ({ name: 'OperatorError', code: 'KEY_INVALID', message });
  assert.throws(
    () => ringOf([new1], [node(lb1, new1), node(lb2, old2), node(lb3, old2)]),
    refusal(/lb2 and lb3 have the same identity/),
  );
  assert.throws(
    () => ringOf([old2], [node(lb1, new1), node(lb2, old2)]),
    refusal(/lb2 and lb1 have the same/),
  );
  assert.throws(
    () => ringOf([new1, new1], [node(lb1, new1), node(lb2, old2)]),
    refusal(/stands twice at lb1/),
  );
  assert.throws(
    () => ringOf([new1], [node(lb1, new1), node(lb2, old2, old2)]),
    refusal(/stands twice at lb2/),
  );
});

test('keyring: asking for keys towards nobody is a mistake of ours', () => {
  assert.throws(() => ring.outbound(lb1, open), RangeError);
  assert.throws(() => ring.outbound('lb9' as NodeName, open), RangeError);
});
