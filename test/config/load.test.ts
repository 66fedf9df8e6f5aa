import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { examine, loadSettings, parseSettings } from '../../src/config/load.ts';
import type { Problem } from '../../src/config/problems.ts';
import { CONFIG_PARTS } from '../../src/core/settings.ts';
import { identities, lines, pair, pairWith } from './example-file.ts';

const settingsOf = (text: string) => parseSettings(text, 'sealbeat.yaml').settings;
const said = ({ severity, line, column, text }: Problem): string => `${severity} ${line}:${column} ${text}`;
const problemsOf = (text: string): readonly string[] => examine(text).problems.map(said);

test('load: a file becomes settings, with the defaults filled in', () => {
  const loaded = parseSettings(pair, 'sealbeat.yaml');
  const { digest, partDigests, ...settings } = loaded.settings;
  const path = (host: string) => [{ transport: 'udp', host, port: 7112, url: `udp://${host}:7112` }];
  const on = new Map([
    ['lb1', 'eth0'],
    ['lb2', 'eth0'],
  ]);
  assert.deepEqual(settings, {
    cluster: 'mail',
    heartbeat: { intervalMs: 250, timeoutMs: 3000, startupMs: 6000, unprovenMs: 60_000 },
    leaseSeconds: 1,
    restartMs: 3000,
    arbiter: undefined,
    alerts: undefined,
    web: undefined,
    nodes: [
      { name: 'lb1', keys: [identities.lb1.public], paths: path('10.10.10.1'), priority: 101 },
      { name: 'lb2', keys: [identities.lb2.public], paths: path('10.10.10.2'), priority: 100 },
    ],
    groups: [
      {
        name: 'web',
        id: 'cbead8fe640f4d4a', // printf web | sha512sum
        vips: [
          { address: '10.10.10.42', family: 4, prefixLength: 32, label: '', interfaces: on },
          { address: '2001:db8::42', family: 6, prefixLength: 128, label: '', interfaces: on },
        ],
        adapters: new Map([
          ['lb1', 'auto'],
          ['lb2', 'auto'],
        ]),
        script: undefined,
        command: undefined,
        carp: undefined,
        failback: { mode: 'auto', delayMs: 10_000 },
        whenAllUnhealthy: 'best',
        damping: { moves: 6, withinMs: 600_000 },
        announce: { method: 'auto', refreshMs: 60_000 },
        priority: new Map(),
        confirm: undefined,
        witness: undefined,
        fence: undefined,
        checks: [],
        hooks: [],
      },
    ],
  });
  assert.match(digest, /^[0-9a-f]{16}$/);
  assert.deepEqual(Object.keys(partDigests), CONFIG_PARTS);
  for (const part of Object.values(partDigests)) assert.match(part, /^[0-9a-f]{8}$/);
  assert.deepEqual([loaded.warnings, loaded.notes, loaded.text], [[], [], pair]);
});

