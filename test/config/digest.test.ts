import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSettings } from '../../src/config/load.ts';
import { CONFIG_PARTS, type ConfigPart } from '../../src/core/settings.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { lines, pair, pairWith } from './example-file.ts';

const settingsOf = (text: string) => parseSettings(text, 'sealbeat.yaml').settings;
const digest = (text: string): string => settingsOf(text).digest;

// The digest goes over the wire: of one file it must be the same in every release that has the same wire version.
test('digest: the golden one', () => assert.equal(digest(pair), '79a1c46a2c0d024a'));

const same: readonly [name: string, text: string][] = [
  ['comments and blank lines', pair.replaceAll('\n', '   # why\n\n')],
  ['quotes', pairWith(['mail', '"mail"'], ['eth0', "'eth0'"])],
  [
    'defaults written out',
    pairWith(
      ['timeout: 3s', 'timeout: 3s\n  startup: 6s\n  unproven: 60s'],
      ['lease: 1s', 'lease: 1s\nrestart: 3s'],
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
  ['what happens when all are unhealthy', 'vips', 'when_all_unhealthy: none\n    vips'],
  ['the damping', 'vips', 'damping: { moves: 7 }\n    vips'],
  ['no damping', 'vips', 'damping: off\n    vips'],
  ['the delay', 'vips', 'failback: { delay: 11s }\n    vips'],
  ['the announcing', 'vips', 'announce: { method: none }\n    vips'],
  ['the refreshing', 'vips', 'announce: { refresh: 61s }\n    vips'],
  ['the name of a group', 'web', 'www'],
  ['a listener', 'lease: 1s', 'lease: 1s\nweb: {}'],
];
for (const [name, from, to] of different) {
  test(`digest: changes with ${name}`, () => assert.notEqual(digest(pairWith([from, to])), digest(pair)));
}

test('digest: the order of keys and of paths has a meaning', () => {
  const both = (order: readonly string[]) => pairWith([`key: ${lines.lb1}`, `keys: [${order.join(', ')}]`]);
  assert.notEqual(digest(both([lines.lb1, lines.lb3])), digest(both([lines.lb3, lines.lb1])));
});

test('digest: two identities are two digests, even if one is unknown to this node', () => {
  const other = makeIdentity(seededRandom('another')).public.line;
  assert.notEqual(digest(pairWith([lines.lb2, other])), digest(pair));
});

/** The pair with probes of several kinds, a fence and an arbiter. */
const watchful = `${pair}    confirm: ["ssh://{peer}", "https://{name}.example.net/x", { command: [/bin/ask, "{peer}"] }]
    witness: [ping://10.10.10.254, "tcp://[fd00::fe]:53"]
    fence: { command: [/bin/fence, "{name}"] }
arbiter: { etcd: http://10.0.0.7:2379, credential: /etc/secret }
`;
const watchfulWith = (from: string, to: string): string => {
  assert.ok(watchful.includes(from), from);
  return watchful.replace(from, () => to);
};

const sameWatchful: readonly [name: string, from: string, to: string][] = [
  [
    'a list of probes as a mapping',
    '[ping://10.10.10.254, "tcp://[fd00::fe]:53"]',
    '{ probes: [ping://10.10.10.254, "tcp://[fd00::fe]:53"], need: 1, timeout: 1s }',
  ],
  [
    'the order of probes',
    'ping://10.10.10.254, "tcp://[fd00::fe]:53"',
    '"tcp://[fd00::fe]:53", ping://10.10.10.254',
  ],
  ['the spelling of a probe', '"tcp://[fd00::fe]:53"', '"tcp://[FD00:0::FE]:53"'],
  ['the default port of a probe', 'ssh://{peer}', 'ssh://{peer}:22'],
  ['the default port of a page', '{name}.example.net/x', '{name}.Example.net:443/x'],
  ['the defaults of a fence and an arbiter', '"{name}"] }', '"{name}"], timeout: 30s }'],
  ['the defaults of an arbiter', 'credential', 'ttl: 10s, timeout: 1s, credential'],
  ['one endpoint as a list', 'http://10.0.0.7:2379', '[http://10.0.0.7]'],
];
for (const [name, from, to] of sameWatchful) {
  test(`digest: does not change with ${name}`, () =>
    assert.equal(digest(watchfulWith(from, to)), digest(watchful)));
}

const partsOf = (text: string) => settingsOf(text).partDigests;
const changedParts = (before: string, now: string): readonly ConfigPart[] =>
  CONFIG_PARTS.filter((part) => partsOf(before)[part] !== partsOf(now)[part]);

// One change of the file, and exactly the parts that it is found in.
const drifts: readonly [name: string, from: string, to: string, parts: readonly ConfigPart[]][] = [
  ['the interval', '250ms', '251ms', ['timing']],
  ['the timeout', 'timeout: 3s', 'timeout: 2900ms', ['timing']],
  ['the start', 'timeout: 3s', 'timeout: 3s\n  startup: 7s', ['timing']],
  ['the patience with the unproven', 'timeout: 3s', 'timeout: 3s\n  unproven: 61s', ['timing']],
  ['the lease', 'lease: 1s', 'lease: 2s', ['timing']],
  ['the restart', 'lease: 1s', 'lease: 1s\nrestart: 2s', ['timing']],
  ['the name of a node', '  lb2:', '  lb3:', ['nodes']],
  [
    'a node more',
    '  lb2:',
    `  lb0: { key: ${lines.lb3}, paths: [udp://a] }\n  lb2:`,
    ['nodes', 'keys', 'paths', 'priorities', 'addresses'],
  ],
  ['a key', lines.lb2, lines.lb3, ['keys']],
  ['a second key', `key: ${lines.lb2}`, `keys: [${lines.lb2}, ${lines.lb3}]`, ['keys']],
  ['the host of a path', '10.10.10.1:7112', '10.10.10.9:7112', ['paths']],
  ['the port of a path', '10.10.10.1:7112', '10.10.10.1:7113', ['paths']],
  ['the transport of a path', 'udp://10.10.10.1', 'tcp://10.10.10.1', ['paths']],
  ['a second path', '10.10.10.1:7112', '10.10.10.1:7112, udp://a', ['paths']],
  ['a node priority', '101', '102', ['priorities']],
  ['a group priority', 'vips', 'priority: { lb2: 120 }\n    vips', ['priorities']],
  ['the name of a group', '  web:', '  www:', ['groups']],
  [
    'a group more',
    'groups:\n',
    'groups:\n  mail: { interface: eth0, vips: [10.10.10.50] }\n',
    ['groups', 'addresses', 'policies'],
  ],
  ['an address', '10.10.10.42', '10.10.10.43', ['addresses']],
  ['a prefix length', '10.10.10.42', '10.10.10.42/24', ['addresses']],
  ['a label', '10.10.10.42', '{ address: 10.10.10.42, label: "eth0:a" }', ['addresses']],
  ['an interface', 'eth0', '{ lb1: eth0, lb2: eth1 }', ['addresses']],
  ['an adapter', 'vips', 'adapter: linux\n    vips', ['addresses']],
  ['the announcing', 'vips', 'announce: { method: none }\n    vips', ['addresses']],
  ['the repetition of it', 'vips', 'announce: { refresh: 61s }\n    vips', ['addresses']],
  ['the failback', 'vips', 'failback: { mode: manual }\n    vips', ['policies']],
  ['the damping', 'vips', 'damping: off\n    vips', ['policies']],
  ['the delay of it', 'vips', 'failback: { delay: 11s }\n    vips', ['policies']],
  ['a confirm less', ', { command: [/bin/ask, "{peer}"] }', '', ['policies']],
  ['the host of a confirm', 'ssh://{peer}', 'ssh://{name}', ['policies']],
  ['the port of a confirm', 'ssh://{peer}', 'ssh://{peer}:23', ['policies']],
  ['the page of a confirm', 'net/x', 'net/y', ['policies']],
  ['the command of a confirm', '/bin/ask, ', '/bin/ask, -v, ', ['policies']],
  [
    'what a confirm does',
    'confirm: ["ssh://{peer}", "https://{name}.example.net/x", { command: [/bin/ask, "{peer}"] }]',
    'confirm: { if_alive: take, probes: ["ssh://{peer}", "https://{name}.example.net/x", { command: [/bin/ask, "{peer}"] }] }',
    ['policies'],
  ],
  [
    'the time of a confirm',
    'confirm: ["ssh://{peer}", "https://{name}.example.net/x", { command: [/bin/ask, "{peer}"] }]',
    'confirm: { timeout: 2s, probes: ["ssh://{peer}", "https://{name}.example.net/x", { command: [/bin/ask, "{peer}"] }] }',
    ['policies'],
  ],
  ['the host of a witness', '10.10.10.254', '10.10.10.253', ['policies']],
  [
    'the need of a witness',
    '[ping://10.10.10.254, "tcp://[fd00::fe]:53"]',
    '{ probes: [ping://10.10.10.254, "tcp://[fd00::fe]:53"], need: 2 }',
    ['policies'],
  ],
  [
    'the time of a witness',
    '[ping://10.10.10.254, "tcp://[fd00::fe]:53"]',
    '{ probes: [ping://10.10.10.254, "tcp://[fd00::fe]:53"], timeout: 2s }',
    ['policies'],
  ],
  ['the command of a fence', '/bin/fence', '/sbin/fence', ['policies']],
  ['the time of a fence', '"{name}"] }', '"{name}"], timeout: 31s }', ['policies']],
  ['the kind of an arbiter', 'etcd', 'consul', ['policies']],
  ['an endpoint of an arbiter', '10.0.0.7:', '10.0.0.8:', ['policies']],
  ['the ttl of an arbiter', 'credential', 'ttl: 11s, credential', ['policies']],
  ['the time of an arbiter', 'credential', 'timeout: 2s, credential', ['policies']],
  ['the authorities of an arbiter', 'credential', 'ca: /etc/ca, credential', ['policies']],
  ['the certificate of an arbiter', 'credential', 'cert: /etc/cert, key: /etc/key, credential', ['policies']],
  ['the secret of an arbiter', '/etc/secret', '/etc/secrets', ['policies']],
  ['no arbiter', 'arbiter: { etcd: http://10.0.0.7:2379, credential: /etc/secret }\n', '', ['policies']],
  ['the cluster, which no part has', 'mail', 'mails', []],
  ['nothing', 'mail', 'mail', []],
];
for (const [name, from, to, parts] of drifts) {
  test(`digest: ${name} is in ${parts.join(', ') || 'no part'}`, () => {
    const changed = watchfulWith(from, to);
    assert.deepEqual(changedParts(watchful, changed), parts);
    assert.equal(digest(changed) === digest(watchful), from === to);
  });
}

/** The pair with programs of its operator, and with a cloud. */
const withScript = pairWith([
  'vips',
  'adapter: script\n    script: { up: /bin/up, down: [/bin/down, web], show: /bin/show }\n    vips',
]);
const withCloud = pairWith([
  'vips',
  'adapter: command\n    command: { up: [/bin/up, "{ENI}"], down: [/bin/down, "{ENI}"], show: { command: [/bin/show], expect: "{ZONE}" }, values: { lb1: { ENI: a, ZONE: x }, lb2: { ENI: b, ZONE: x } }, give_up: 2m }\n    vips',
]);
const programs: readonly [name: string, file: string, from: string, to: string, changes: boolean][] = [
  ['a path as a list', withScript, 'up: /bin/up', 'up: [/bin/up]', false],
  ['the defaults of a script', withScript, 'show: /', 'timeout: 10s, overlap: false, show: /', false],
  ['another up', withScript, '/bin/up', '/sbin/up', true],
  ['another word behind the address', withScript, 'web]', 'www]', true],
  ['another show', withScript, '/bin/show', '/sbin/show', true],
  ['the time of a script', withScript, 'show: /', 'timeout: 11s, show: /', true],
  ['the overlap of a script', withScript, 'show: /', 'overlap: true, show: /', true],
  ['one command as a list of commands', withCloud, '[/bin/up, "{ENI}"]', '[[/bin/up, "{ENI}"]]', false],
  [
    'the defaults of a cloud',
    withCloud,
    'give_up',
    'also: auto, timeout: 30s, overlap: false, give_up',
    false,
  ],
  ['the order of values', withCloud, 'ENI: a, ZONE: x', 'ZONE: x, ENI: a', false],
  [
    'the order of nodes',
    withCloud,
    '{ lb1: { ENI: a, ZONE: x }, lb2: { ENI: b, ZONE: x } }',
    '{ lb2: { ENI: b, ZONE: x }, lb1: { ENI: a, ZONE: x } }',
    false,
  ],
  ['the default of a show', withCloud, 'expect', 'every: 30s, expect', false],
  ['a value', withCloud, 'ENI: b', 'ENI: c', true],
  ['a command', withCloud, '/bin/down', '/sbin/down', true],
  ['what a show expects', withCloud, 'expect: "{ZONE}"', 'expect: "on {ZONE}"', true],
  ['how often it is shown', withCloud, 'expect', 'every: 31s, expect', true],
  ['what is on the host', withCloud, 'give_up', 'also: none, give_up', true],
  ['the time of a command', withCloud, 'give_up', 'timeout: 31s, give_up', true],
  ['the time of all', withCloud, 'give_up: 2m', 'give_up: 3m', true],
  ['the overlap of a cloud', withCloud, 'give_up', 'overlap: true, give_up', true],
];
for (const [name, text, from, to, changes] of programs) {
  test(`digest: ${changes ? 'changes' : 'does not change'} with ${name}`, () => {
    assert.ok(text.includes(from), from);
    const changed = text.replace(from, () => to);
    assert.deepEqual(changedParts(text, changed), changes ? ['addresses'] : []);
    assert.equal(digest(changed) !== digest(text), changes);
  });
}
