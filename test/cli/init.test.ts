// Goal: two empty hosts become a pair by three commands, and whatever goes another way ends with a clear word and
// without half a file.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { main } from '../../src/cli/main.ts';
import type { HostInterfaces } from '../../src/config/host-rules.ts';
import { parseSettings } from '../../src/config/load.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { formatPairLine, parsePairLine } from '../../src/pairing/line.ts';
import { identities, lines, pair } from '../config/example-file.ts';
import { fakeHost, type FakeHostOptions } from '../fakes/cli-host.ts';

const VIP = '10.10.10.42';
const on = (link: string, ...addresses: readonly string[]): HostInterfaces =>
  new Map([
    ['lo', [{ address: '127.0.0.1', prefixLength: 8 }]],
    [link, addresses.map((address) => ({ address, prefixLength: address.includes(':') ? 64 : 24 }))],
  ]);

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly string[];
}

/** A host with an empty folder. */
async function hostNamed(t: TestContext, hostname: string, usual: FakeHostOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'sealbeat-init-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const config = join(directory, 'sealbeat.yaml');
  const identity = join(directory, 'identity');
  const runAs = async (options: FakeHostOptions, argv: readonly string[]): Promise<Ran> => {
    const number = hostname.slice(2);
    const host = fakeHost({
      ...{ hostname, seed: hostname, interfaces: on('eth0', `10.10.10.${number}`, `fd77::${number}`) },
      ...usual,
      ...options,
    });
    const exitCode = await main([...argv, '-c', config, '--identity', identity], host);
    return { exitCode, out: host.outs.join('\n'), err: host.errs.join('\n'), asked: host.asked };
  };
  return {
    ...{ directory, config, identity, runAs },
    init: (...argv: readonly string[]) => runAs({}, ['init', ...argv]),
    text: () => readFile(config, 'utf8'),
    files: async () => (await readdir(directory)).toSorted(),
  };
}

type Host = Awaited<ReturnType<typeof hostNamed>>;

async function done(running: Promise<Ran>): Promise<string> {
  const ran = await running;
  assert.equal(ran.exitCode, 0, ran.err);
  return ran.out;
}

async function refused(running: Promise<Ran>, says: RegExp, exitCode = 1): Promise<void> {
  const ran = await running;
  assert.deepEqual([ran.exitCode, ran.out], [exitCode, ''], ran.err);
  assert.match(ran.err, says);
  assert.match(ran.err, /\nsealbeat: hint: \S/);
}

async function pairOf(lb1: Host, lb2: Host): Promise<void> {
  const line = await done(lb1.init('--vip', VIP));
  assert.equal(await done(lb1.init(await done(lb2.init(line)))), '');
}

test('init: three commands make two configs that are the same byte for byte', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  await pairOf(lb1, lb2);
  assert.equal(await lb1.text(), await lb2.text());
  for (const host of [lb1, lb2]) {
    assert.deepEqual(await host.files(), ['identity', 'sealbeat.yaml'], 'and no drafts');
    assert.equal((await stat(host.identity)).mode & 0o777, 0o600);
    const checked = await host.runAs({}, ['check', '--strict']);
    assert.deepEqual([checked.exitCode, checked.err], [0, '']);
  }
  const { settings, warnings, notes } = parseSettings(await lb1.text(), lb1.config);
  assert.deepEqual([settings.cluster, warnings, notes], ['main', [], []]);
  assert.deepEqual(
    settings.nodes.map(({ name, paths, priority }) => [name, paths[0]?.url, priority]),
    [
      ['lb1', 'udp://10.10.10.1:7112', 101],
      ['lb2', 'udp://10.10.10.2:7112', 100],
    ],
  );
});