test('load: everything that can be said', () => {
  const settings = settingsOf(`
cluster: mail
heartbeat: { interval: 0.1s, timeout: 4s, startup: 5s, unproven: 0s }
lease: off
nodes:
  lb2: { keys: [${lines.lb2}, ${lines.lb3} old], paths: [udp://lb2.Example.net, "udp://[FD00::0:2]:9"], priority: 7 }
  lb1: { key: ${lines.lb1}, paths: [udp://10.0.0.1] }
groups:
  z: { interface: /run/z, vips: [10.1.0.1], adapter: simulated }
  web:
    interface: { lb1: eth0, lb2: ens3 }
    vips:
      - { address: 10.0.0.42/24, label: "", interface: { lb1: eth1 } }
      - { address: "2001:DB8:0::42", interface: bond0.7 }
    adapter: linux
    failback: { mode: manual, delay: 2m }
    when_all_unhealthy: none
    damping: { moves: 3, within: 1h }
    announce: { method: same-mac, refresh: 1h }
    priority: { lb2: 200, lb1: 100 }
`);
  assert.deepEqual(
    settings.nodes.map(({ name, priority }) => [name, priority]),
    [
      ['lb1', 100],
      ['lb2', 7],
    ],
  );
  assert.deepEqual(settings.nodes[1]?.keys, [identities.lb2.public, identities.lb3.public]);
  assert.deepEqual(
    settings.nodes[1]?.paths.map(({ host, port }) => [host, port]),
    [
      ['lb2.example.net', 7112],
      ['fd00::2', 9],
    ],
  );
  assert.deepEqual(settings.heartbeat, { intervalMs: 100, timeoutMs: 4000, startupMs: 5000, unprovenMs: 0 });
  assert.equal(settings.leaseSeconds, 0);
  const [web, z] = settings.groups;
  assert.deepEqual([web?.name, z?.name], ['web', 'z']);
  assert.deepEqual(web?.failback, { mode: 'manual', delayMs: 120_000 });
  assert.equal(web?.whenAllUnhealthy, 'none');
  assert.deepEqual(web?.damping, { moves: 3, withinMs: 3_600_000 });
  assert.deepEqual(web?.announce, { method: 'same-mac', refreshMs: 3_600_000 });
  assert.deepEqual([...(web?.priority ?? [])], [['lb2', 200]], "what equals the node's own says nothing");
  assert.deepEqual(
    web?.vips.map(({ address, prefixLength, interfaces }) => [address, prefixLength, [...interfaces]]),
    [
      ['10.0.0.42', 24, [['lb1', 'eth1']]],
      [
        '2001:db8::42',
        128,
        [
          ['lb1', 'bond0.7'],
          ['lb2', 'bond0.7'],
        ],
      ],
    ],
  );
});

