import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostFindings, type HostInterfaces } from '../../src/config/host-rules.ts';
import { keysIn } from '../../src/config/key-list.ts';
import { parseSettings } from '../../src/config/load.ts';
import { findSelf } from '../../src/config/self.ts';
import { vipsOn } from '../../src/config/vips-on.ts';
import type { NodeName } from '../../src/core/units.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { fingerprintOf } from '../../src/wire/public-line.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { identities, lines, pair, pairWith } from './example-file.ts';

const settingsOf = (text: string) => parseSettings(text, 'sealbeat.yaml').settings;
const digest = (text: string): string => settingsOf(text).digest;
const good = settingsOf(pair);

// The digest goes over the wire: of one file it must be the same in every release that has the same wire version.
test('digest: the golden one', () => assert.equal(digest(pair), '20eee2453ee58637'));

const same: readonly [name: string, text: string][] = [
  ['comments and blank lines', pair.replaceAll('\n', '   # why\n\n')],
  ['quotes', pairWith(['mail', '"mail"'], ['eth0', "'eth0'"])],
  [
    'defaults written out',
    pairWith(
      ['timeout: 3s', 'timeout: 3s\n  startup: 6s\n  unproven: 60s'],
      ['vips', 'adapter: auto\n    failback: {}\n    announce: { refresh: 1m }\n    vips'],
    ),
  ],
  ['defaults left out', pair.replace(/heartbeat:[^]*lease: 1s\n/, '')],
  ['other words for the same time', pairWith(['250ms', '0.25s'], ['3s', '3000ms'])],
  ['an interface for each node', pairWith(['eth0', '{ lb2: eth0, lb1: eth0 }'])],
  [
    'an interface at each address',
    pairWith(
      ['    interface: eth0\n', ''],
      ['10.10.10.42', '{ address: 10.10.10.42, interface: eth0 }'],
      ['"2001:db8::42"', '{ address: "2001:db8::42", interface: { lb1: eth0, lb2: eth0 } }'],
    ),
  ],
  [
    'the order of addresses, and their spelling',
    pairWith(['[10.10.10.42, "2001:db8::42"]', '["2001:DB8:0::42/128", 10.10.10.42/32]']),
  ],
  ['a default port left out', pairWith(['10.1:7112', '10.1'])],
  ["a priority that repeats the node's", pairWith(['vips', 'priority: { lb1: 101 }\n    vips'])],
  ['a key in a list of one, with a comment', pairWith([`key: ${lines.lb1}`, `keys: ['${lines.lb1} lb1']`])],
  ['the order of sections and nodes', `groups:${pair.split('groups:')[1]}${pair.split('groups:')[0]}`],
];
for (const [name, text] of same)
  test(`digest: does not change with ${name}`, () => assert.equal(digest(text), digest(pair)));

const different: readonly [name: string, from: string, to: string][] = [
  ['the cluster', 'mail', 'mails'],
  ['the interval', '250ms', '251ms'],
  ['the timeout', 'timeout: 3s', 'timeout: 4s'],
  ['the start', 'timeout: 3s', 'timeout: 3s\n  startup: 7s'],
  ['the patience with the unproven', 'timeout: 3s', 'timeout: 3s\n  unproven: 61s'],
  ['the lease', 'lease: 1s', 'lease: off'],
  ['a key', lines.lb2, lines.lb3],
  ['a second key', `key: ${lines.lb2}`, `keys: [${lines.lb2}, ${lines.lb3}]`],
  ['a path', '10.10.10.1:7112', '10.10.10.1:7113'],
  ['a node priority', '101', '102'],
  ['a group priority', 'vips', 'priority: { lb2: 120 }\n    vips'],
  ['an interface', 'eth0', '{ lb1: eth0, lb2: eth1 }'],
  ['an address', '10.10.10.42', '10.10.10.43'],
  ['a prefix length', '10.10.10.42', '10.10.10.42/24'],
  ['a label', '10.10.10.42', '{ address: 10.10.10.42, label: "eth0:a" }'],
  ['the adapter', 'vips', 'adapter: linux\n    vips'],
  ['the failback', 'vips', 'failback: { mode: manual }\n    vips'],
  ['the delay', 'vips', 'failback: { delay: 11s }\n    vips'],
  ['the announcing', 'vips', 'announce: { method: none }\n    vips'],
  ['the refreshing', 'vips', 'announce: { refresh: 61s }\n    vips'],
  ['the name of a group', 'web', 'www'],
];
for (const [name, from, to] of different) {
  test(`digest: changes with ${name}`, () => assert.notEqual(digest(pairWith([from, to])), digest(pair)));
}

