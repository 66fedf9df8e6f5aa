import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostFindings, type HostInterfaces } from '../../src/config/host-rules.ts';
import { keysIn } from '../../src/config/key-list.ts';
import { parseSettings } from '../../src/config/load.ts';
import { findSelf } from '../../src/config/self.ts';
import { vipsOn } from '../../src/config/vips-on.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { adapterKind } from '../../src/vip/system.ts';
import type { NodeName } from '../../src/core/units.ts';
import { fingerprintOf } from '../../src/wire/public-line.ts';
import { identities, lines, pair, pairWith } from './example-file.ts';

const settingsOf = (text: string) => parseSettings(text, 'sealbeat.yaml').settings;
const good = settingsOf(pair);

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
  platform?: NodeJS.Platform;
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
    findings: [/^error adapter: adapter linux: .* illumos; write `auto`, which is `illumos` here/],
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
      whyNoAdapter(adapter) {
        try {
          return void adapterKind(adapter, platform);
        } catch (error) {
          return error instanceof OperatorError ? `${error.message}; ${error.hint}` : assert.fail();
        }
      },
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