// One row: what is changed in the good pair, and every word that is said about it.
const rows: readonly { name: string; text: string; problems: readonly (string | RegExp)[] }[] = [
  {
    name: 'an unknown key, with a suggestion',
    text: pairWith(['interval:', 'intervall:']),
    problems: ['error 3:3 heartbeat.intervall: is not a key here; did you mean "interval"?'],
  },
  {
    name: 'two neighbouring letters swapped',
    text: pairWith(['vips:', 'vpis:']),
    problems: [
      'error 15:3 groups.web.vips: is missing; it must be a list of 1 to 1024 addresses',
      'error 17:5 groups.web.vpis: is not a key here; did you mean "vips"?',
    ],
  },
  {
    name: 'a key in the wrong place',
    text: pairWith(['lease:', 'timeout: 3s\nlease:']),
    problems: ['error 5:1 timeout: is not a key here; it belongs to heartbeat.timeout'],
  },
  {
    name: 'a key that is nowhere',
    text: pairWith(['lease:', 'multicast: true\nlease:']),
    problems: [
      'error 5:1 multicast: is not a key here; there are cluster, heartbeat, lease, restart, nodes, groups, arbiter, alerts, web',
    ],
  },
  {
    name: 'a key twice',
    text: pairWith(['lease: 1s', 'lease: 1s\nlease: 2s']),
    problems: ['error 6:1 this key stands twice in the same mapping; remove one of them'],
  },
  {
    name: 'a node twice',
    text: pairWith(['  lb2:', '  lb1:']),
    problems: ['error 11:3 this key stands twice in the same mapping; remove one of them'],
  },
  {
    name: 'a tab',
    text: pairWith(['  interval', '\tinterval']),
    problems: ['error 3:1 YAML is indented with spaces; there is a tab here'],
  },
  {
    name: 'a tag',
    text: pairWith(['cluster: mail', 'cluster: !name mail']),
    problems: ['error 1:10 YAML tags (!name) mean nothing here; remove it'],
  },
  {
    name: 'a second document',
    text: `${pair}---\na: 1\n`,
    problems: ['error 18:1 a second YAML document starts here; the file must hold one'],
  },
  {
    name: 'a key that would become the prototype',
    text: pairWith(['lease: 1s', '__proto__: { a: 1 }']),
    problems: ['error 5:1 "__proto__" cannot be a key'],
  },
  {
    name: 'a mapping as a key',
    text: pairWith(['lease: 1s', '? { a: 1 }\n: 2']),
    problems: ['error 5:3 a key must be a word, not a list or a mapping'],
  },
  {
    name: 'a duration without a unit',
    text: pairWith(['interval: 250ms', 'interval: 250']),
    problems: ['error 3:13 heartbeat.interval: 250 has no unit; write 250ms, or 250s for seconds'],
  },
  {
    name: 'a quoted duration without a unit',
    text: pairWith(['interval: 250ms', 'interval: "250"']),
    problems: ['error 3:13 heartbeat.interval: 250 has no unit; write 250ms, or 250s for seconds'],
  },
  {
    name: 'a unit that is none',
    text: pairWith(['timeout: 3s', 'timeout: 3sec']),
    problems: ['error 4:12 heartbeat.timeout: "sec" is not a unit of time; the units are ms, s, m and h'],
  },
  {
    name: 'an interval just too short',
    text: pairWith(['250ms', '9ms']),
    problems: ['error 3:13 heartbeat.interval: 9ms is out of range: 10ms to 1m'],
  },
  { name: 'the shortest interval', text: pairWith(['250ms', '10ms']), problems: [] },
  {
    name: 'a timeout just too long',
    text: pairWith(['timeout: 3s', 'timeout: 60001ms']),
    problems: ['error 4:12 heartbeat.timeout: 60001ms is out of range: 10ms to 1m'],
  },
  { name: 'the longest timeout', text: pairWith(['timeout: 3s', 'timeout: 1m']), problems: [] },
  {
    name: 'a lease of half seconds',
    text: pairWith(['lease: 1s', 'lease: 1500ms']),
    problems: ['error 5:8 lease: 1500ms is not a whole number of seconds, in which the kernel counts leases'],
  },
  {
    name: 'no lease',
    text: pairWith(['lease: 1s', 'lease: off']),
    problems: [
      /^warning 5:8 lease: it is off: if the agent freezes, its addresses stay/,
      /^note 5:8 lease: without a lease .* so "restart" counts as off; write "restart: off", or a lease$/,
    ],
  },
  {
    name: 'no lease and no restart',
    text: pairWith(['lease: 1s', 'lease: off\nrestart: off']),
    problems: [/^warning 5:8 lease: it is off/],
  },
  {
    name: 'a key of a group at the top',
    text: pairWith(['lease:', 'if_alive: take\nlease:']),
    problems: ['error 5:1 if_alive: is not a key here; it belongs to groups.NAME.confirm.if_alive'],
  },
  {
    name: 'a missing cluster',
    text: pairWith(['cluster: mail\n', '']),
    problems: ['error 1:1 cluster: is missing; it must be a name'],
  },
  {
    name: 'a name with capitals',
    text: pairWith(['mail', 'Mail']),
    problems: [
      'error 1:10 cluster: "Mail" is not a name; a name consists of a-z, 0-9 and "-" inside, at most 32 characters',
    ],
  },
  {
    name: 'a name just too long',
    text: pairWith(['mail', 'm'.repeat(33)]),
    problems: [/^error 1:10 cluster: "m+" is not a name/],
  },
  { name: 'the longest name', text: pairWith(['mail', 'm'.repeat(32)]), problems: [] },
  {
    name: 'a node with a bad name',
    text: pairWith(['lb2:', '-lb2:']),
    problems: [/^error 11:3 nodes.-lb2: "-lb2" is not a name/],
  },
  {
    name: 'an empty section',
    text: pairWith(['heartbeat:\n  interval: 250ms\n  timeout: 3s\n', 'heartbeat:\n']),
    problems: ['error 2:1 heartbeat: must be a mapping of keys to values, not empty'],
  },
  {
    name: 'a list for a mapping',
    text: pairWith(['    priority: 101\n', '    priority: [101]\n']),
    problems: ['error 10:15 nodes.lb1.priority: must be a whole number from 1 to 254, not a list'],
  },
  {
    name: 'a priority just too high',
    text: pairWith(['101', '255']),
    problems: ['error 10:15 nodes.lb1.priority: must be a whole number from 1 to 254, not 255'],
  },
  { name: 'the highest priority', text: pairWith(['101', '254']), problems: [] },
  {
    name: 'priority 0, which means "can\'t"',
    text: pairWith(['101', '0']),
    problems: ['error 10:15 nodes.lb1.priority: must be a whole number from 1 to 254, not 0'],
  },
  {
    name: 'a choice that is none',
    text: pairWith(['vips:', 'adapter: linus\n    vips:']),
    problems: [
      'error 17:14 groups.web.adapter: must be one of auto, linux, illumos, illumos-ifconfig, freebsd, openbsd, netbsd, carp, script, command, simulated, not "linus"; did you mean "linux"?',
    ],
  },
  {
    name: 'two mistakes far apart, both at once',
    text: pairWith(['250ms', '250'], ['eth0', '[eth0]']),
    problems: [
      /^error 3:13 .* no unit/,
      /^error 16:16 groups.web.interface: must be the name of an interface, or a mapping/,
    ],
  },
  {
    name: 'a shape and a rule, both at once',
    text: pairWith(['250ms', '250'], [lines.lb2, lines.lb1]),
    problems: [/^error 3:13 .* no unit/, /^error 12:10 nodes.lb2.key: is the key of lb1 too/],
  },
  { name: 'an empty file', text: '', problems: ['error 1:1 must be a mapping of keys to values, not empty'] },
  {
    name: 'one node',
    text: pair.replace(/  lb2:\n.*\n.*\n/, ''),
    problems: [
      /^error 7:3 nodes: there is 1 node; a cluster has 2 to 8/,
      /^warning 12:3 groups.web: only lb1 has interfaces/,
    ],
  },
  {
    name: 'no group',
    text: pair.replace(/groups:[^]*/, 'groups: {}\n'),
    problems: ['error 14:9 groups: there is no group; without one nothing can be held'],
  },
  {
    name: 'a damaged key',
    text: pairWith([lines.lb1, lines.lb1.slice(0, -2)]),
    problems: [
      /^error 8:10 nodes.lb1.key: the public line is cut short: 219 of 221 characters, 2 missing; copy/,
    ],
  },
  {
    name: 'a node without a key',
    text: pairWith([`    key: ${lines.lb1}\n`, '']),
    problems: [/^error 8:5 nodes.lb1: has no key; run "sealbeat keygen" on lb1/],
  },
  {
    name: 'key and keys',
    text: pairWith([`    key: ${lines.lb1}`, `    keys: [${lines.lb3}]\n    key: ${lines.lb1}`]),
    problems: ['error 8:11 nodes.lb1.keys: stands beside "key"; only one of the two may be given'],
  },
  {
    name: 'its own key twice',
    text: pairWith([`key: ${lines.lb1}`, `keys: [${lines.lb1}, ${lines.lb1} again]`]),
    problems: [/^error 8:235 nodes.lb1.keys\[1\]: is listed twice for lb1/],
  },
  {
    name: 'three keys',
    text: pairWith([`key: ${lines.lb1}`, `keys: [${lines.lb1}, ${lines.lb3}, ${lines.lb3}]`]),
    problems: [/^error 8:11 nodes.lb1.keys: has too many entries; 2 public lines at most/],
  },
  {
    name: 'no path',
    text: pairWith(['[udp://10.10.10.1:7112]', '[]']),
    problems: ['error 9:12 nodes.lb1.paths: is empty; it needs 1 to 4 paths'],
  },
  {
    name: 'five paths',
    text: pairWith(['[udp://10.10.10.1:7112]', '[udp://a, udp://b, udp://c, udp://d, udp://e]']),
    problems: ['error 9:12 nodes.lb1.paths: has too many entries; 4 paths at most'],
  },
  {
    name: 'a TCP path',
    text: pairWith(['udp://10.10.10.1:7112', 'tcp://10.10.10.1:7112']),
    problems: [],
  },
  {
    name: 'the same host and port over UDP and over TCP',
    text: pairWith(['[udp://10.10.10.1:7112]', '[udp://10.10.10.1:7112, tcp://10.10.10.1:7112]']),
    problems: [],
  },
  {
    name: 'a TCP path twice',
    text: pairWith(['[udp://10.10.10.1:7112]', '[tcp://10.10.10.1, tcp://10.10.10.1:7112]']),
    problems: ['error 9:31 nodes.lb1.paths[1]: tcp://10.10.10.1:7112 stands twice'],
  },
  {
    name: 'the path of another node',
    text: pairWith(['udp://10.10.10.2:7112', 'udp://10.10.10.1']),
    problems: [/^error 13:13 nodes.lb2.paths\[0\]: udp:\/\/10.10.10.1 is a path of lb1 too/],
  },
  {
    name: 'a path twice',
    text: pairWith(['[udp://10.10.10.2:7112]', '["udp://[fd00::2]", "udp://[FD00:0::2]:7112"]']),
    problems: ['error 13:32 nodes.lb2.paths[1]: udp://[FD00:0::2]:7112 stands twice'],
  },
  {
    name: 'equal priorities',
    text: pairWith(['101', '100']),
    problems: [
      'note 15:3 groups.web: all its nodes have priority 100, so the name decides: lb2 is preferred',
    ],
  },
  {
    name: 'a group without interface',
    text: pairWith(['    interface: eth0\n', '']),
    problems: [
      /^error 16:12 groups.web.vips\[0\]: has no interface/,
      /^error 16:25 groups.web.vips\[1\]: has no interface/,
    ],
  },
  {
    name: 'an interface for an unknown node',
    text: pairWith(['interface: eth0', 'interface: { lb1: eth0, lb3: eth0, lb2: eth0 }']),
    problems: ['error 16:29 groups.web.interface.lb3: is not a node; the nodes are lb1, lb2'],
  },
  {
    name: 'an interface for a node whose name is wrong',
    text: pairWith(['interface: eth0', 'interface: { lb1: eth0, lb3: eth0 }']),
    problems: [
      'warning 15:3 groups.web: only lb1 has interfaces for all of its addresses, so nobody can take over',
      'error 16:29 groups.web.interface.lb3: is not a node; did you mean "lb2"?',
    ],
  },
  {
    name: 'an interface at an address for an unknown node',
    text: pairWith(['10.10.10.42', '{ address: 10.10.10.42, interface: { lb1: a, lb2: b, db: c } }']),
    problems: ['error 17:65 groups.web.vips[0].interface.db: is not a node; the nodes are lb1, lb2'],
  },
  {
    name: 'a priority for an unknown node',
    text: pairWith(['    vips', '    priority: { x: 3 }\n    vips']),
    problems: ['error 17:17 groups.web.priority.x: is not a node; the nodes are lb1, lb2'],
  },
  {
    name: 'an interface on one node alone',
    text: pairWith(['interface: eth0', 'interface: { lb2: eth0 }']),
    problems: [
      'warning 15:3 groups.web: only lb2 has interfaces for all of its addresses, so nobody can take over',
    ],
  },
  {
    name: 'interfaces on different nodes for different addresses',
    text: pairWith([
      '[10.10.10.42, "2001:db8::42"]',
      '[{ address: 10.10.10.42, interface: { lb1: a } }, { address: 10.10.10.43, interface: { lb2: a } }]',
    ]),
    problems: [/^error 16:5 groups.web: no node has an interface for all/],
  },
  {
    name: 'a label as interface',
    text: pairWith(['eth0', '"eth0:1"']),
    problems: [/^error 16:16 groups.web.interface: "eth0:1" is a label, not an interface; write eth0/],
  },
  {
    name: 'an interface that would be a comment to ip',
    text: pairWith(['eth0', '"#eth0"']),
    problems: ['error 16:16 groups.web.interface: "#eth0" is not the name of an interface'],
  },
  {
    name: 'an interface just too long for Linux',
    text: pairWith(['eth0', `${'e'.repeat(16)}\n    adapter: linux`]),
    problems: [
      'error 16:16 groups.web.interface: "eeeeeeeeeeeeeeee" is too long for an interface: 15 characters at most',
    ],
  },
  {
    name: 'the longest interface of Linux',
    text: pairWith(['eth0', `${'e'.repeat(15)}\n    adapter: linux`]),
    problems: [],
  },
  {
    name: 'a directory as a real interface',
    text: pairWith(['eth0', '/run/eth0']),
    problems: [/^error 16:16 .* only "adapter: simulated" has directories/],
  },
  {
    name: 'an interface for the simulated adapter',
    text: pairWith(['eth0', 'eth0\n    adapter: simulated']),
    problems: [/^error 16:16 .*"eth0" is not an absolute path/],
  },
  {
    name: 'an address that is none',
    text: pairWith(['[10.10.10.42,', '[10.10.10.420,']),
    problems: [
      'error 17:12 groups.web.vips[0]: "10.10.10.420" is not an IPv4 address: each part is 0 to 255, without leading zeros',
    ],
  },
  {
    name: 'a length that is none',
    text: pairWith(['[10.10.10.42,', '[10.10.10.42/33,']),
    problems: ['error 17:12 groups.web.vips[0]: "/33" is not a prefix length for 10.10.10.42: 1 to 32'],
  },
  {
    name: 'an unquoted IPv6 address that YAML reads as a mapping',
    text: pairWith(['[10.10.10.42, "2001:db8::42"]', '\n      - fd00::']),
    problems: [
      'error 18:9 groups.web.vips[0].address: is missing; it must be an IPv4 or IPv6 address',
      'error 18:9 groups.web.vips[0].fd00:: is not a key here; an IPv6 address must stand in quotes',
    ],
  },
  {
    name: 'the same address in two spellings',
    text: pairWith(['"2001:db8::42"', '"2001:db8::42", "2001:DB8:0:0::42"']),
    problems: ['error 17:41 groups.web.vips[2]: 2001:db8::42 stands twice in this group'],
  },
  {
    name: 'the address of another group',
    text: `${pair}  mail: { interface: eth0, vips: [10.10.10.42/24] }\n`,
    problems: [
      'error 17:12 groups.web.vips[0]: 10.10.10.42 is in group mail too; an address belongs to one group',
    ],
  },
  {
    name: 'the address of another group on another interface',
    text: `${pair}  mail: { interface: eth1, vips: [10.10.10.42] }\n`,
    problems: [],
  },
  {
    name: 'the address of a node',
    text: pairWith(['10.10.10.42', '10.10.10.2']),
    problems: [/^error 17:12 groups.web.vips\[0\]: 10.10.10.2 is the address of a path of lb2/],
  },
  {
    name: 'a label',
    text: pairWith(['10.10.10.42', '{ address: 10.10.10.42, label: "eth0:web" }']),
    problems: [],
  },
  {
    name: 'a label without the interface',
    text: pairWith(['10.10.10.42', '{ address: 10.10.10.42, label: web }']),
    problems: [
      /^error 17:43 groups.web.vips\[0\].label: "web" must start with the interface and a colon, which is eth0: on lb1/,
    ],
  },
  {
    name: 'a label on nodes with different interfaces',
    text: pairWith(
      ['eth0', '{ lb1: eth0, lb2: ens3 }'],
      ['10.10.10.42', '{ address: 10.10.10.42, label: "eth0:x" }'],
    ),
    problems: [/"eth0:x" must start with .* ens3: on lb2/],
  },
  {
    name: 'a label just too long',
    text: pairWith(['10.10.10.42', '{ address: 10.10.10.42, label: "eth0:34567890123" }']),
    problems: ['error 17:43 groups.web.vips[0].label: "eth0:34567890123" has 16 characters; 15 at most'],
  },
  {
    name: 'a label that would end the command',
    text: pairWith(['10.10.10.42', '{ address: 10.10.10.42, label: "eth0:a b" }']),
    problems: [/"eth0:a b" is not a label/],
  },
  {
    name: 'a label for IPv6',
    text: pairWith(['"2001:db8::42"', '{ address: "2001:db8::42", label: "eth0:x" }']),
    problems: [/only IPv4 addresses have labels/],
  },
];
for (const { name, text, problems } of rows) {
  test(`load: ${name}`, () => {
    const found = problemsOf(text);
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, expected] of problems.entries()) {
      if (typeof expected === 'string') assert.equal(found[index], expected);
      else assert.match(found[index] ?? '', expected);
    }
    const hasErrors = found.some((problem) => problem.startsWith('error'));
    assert.equal(examine(text).settings === undefined, hasErrors);
  });
}