test('digest: the order of keys and of paths has a meaning', () => {
  const both = (order: readonly string[]) => pairWith([`key: ${lines.lb1}`, `keys: [${order.join(', ')}]`]);
  assert.notEqual(digest(both([lines.lb1, lines.lb3])), digest(both([lines.lb3, lines.lb1])));
});

test('self: a node finds itself by any of its keys', () => {
  assert.equal(findSelf(good, [identities.lb2]).name, 'lb2');
  assert.equal(
    findSelf(good, [identities.lb3, identities.lb1]).name,
    'lb1',
    'a rotation that the config has not seen',
  );
  const rotating = settingsOf(pairWith([`key: ${lines.lb2}`, `keys: [${lines.lb3}, ${lines.lb2}]`]));
  assert.equal(findSelf(rotating, [identities.lb2]).name, 'lb2');
});

test('self: an unknown node is told the very command', () => {
  assert.throws(() => findSelf(good, [identities.lb3]), {
    code: 'IDENTITY_UNKNOWN',
    message: `no node of the config has this node's key, which has the fingerprint ${fingerprintOf(identities.lb3.public)}`,
    hint: `if it shall be one of lb1, lb2: sealbeat key trust NODE ${lines.lb3}`,
  });
});

test('self: identities of two nodes in one file are refused', () => {
  assert.throws(() => findSelf(good, [identities.lb1, identities.lb2]), {
    code: 'IDENTITY_UNKNOWN',
    message: /two nodes of the config, lb1 and lb2/,
  });
});

const [lb1, lb2] = ['lb1', 'lb2'] as NodeName[];
assert.ok(lb1 && lb2);

test('vips: a group as a node would hold it', () => {
  const { groups } = settingsOf(
    pairWith(['interface: eth0', 'interface: { lb1: eth0, lb2: ens3 }'], ['10.10.10.42', '10.10.10.42/24']),
  );
  const [web] = groups;
  assert.ok(web);
  assert.deepEqual(vipsOn(web, lb2), [
    { address: '10.10.10.42', family: 4, prefixLength: 24, link: 'ens3', label: '' },
    { address: '2001:db8::42', family: 6, prefixLength: 128, link: 'ens3', label: '' },
  ]);
});

test('vips: a node with an interface for one address of two cannot hold any', () => {
  const { groups } = settingsOf(
    pairWith(['10.10.10.42', '{ address: 10.10.10.42, interface: { lb1: eth0 } }']),
  );
  const [web] = groups;
  assert.ok(web);
  assert.equal(vipsOn(web, lb1).length, 2);
  assert.deepEqual(vipsOn(web, lb2), []);
});

const host = (...addresses: [name: string, address: string, prefixLength: number][]): HostInterfaces => {
  const byName = [...Map.groupBy(addresses, ([name]) => name)];
  return new Map(
    byName.map(([name, all]) => [name, all.map(([, address, prefixLength]) => ({ address, prefixLength }))]),
  );
};
const eth0 = (...addresses: [address: string, prefixLength: number][]): HostInterfaces =>
  host(
    ['lo', '127.0.0.1', 8],
    ...addresses.map(([address, length]) => ['eth0', address, length] as [string, string, number]),
  );