test('init: the secret is neither in a line nor in talk, and not in the config', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const ran = await lb1.init('--vip', VIP);
  const secret = /^sealbeat-secret1\w+$/m.exec(await readFile(lb1.identity, 'utf8'))?.[0] ?? '';
  assert.ok(secret.length > 100);
  for (const text of [ran.out, ran.err, await lb1.text()]) assert.ok(!text.includes(secret.slice(20, 40)));
});

test('init: every option is kept, and goes over to the other node', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  const flags = [
    '--name',
    'left',
    '--address',
    'fd77::1',
    '--interface',
    'eth0',
    '--vip',
    VIP,
    '--vip',
    'fd77::42',
  ];
  const more = ['--cluster', 'mail', '--group', 'db', '--port', '99', '--transport', 'tcp'];
  const line = await done(lb1.init(...flags, ...more, '--interval', '100ms', '--timeout', '2.5s'));
  await done(lb1.init(await done(lb2.init(line, '--name', 'right'))));
  const { settings } = parseSettings(await lb2.text(), lb2.config);
  assert.deepEqual(
    settings.nodes.map(({ paths }) => paths[0]?.url),
    ['tcp://[fd77::1]:99', 'tcp://10.10.10.2:99'],
  );
  assert.deepEqual([settings.heartbeat.intervalMs, settings.heartbeat.timeoutMs], [100, 2_500]);
  assert.deepEqual(
    settings.groups.map(({ name, vips }) => [name, vips.map(({ address }) => address)]),
    [['db', [VIP, 'fd77::42']]],
  );
  assert.equal(await lb1.text(), await lb2.text());
});

test('init: systems that are not alike have an interface each', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const lb2 = await hostNamed(t, 'lb2', { platform: 'sunos', interfaces: on('e1000g0', '10.10.10.2') });
  await pairOf(lb1, lb2);
  assert.equal(await lb1.text(), await lb2.text());
  const [group] = parseSettings(await lb1.text(), lb1.config).settings.groups;
  assert.deepEqual(
    [...(group?.vips[0]?.interfaces ?? [])],
    [
      ['lb1', 'eth0'],
      ['lb2', 'e1000g0'],
    ],
  );
});

test('init: an address of IPv6 is found for a virtual one of IPv6', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  await done(lb1.init(await done(lb2.init(await done(lb1.init('--vip', 'fd77::42'))))));
  const { settings } = parseSettings(await lb1.text(), lb1.config);
  assert.deepEqual(
    settings.nodes.map(({ paths }) => paths[0]?.url),
    ['udp://[fd77::1]:7112', 'udp://[fd77::2]:7112'],
  );
});

test('init: said again, nothing changes and the line comes again', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  const line = await done(lb1.init('--vip', VIP));
  const identity = await readFile(lb1.identity, 'utf8');
  assert.equal(await done(lb1.init('--vip', VIP)), line);
  assert.equal(await done(lb1.init()), line);
  const answer = await done(lb2.init(line));
  assert.equal(await done(lb2.init(line)), answer);
  await done(lb1.init(answer));
  const text = await lb1.text();
  const again = await lb1.init(answer);
  assert.deepEqual([again.exitCode, again.out], [0, '']);
  assert.match(again.err, /has lb1 and lb2 already; nothing was changed/);
  assert.deepEqual([await lb1.text(), await readFile(lb1.identity, 'utf8')], [text, identity]);
});

test('init: a lost answer is replaced by what a second run prints', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  await done(lb2.init(await done(lb1.init('--vip', VIP))));
  await done(lb1.init(await done(lb2.init())));
  assert.equal(await lb1.text(), await lb2.text());
});

test('init: interrupted before the config, it goes on with the identity that is there', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  await writeFile(lb1.identity, formatKeyFile([identities.lb3]), { mode: 0o600 });
  const ran = await lb1.init('--vip', VIP);
  assert.match(ran.err, /kept the identity in /);
  assert.equal(parsePairLine(ran.out).members[0].key.line, lines.lb3);
});

