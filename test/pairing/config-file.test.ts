// Goal: all nodes write the same bytes, and a file that somebody has edited keeps every word of theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import { trustKey } from '../../src/keys/trust.ts';
import { clusterWith } from '../../src/pairing/cluster.ts';
import { withMembers } from '../../src/pairing/extend.ts';
import { readCluster } from '../../src/pairing/read.ts';
import { renderConfig } from '../../src/pairing/render.ts';
import { lines } from '../config/example-file.ts';
import { clusterOf, common, member } from './example-cluster.ts';

const [lb1, lb2, lb3] = [member('lb1'), member('lb2'), member('lb3')];
const far = member('lb2', { link: 'e1000g0' });

function readOf(text: string) {
  const read = readCluster(text);
  assert.ok('cluster' in read, JSON.stringify(read));
  return read;
}

const clusters = {
  'a pair': clusterOf(lb1, lb2),
  'mixed interfaces': clusterOf(lb1, far),
  'three nodes': clusterOf(lb1, far, lb3),
  IPv6: clusterWith({ ...common, vips: ['fd77::100', '10.10.10.42/24'] }, [
    member('lb1', { paths: ['tcp://[fd77::1]:99'] }),
    lb2,
  ]),
  'names that YAML takes for numbers': clusterWith({ ...common, cluster: '1e3', group: '007' }, [
    { ...lb1, name: '10' },
    { ...lb2, name: '9' },
  ]),
};
for (const [name, cluster] of Object.entries(clusters)) {
  test(`file: ${name}: nothing to remark, and it reads back as it was`, () => {
    const text = renderConfig(cluster);
    assert.deepEqual(examine(text).problems, []);
    assert.deepEqual(readOf(text), { cluster, saysMore: false });
  });
}

test('file: a single node reads back too, and only the second node is missing', () => {
  const text = renderConfig(clusterOf(lb1));
  assert.deepEqual(readOf(text).cluster, clusterOf(lb1));
  const errors = examine(text).problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(
    errors.map((error) => error.text),
    ['nodes: there is 1 node; a cluster has 2 to 8'],
  );
});

test('file: in whichever order nodes come, the bytes are the same', () => {
  const whole = renderConfig(clusterOf(lb1, far, lb3));
  for (const [a, b, c] of [
    [lb1, far, lb3],
    [lb3, lb1, far],
    [far, lb3, lb1],
  ] as const) {
    const one = clusterOf(a);
    const two = clusterOf(a, b);
    assert.equal(withMembers(withMembers(renderConfig(one), one, [b]), two, [c]), whole);
  }
});

const edits: readonly { name: string; edit: (text: string) => string; added: typeof lb2 }[] = [
  { name: 'a comment', edit: (text) => `${text}# ours\n`, added: lb2 },
  { name: 'a comment, and another interface', edit: (text) => `${text}# ours\n`, added: far },
  { name: 'a policy', edit: (text) => text.replace('mode: auto', 'mode: manual'), added: far },
  { name: 'interfaces by node', edit: (text) => text.replace('eth0', '{ lb1: eth0 }'), added: far },
  { name: 'quotes', edit: (text) => text.replace('eth0', '"eth0"'), added: far },
  { name: 'another priority', edit: (text) => `${text}# ours\n`, added: { ...lb2, priority: 7 } },
];
for (const { name, edit, added } of edits) {
  test(`file: with ${name}, a node is put in between and every other line stays`, () => {
    const before = edit(renderConfig(clusterOf(lb1)));
    const { cluster } = readOf(before);
    const after = withMembers(before, cluster, [added]);
    assert.deepEqual(readOf(after).cluster, clusterOf(lb1, added));
    const kept = before.split('\n').filter((line) => !line.includes('interface: '));
    for (const line of kept) assert.ok(after.split('\n').includes(line), line);
    assert.deepEqual(
      examine(after).problems.filter(({ severity }) => severity === 'error'),
      [],
    );
  });
}

test('file: what no line carries is known', () => {
  const text = renderConfig(clusterOf(lb1, lb2));
  assert.equal(readOf(`${text}# ours\n`).saysMore, false);
  assert.equal(readOf(text.replace('mode: auto', 'mode: manual')).saysMore, true);
  assert.equal(readOf(`lease: 2s\n${text}`).saysMore, true);
});

const foreign: readonly { name: string; text: string; says: RegExp }[] = [
  { name: 'no YAML', text: ':\n- {', says: /^line \d+: / },
  { name: 'empty', text: '', says: /not a good config/ },
  {
    name: 'of two groups',
    text: `${renderConfig(clusterOf(lb1))}  mail:\n    interface: eth0\n    vips: [10.1.1.1]\n`,
    says: /has 2 groups/,
  },
  {
    name: 'in the middle of a change of keys',
    text: renderConfig(clusterOf(lb1)).replace(`key: ${lines.lb1}`, `keys: [${lines.lb1}, ${lines.lb2}]`),
    says: /lb1 has not exactly one key/,
  },
  {
    name: 'of labels',
    text: renderConfig(clusterOf(lb1)).replace(
      '- 10.10.10.42',
      "- { address: 10.10.10.42, label: 'eth0:a' }",
    ),
    says: /labels/,
  },
  {
    name: 'of another adapter',
    text: renderConfig(clusterOf(lb1)).replace('    vips:', '    adapter: simulated\n    vips:'),
    says: /another way/,
  },
];
for (const { name, text, says } of foreign) {
  test(`file: ${name} is not one to go on from`, () => {
    const read = readCluster(text);
    assert.match('problem' in read ? read.problem : 'read', says);
  });
}

test('file: it is at home with the other commands that edit it', () => {
  const text = renderConfig(clusterOf(lb1, far));
  const trusted = trustKey(text, 'lb3', lines.lb3, { paths: ['udp://10.10.10.3:7112'] });
  assert.equal(trusted.change, 'added');
  assert.equal(trustKey(text, 'lb2', lines.lb2).change, 'unchanged');
});