const onHost: readonly {
  name: string;
  text?: string;
  platform?: string;
  promotes?: boolean;
  interfaces: HostInterfaces;
  findings: readonly RegExp[];
}[] = [
  { name: 'all is well', interfaces: eth0(['10.10.10.1', 24], ['2001:db8::1', 64]), findings: [] },
  {
    name: 'the interface is missing',
    interfaces: host(['ens3', '10.10.10.1', 24], ['lo', '127.0.0.1', 8]),
    findings: [
      /^warning vips 0: eth0 is not up with an address on this host; there are ens3$/,
      /^warning vips 1/,
    ],
  },
  {
    name: 'a network is missing',
    interfaces: eth0(['10.10.11.1', 24], ['2001:db8::1', 64]),
    findings: [/^warning vips 0: 10.10.10.42 is in no network of eth0 \(10.10.11.1\/24\)/],
  },
  {
    name: 'a family is missing',
    interfaces: eth0(['10.10.10.1', 24]),
    findings: [/^warning vips 1: .* in no network of eth0 \(no IPv6 address\)/],
  },
  {
    name: 'the addresses are here already, alone',
    interfaces: eth0(['10.10.10.42', 32], ['2001:db8::42', 128]),
    findings: [/vips 0: .*\(no IPv4 address\)/, /vips 1/],
  },
  {
    name: 'a length brings its own network',
    text: pairWith(['10.10.10.42', '10.10.10.42/24']),
    interfaces: eth0(['2001:db8::1', 64]),
    promotes: true,
    findings: [],
  },
  {
    name: 'a primary address would stay when the agent is killed',
    text: pairWith(['10.10.10.42', '10.10.10.42/24'], ['2001:db8::42', '2001:db8::42/64']),
    interfaces: eth0(['2001:db8::1', 64]),
    findings: [
      /^warning vips 0: 10.10.10.42\/24 has neither lease nor guard on eth0: .*; write 10.10.10.42\/32, or set net.ipv4.conf.eth0.promote_secondaries=1$/,
    ],
  },
  {
    name: 'a loopback interface is routed to',
    text: pairWith(['eth0', 'lo']),
    interfaces: eth0(),
    findings: [],
  },
  {
    name: 'the simulated adapter has no interface',
    text: pairWith(['eth0', '/run/x\n    adapter: simulated']),
    interfaces: eth0(),
    findings: [],
  },
  {
    name: 'the adapter is of another system',
    text: pairWith(['vips', 'adapter: linux\n    vips']),
    platform: 'sunos',
    interfaces: eth0(),
    findings: [/^error vips 0: the adapter linux cannot work here: this host runs sunos/, /^error vips 1/],
  },
  {
    name: 'a name is too long for this system',
    text: pairWith(['eth0', 'e1234567890123456']),
    interfaces: eth0(),
    findings: [/^error vips 0: .*too long for an interface of Linux/, /^error vips 1/],
  },
];
for (const { name, text = pair, platform = 'linux', promotes = false, interfaces, findings } of onHost) {
  test(`host: ${name}`, () => {
    const settings = settingsOf(text);
    const found = hostFindings(settings, findSelf(settings, [identities.lb1]), {
      ...{ platform, interfaces },
      promotesSecondaries: (link) => promotes && link === 'eth0',
    });
    const shown = found.map(
      ({ severity, path, text: sentence }) => `${severity} ${path.slice(2).join(' ')}: ${sentence}`,
    );
    assert.equal(shown.length, findings.length, shown.join('\n'));
    for (const [index, expected] of findings.entries()) assert.match(shown[index] ?? '', expected);
  });
}

test('key list: every key, also of a file that is not complete yet', () => {
  const text = `nodes:\n  b: { keys: [${lines.lb1}, damaged] }\n  a: { key: ${lines.lb2} x }\n  c:\n  d: { key: 3 }\n`;
  const listed = keysIn(text, 'sealbeat.yaml').map((key) => [
    key.node,
    'identity' in key ? key.identity.line : key.problem,
  ]);
  assert.deepEqual(listed, [
    ['b', lines.lb1],
    ['b', 'a public line starts with "sealbeat1", this starts with "damaged"'],
    ['a', lines.lb2],
    ['c', 'there is no key'],
    ['d', 'the key is not text'],
  ]);
  assert.throws(() => keysIn('nodes: [', 'sealbeat.yaml'), { code: 'CONFIG_INVALID' });
  assert.deepEqual(keysIn('', 'sealbeat.yaml'), []);
});

test('digest: two identities are two digests, even if one is unknown to this node', () => {
  const other = makeIdentity(seededRandom('another')).public.line;
  assert.notEqual(digest(pairWith([lines.lb2, other])), digest(pair));
});