test('load: more than 35 groups are noted, more than 256 refused', () => {
  const withGroups = (count: number): string =>
    pair.replace(/groups:[^]*/, 'groups:\n') +
    Array.from(
      { length: count },
      (_, index) => `  g${index}: { interface: e, vips: [10.9.${index >> 7}.${1 + (index & 127)}] }\n`,
    ).join('');
  assert.deepEqual(problemsOf(withGroups(35)), []);
  assert.match(
    problemsOf(withGroups(36)).join(),
    /^note 14:1 groups: there are 36 groups; a heartbeat carries 35/,
  );
  assert.equal(examine(withGroups(256)).settings?.groups.length, 256);
  assert.match(problemsOf(withGroups(257)).join(), /^error 15:3 groups: there are 257 groups; 256 at most/);
});

test('load: anchors, aliases and merge keys work, and a place in them is found', () => {
  const text = pairWith(
    ['  web:\n', '  web: &web\n'],
    [
      '"2001:db8::42"]\n',
      '"2001:db8::42"]\n  mail:\n    <<: *web\n    vips: [10.10.10.43]\n    priority: &p { lb1: 300 }\n  db: { <<: *web, vips: [10.10.10.44], priority: *p }\n',
    ],
  );
  assert.deepEqual(problemsOf(text), [
    'error 21:25 groups.mail.priority.lb1: must be a whole number from 1 to 254, not 300',
    'error 21:25 groups.db.priority.lb1: must be a whole number from 1 to 254, not 300',
  ]);
  assert.deepEqual(
    examine(text.replace('300', '120')).settings?.groups.map(({ name }) => name),
    ['db', 'mail', 'web'],
  );
});

