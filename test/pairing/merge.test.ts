import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODES_MAX } from '../../src/config/schema.ts';
import { clusterWith } from '../../src/pairing/cluster.ts';
import type { PairLine } from '../../src/pairing/line.ts';
import { knows, newcomersIn, refuseOwnLine, whyNotTogether } from '../../src/pairing/merge.ts';
import { identities } from '../config/example-file.ts';
import { clusterOf, common, member } from './example-cluster.ts';

const [lb1, lb2, lb3] = [member('lb1'), member('lb2'), member('lb3')];
const idOf = (name: keyof typeof identities) => identities[name].public.id;
const answer: PairLine = { common, members: [lb2], known: [idOf('lb1')] };
const namesIn = (line: PairLine, ...members: readonly (typeof lb1)[]) =>
  newcomersIn(line, clusterOf(...members)).map(({ name }) => name);

test('merge: an answer brings one node, and a second time none', () => {
  assert.deepEqual(namesIn(answer, lb1), ['lb2']);
  assert.deepEqual(namesIn(answer, lb1, lb2), []);
});

test('merge: a whole line brings all that are missing', () => {
  assert.deepEqual(namesIn({ common, members: [lb3, lb1, lb2], known: [] }, lb1), ['lb3', 'lb2']);
});

test('merge: two that answered the same node at the same time find together', () => {
  const third: PairLine = { common, members: [lb3], known: [idOf('lb1')] };
  assert.deepEqual(namesIn(third, lb1, lb2), ['lb3']);
  assert.equal(knows(third, lb2), false);
  assert.equal(knows(third, lb1), true);
});

const refusals: readonly { name: string; line: PairLine; says: RegExp }[] = [
  {
    name: 'another cluster',
    line: { ...answer, common: { ...common, cluster: 'mail' } },
    says: /is of cluster "mail"/,
  },
  {
    name: 'another group',
    line: { ...answer, common: { ...common, group: 'db' } },
    says: /the group: lb2 has db/,
  },
  {
    name: 'other addresses',
    line: { ...answer, common: { ...common, vips: ['10.10.10.43'] } },
    says: /virtual addresses: lb2 has 10.10.10.43/,
  },
  {
    name: 'another interval',
    line: { ...answer, common: { ...common, intervalMs: 100 } },
    says: /interval: lb2 has 100ms/,
  },
  {
    name: 'another timeout',
    line: { ...answer, common: { ...common, timeoutMs: 9_000 } },
    says: /timeout: lb2 has 9s/,
  },
  {
    name: 'an answer to somebody else',
    line: { ...answer, known: [idOf('lb3')] },
    says: /answered a node that this config does not know/,
  },
  {
    name: 'the same name with another key',
    line: { ...answer, members: [{ ...lb2, name: 'lb1' }] },
    says: /lb1 has another key here/,
  },
  {
    name: 'the same key with another name',
    line: { ...answer, members: [lb2, { ...lb1, name: 'lb9' }] },
    says: /calls lb9 what this config calls lb1/,
  },
  {
    name: 'the same address',
    line: { ...answer, members: [{ ...lb2, paths: lb1.paths }] },
    says: /lb2 and lb1 have the same address, 10.10.10.1/,
  },
  {
    name: 'the same address over TCP',
    line: { ...answer, members: [{ ...lb2, paths: ['tcp://10.10.10.1:99'] }] },
    says: /have the same address/,
  },
  {
    name: 'a virtual address as its own',
    line: { ...answer, members: [{ ...lb2, paths: ['udp://10.10.10.42:7112'] }] },
    says: /is the address of lb2 itself/,
  },
];
for (const { name, line, says } of refusals) {
  test(`merge: ${name} is refused`, () => {
    assert.throws(() => newcomersIn(line, clusterOf(lb1)), { code: 'REFUSED', message: says });
  });
}

test('merge: the line of this very node is refused', () => {
  assert.throws(() => refuseOwnLine(answer, new Set([idOf('lb2')])), {
    code: 'REFUSED',
    message: /this very node/,
  });
  assert.doesNotThrow(() => refuseOwnLine(answer, new Set([idOf('lb1')])));
});

test('merge: nodes end where a cluster ends', () => {
  const many = Array.from({ length: NODES_MAX }, (_, index) => ({
    ...lb1,
    ...{ name: `n${index}`, paths: [`udp://10.10.10.${index + 1}:7112`] },
  }));
  assert.equal(whyNotTogether(common, many), undefined);
  assert.match(whyNotTogether(common, [...many, lb1]) ?? '', /9 nodes/);
  assert.match(whyNotTogether(clusterWith(common, []), [lb1, { ...lb1 }]) ?? '', /two nodes are called lb1/);
});