test('init: a config that cannot be written leaves an identity, and the next run goes on', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const nowhere = join(lb1.directory, 'no', 'where', 'sealbeat.yaml');
  const host = fakeHost({ hostname: 'lb1', interfaces: on('eth0', '10.10.10.1') });
  assert.equal(await main(['init', '--vip', VIP, '-c', nowhere, '--identity', lb1.identity], host), 1);
  assert.match(host.errs.join('\n'), /cannot be written: .* does not exist/);
  assert.deepEqual(await lb1.files(), ['identity']);
  assert.match((await lb1.init('--vip', VIP)).err, /kept the identity/);
});

test('init: a lost config comes back from the line of another node', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  await pairOf(lb1, lb2);
  await rm(lb1.config);
  const restored = await lb1.init(await done(lb2.init()));
  assert.deepEqual([restored.exitCode, restored.out], [0, ''], restored.err);
  assert.match(restored.err, / lb1   (\w{4} ){6}.*\n.* lb2   \w{4} /, 'keys that came with a line are shown');
  assert.equal(await lb1.text(), await lb2.text());
});

test('init: a third node, and the line goes to all that need it', async (t) => {
  const [lb1, lb2, lb3] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2'), await hostNamed(t, 'lb3')];
  await pairOf(lb1, lb2);
  const joined = await lb3.init(await done(lb1.init()));
  assert.match(joined.err, /paste this on lb1 and lb2/);
  const onLb1 = await lb1.init(joined.out);
  assert.equal(onLb1.out, joined.out, 'lb2 needs the same line');
  assert.match(onLb1.err, /paste this on lb2/);
  await done(lb2.init(onLb1.out));
  assert.equal(await lb1.text(), await lb3.text());
  assert.equal(await lb2.text(), await lb3.text());
});

test('init: what was edited meanwhile stays', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  const line = await done(lb1.init('--vip', VIP));
  await writeFile(
    lb1.config,
    `# of the web team\n${(await lb1.text()).replace('mode: auto', 'mode: manual')}`,
  );
  const ran = await lb1.init(await done(lb2.init(line)));
  assert.equal(ran.exitCode, 0, ran.err);
  assert.match(ran.err, /note: .* has settings that no line carries: copy the file/);
  assert.match(await lb1.text(), /^# of the web team\n[^]*mode: manual/);
  assert.equal(parseSettings(await lb1.text(), lb1.config).settings.nodes.length, 2);
});

test('init: at a terminal the whole command is there to be copied, in quotes against its line breaks', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const host = { ...fakeHost({ hostname: 'lb1', interfaces: on('eth0', '10.10.10.1') }), isTTY: true };
  assert.equal(await main(['init', '--vip', VIP, '-c', lb1.config, '--identity', lb1.identity], host), 0);
  const [command = '', ...more] = host.outs;
  assert.deepEqual(more, []);
  const line = /^sealbeat init '(\w+)'$/.exec(command)?.[1] ?? '';
  const lb2 = await hostNamed(t, 'lb2');
  await done(lb2.init(line.replace(/.{80}/g, '$&\n')));
});

test('init: for programs', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const said = JSON.parse(await done(lb1.init('--vip', VIP, '--json')));
  const { outcome, node, complete, cluster, group, vips, line, pasteOn, nodes } = said;
  assert.deepEqual(
    [outcome, node, complete, cluster, group, vips, pasteOn],
    ['begun', 'lb1', false, 'main', 'web', [VIP], []],
  );
  assert.equal(parsePairLine(line).members[0].key.id, nodes[0].id);
  assert.deepEqual([said.config, said.identity], [lb1.config, lb1.identity]);
});