test('load: a bomb of aliases, an alias to nowhere, one into itself and a merge of text are errors', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...[...'bcdefgh'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]`),
  ].join('\n');
  assert.match(problemsOf(bomb).join(), /^error 1:1 the YAML cannot be resolved: Excessive alias count/);
  assert.deepEqual(problemsOf('cluster: *nowhere\n'), [
    'error 1:10 *nowhere refers to nothing: there is no &nowhere before it',
  ]);
  assert.match(problemsOf('<<: text\n').join(), /^error 1:1 the YAML cannot be resolved: Merge/);
  assert.ok(problemsOf('cluster: &a [*a]\n').length > 0);
});

test('load: nesting without end is an error', () => {
  assert.match(problemsOf('['.repeat(100_000)).join(), /nested too deeply|not valid YAML/);
});

test('load: any text at all is read or refused', () => {
  const pieces = fc.constantFrom(
    ...pair.split(/\b/),
    '\n',
    '\t',
    '- ',
    '&a ',
    '*a',
    '<<: ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    '|',
    '0',
    '!!x ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
      ),
      (text) => {
        const { settings, problems } = examine(text);
        assert.ok(settings !== undefined || problems.length > 0);
        for (const { line, column } of problems) assert.ok(line >= 1 && column >= 1);
      },
    ),
    { numRuns: 500 },
  );
});

test('load: one changed character in a good file never makes it throw', () => {
  fc.assert(
    fc.property(
      fc.nat(pair.length - 1),
      fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }),
      (at, with_) => {
        examine(pair.slice(0, at) + with_ + pair.slice(at + 1));
      },
    ),
    { numRuns: 500 },
  );
});

test('load: the error of a file has a line per mistake, and the next thing to type', () => {
  assert.throws(() => parseSettings(pairWith(['250ms', '250'], ['1s', '1']), '/etc/sealbeat/sealbeat.yaml'), {
    name: 'OperatorError',
    code: 'CONFIG_INVALID',
    message:
      '/etc/sealbeat/sealbeat.yaml:3:13: heartbeat.interval: 250 has no unit; write 250ms, or 250s for seconds\n' +
      '/etc/sealbeat/sealbeat.yaml:5:8: lease: must be a duration in whole seconds, or off, not 1',
    hint: 'put these 2 places right, then run: sealbeat check -c /etc/sealbeat/sealbeat.yaml',
  });
});

test('load: a file is read; a missing, a binary and an enormous one are refused', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sealbeat-config-'));
  t.after(() => rm(directory, { recursive: true }));
  const path = (name: string): string => join(directory, name);
  await writeFile(path('good'), pair);
  assert.equal((await loadSettings(path('good'))).settings.cluster, 'mail');
  await writeFile(path('binary'), Buffer.from([0xff, 0xfe, 0, 1]));
  await writeFile(path('enormous'), '#'.repeat(1_048_577));
  for (const name of ['missing', 'binary', 'enormous', '.']) {
    await assert.rejects(loadSettings(path(name)), { code: 'CONFIG_UNREADABLE' }, name);
  }
});