test('init: questions show what was found, and are asked again with the reason', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const answers = ['10.10.99.1', '10.10.10.1', VIP, 'My Cluster', 'mail', '', 'lb 1', '', '', ''];
  const ran = await lb1.runAs({ answers }, ['init']);
  assert.equal(ran.exitCode, 0, ran.err);
  assert.deepEqual(
    [...new Set(ran.asked)],
    [
      'sealbeat: virtual address, or several: ',
      'sealbeat: name of the cluster [main]: ',
      'sealbeat: name of the group [web]: ',
      'sealbeat: name of this node [lb1]: ',
      `sealbeat: interface for ${VIP} [eth0]: `,
      'sealbeat: address where the other nodes reach this one [10.10.10.1]: ',
    ],
  );
  for (const reason of [
    /10.10.99.1 is in no network/,
    /10.10.10.1 is on eth0/,
    /"My Cluster" is not a name/,
    /"lb 1" is not a name/,
  ]) {
    assert.match(ran.err, reason);
  }
  assert.equal(parsePairLine(ran.out).common.cluster, 'mail');
});

test('init: behind a terminal that has gone it ends', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  await refused(
    lb1.runAs({ answers: Array<string>(20).fill('') }, ['init']),
    /virtual address.*: there was no answer/,
    2,
  );
  assert.deepEqual(await lb1.files(), []);
});

test('init: --yes asks nothing that was found', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const ran = await lb1.runAs({ answers: ['never'] }, ['init', '--vip', VIP, '--yes']);
  assert.deepEqual([ran.exitCode, ran.asked], [0, []]);
});

for (const [answer, agrees] of [
  ['y', true],
  ['', false],
  ['n', false],
] as const) {
  test(`init: "${answer}" to equal fingerprints ${agrees ? 'finishes' : 'writes nothing'}`, async (t) => {
    const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
    const line = await done(lb1.init('--vip', VIP));
    const joined = await lb2.init(line);
    const before = await lb1.text();
    const ran = await lb1.runAs({ answers: [answer] }, ['init', joined.out]);
    assert.deepEqual(ran.asked, ['sealbeat: does lb2 show the same 2 fingerprints? [y/N] ']);
    assert.equal(ran.exitCode, agrees ? 0 : 1);
    assert.equal((await lb1.text()) === before, !agrees);
    const shown = ({ err }: Ran) =>
      [...err.matchAll(/ (lb\d)   ((?:\w{4} ){5}\w{4})/g)].map(([, name, key]) => `${name} ${key}`);
    assert.equal(shown(joined).length, 2);
    assert.deepEqual(shown(ran), shown(joined), 'both screens show the same');
  });
}

test('init: a key that was changed on its way shows as other fingerprints', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  const line = parsePairLine(await done(lb1.init('--vip', VIP)));
  const forged = formatPairLine({ ...line, members: [{ ...line.members[0], key: identities.lb3.public }] });
  const joined = await lb2.init(forged);
  const fingerprint = /lb1   ((?:\w{4} ?){6})/;
  assert.notEqual(fingerprint.exec(joined.err)?.[1], fingerprint.exec((await lb1.init()).err)?.[1]);
  await refused(lb1.init(joined.out), /lb2 answered a node that this config does not know/);
});

const beginnings: readonly {
  name: string;
  host?: FakeHostOptions;
  argv: readonly string[];
  says: RegExp;
  exitCode?: number;
}[] = [
  {
    name: 'no virtual address and nobody to ask',
    argv: [],
    says: /virtual address.*\n.*hint: say it with --vip/,
    exitCode: 2,
  },
  {
    name: 'a virtual address that is none',
    argv: ['--vip', '10.10.10'],
    says: /--vip: "10.10.10" is not/,
    exitCode: 2,
  },
  {
    name: 'a virtual address twice',
    argv: ['--vip', VIP, '--vip', `${VIP}/32`],
    says: /is there twice/,
    exitCode: 2,
  },
  {
    name: 'an own address as virtual',
    argv: ['--vip', '10.10.10.1'],
    says: /10.10.10.1 is on eth0 of this host/,
    exitCode: 2,
  },
  {
    name: 'a virtual address of no network here',
    argv: ['--vip', '10.99.0.1'],
    says: /10.99.0.1 is in no network of this host \(eth0 10.10.10.1\/24.*--interface/,
    exitCode: 2,
  },
  { name: 'a broadcast address', argv: ['--vip', '10.10.10.255/24'], says: /broadcast/, exitCode: 2 },
  {
    name: 'two interfaces of one network',
    host: { interfaces: new Map([...on('eth0', '10.10.10.1'), ...on('eth1', '10.10.10.7')]) },
    argv: ['--vip', VIP],
    says: /several interfaces have its network: eth0, eth1\n.*say it with --interface/,
    exitCode: 2,
  },
  {
    name: 'an interface that is not there',
    argv: ['--vip', VIP, '--interface', 'eth7'],
    says: /--interface: eth7 is not up.*there are eth0/,
    exitCode: 2,
  },
  {
    name: 'an address that is not here',
    argv: ['--vip', VIP, '--address', '10.10.10.9'],
    says: /--address: 10.10.10.9 is not an address that this host has/,
    exitCode: 2,
  },
  {
    name: 'a virtual address as own',
    argv: ['--vip', VIP, '--address', VIP],
    says: /--address: 10.10.10.42 is not an address/,
    exitCode: 2,
  },
  {
    name: 'a host without a name',
    host: { hostname: 'localhost' },
    argv: ['--vip', VIP],
    says: /name of this node: "localhost", as this host calls itself, can be no name of a node\n.*--name/,
    exitCode: 2,
  },
  {
    name: 'a name that is none',
    argv: ['--vip', VIP, '--name', 'LB 1'],
    says: /--name: "LB 1" is not a name/,
    exitCode: 2,
  },
  {
    name: 'a port that is none',
    argv: ['--vip', VIP, '--port', '0'],
    says: /--port: 0 is not a port/,
    exitCode: 2,
  },
  { name: 'a way that is none', argv: ['--vip', VIP, '--transport', 'sctp'], says: /sctp/, exitCode: 2 },
  {
    name: 'a duration without a unit',
    argv: ['--vip', VIP, '--interval', '250'],
    says: /--interval: 250 has no unit/,
    exitCode: 2,
  },
  {
    name: 'a timeout below its interval',
    argv: ['--vip', VIP, '--interval', '3s', '--timeout', '3s'],
    says: /no good config: heartbeat.timeout/,
  },
  { name: 'a line that is none', argv: ['hello'], says: /begins with "hello"/ },
  { name: 'a public line', argv: [lines.lb2], says: /this is a public line/ },
];
for (const { name, host, argv, says, exitCode } of beginnings) {
  test(`init: ${name} is refused before anything is written`, async (t) => {
    const lb1 = await hostNamed(t, 'lb1', host);
    await refused(lb1.init(...argv), says, exitCode);
    assert.deepEqual(await lb1.files(), []);
  });
}

const joinings: readonly {
  name: string;
  hostname?: string;
  host?: FakeHostOptions;
  argv?: readonly string[];
  says: RegExp;
  exitCode?: number;
}[] = [
  {
    name: 'the same name',
    hostname: 'lb1',
    host: { interfaces: on('eth0', '10.10.10.2'), seed: 'other' },
    says: /name of this node: lb1 is the name of another node\n.*--name/,
    exitCode: 2,
  },
  {
    name: 'the same address',
    host: { interfaces: on('eth0', '10.10.10.1') },
    says: /10.10.10.1 is the address of lb1.*\n.*--address/,
    exitCode: 2,
  },
  {
    name: 'no network of the virtual address',
    host: { interfaces: on('eth0', '192.168.1.2') },
    says: /10.10.10.42 is in no network of this host \(eth0 192.168.1.2\/24\)\n.*--interface/,
    exitCode: 2,
  },
  {
    name: 'a virtual address as its own',
    host: { interfaces: on('eth0', '10.10.10.42') },
    says: /10.10.10.42 is on eth0 of this host/,
  },
  { name: 'what comes with the line', argv: ['--vip', VIP], says: /--vip comes with the line/, exitCode: 2 },
];
for (const { name, hostname = 'lb2', host, argv = [], says, exitCode } of joinings) {
  test(`init: to join with ${name} is refused before anything is written`, async (t) => {
    const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, hostname, host)];
    const line = await done(lb1.init('--vip', VIP));
    await refused(lb2.init(line, ...argv), says, exitCode);
    assert.deepEqual(await lb2.files(), []);
  });
}

test('init: somebody who insists may lead an address to where its network is not', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  const ran = await lb1.init('--vip', '10.99.0.1', '--interface', 'eth0');
  assert.equal(ran.exitCode, 0, ran.err);
  assert.match(ran.err, /warning: 10.99.0.1 is in no network of eth0/);
});

test('init: an address that somebody answers at is remarked, unless nobody shall look', async (t) => {
  const busy = { answering: [VIP] };
  const [lb1, lb2] = [await hostNamed(t, 'lb1', busy), await hostNamed(t, 'lb2', busy)];
  assert.match((await lb1.init('--vip', VIP)).err, /warning: 10.10.10.42 answers a ping/);
  assert.doesNotMatch((await lb2.init('--vip', VIP, '--no-ping')).err, /ping/);
});

test('init: an address that another failover program holds here may be taken over', async (t) => {
  const held = [
    { address: '10.10.10.1', prefixLength: 24 },
    { address: VIP, prefixLength: 32 },
  ];
  const lb1 = await hostNamed(t, 'lb1', { interfaces: new Map([['eth0', held]]), answering: [VIP] });
  const ran = await lb1.init('--vip', VIP);
  assert.equal(ran.exitCode, 0, ran.err);
  assert.match(ran.err, /warning: 10.10.10.42 answers a ping.*let go/);
  assert.deepEqual(parsePairLine(ran.out).members[0].paths, ['udp://10.10.10.1:7112']);
});

test('init: its own line, or that of another cluster, is refused and the config stays', async (t) => {
  const [lb1, lb2] = [await hostNamed(t, 'lb1'), await hostNamed(t, 'lb2')];
  const line = await done(lb1.init('--vip', VIP));
  const before = await lb1.text();
  await refused(lb1.init(line), /this is the line of this very node/);
  const other = await done(lb2.init('--vip', VIP, '--cluster', 'mail'));
  await refused(lb1.init(other), /is of cluster "mail", and this node is in cluster "main"/);
  assert.equal(await lb1.text(), before);
});

test('init: a config with other answers is not overwritten', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  await done(lb1.init('--vip', VIP));
  for (const [flag, value] of [
    ['--vip', '10.10.10.43'],
    ['--name', 'lb9'],
    ['--cluster', 'mail'],
    ['--port', '99'],
    ['--timeout', '9s'],
  ] as const) {
    await refused(lb1.init(flag, value), new RegExp(`says ${flag} .*, not ${value}; nothing is overwritten`));
  }
});

test('init: a config of somebody else is not touched', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  await writeFile(lb1.config, pair);
  await refused(lb1.init('--vip', VIP), /this node has no identity/);
  await writeFile(lb1.identity, formatKeyFile([identities.lb3]), { mode: 0o600 });
  await refused(lb1.init('--vip', VIP), /names no node with the key of this one\n.*move it away/);
  await writeFile(lb1.config, 'hello: world\n');
  await refused(lb1.init('--vip', VIP), /cannot go on from it: it is not a good config/);
  assert.equal(await lb1.text(), 'hello: world\n');
});

test('init: an identity that others can read is not used', async (t) => {
  const lb1 = await hostNamed(t, 'lb1');
  await writeFile(lb1.identity, formatKeyFile([identities.lb3]), { mode: 0o644 });
  await refused(lb1.init('--vip', VIP), /open to others/);
  assert.deepEqual(await lb1.files(), ['identity']);
});
