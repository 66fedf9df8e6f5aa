// Whole daemons in this process, on real ports of loopback, with interfaces that are folders.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fetchExplanation, sendOrder } from '../../src/control/client.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { systemRandom } from '../../src/system/random.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { FRAME_BYTES_MIN, MAGIC, SENDER_AT, VERSION } from '../../src/wire/layout.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { hasTool } from '../lab/host-tool.ts';
import { until } from '../lab/wait.ts';
import { newCluster, PATIENCE_MS, VIP, type Cluster } from './cluster.ts';

const TIMEOUT = { timeout: 60_000 };
const OTHER_VIP = '10.77.0.101';

/** n1 holds the group, n2 is its standby. */
async function settledPair(t: TestContext) {
  const cluster = await newCluster(t);
  const [n1, n2] = await Promise.all([cluster.start('n1'), cluster.start('n2')]);
  await cluster.untilActive('n1');
  await cluster.untilStatus('n2', 'a standby that knows the holder', ({ groups }) => {
    return groups[0]?.role === 'standby' && groups[0].holderKnown === 'direct';
  });
  return { cluster, n1, n2 };
}

const portOf = (cluster: Cluster, node: string): number => {
  const { nodes } = JSON.parse(readFileSync(cluster.configPath, 'utf8')) as {
    nodes: Record<string, { paths: string[] }>;
  };
  return Number(new URL(nodes[node]!.paths[0]!.replace('udp:', 'http:')).port);
};

/** Fails when something still listens there. */
function assertPortFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject);
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => socket.close(() => resolve()));
  });
}

async function movesOf(cluster: Cluster, node: string): Promise<readonly string[]> {
  const events = await cluster.events(node);
  return events.filter(({ kind }) => kind === 'role').map(({ subject, text }) => `${subject}: ${text}`);
}

test('daemon: a pair settles, and the holder that stops in good order hands over', TIMEOUT, async (t) => {
  const { cluster, n1 } = await settledPair(t);
  assert.ok(cluster.holds('n1'));
  assert.ok(!cluster.holds('n2'));
  n1.daemon.stop('first');
  n1.daemon.stop('again');
  await n1.daemon.ended;
  assert.ok(!cluster.holds('n1'));
  assert.ok(!existsSync(cluster.file('n1.sock')));
  await assertPortFree(portOf(cluster, 'n1'));
  await cluster.untilActive('n2');
  const events = await cluster.events('n2');
  assert.ok(
    events.some(({ cause }) => cause.startsWith('n1 hands over')),
    JSON.stringify(events),
  );
  assert.equal(n1.log.lines.filter(({ text }) => text.startsWith('stopping')).length, 1);
  assert.equal(n1.log.lines.at(-1)?.text, 'stopped');
  const epochs = JSON.parse(readFileSync(cluster.file('n1-state/epochs.json'), 'utf8')) as { web: number };
  assert.ok(epochs.web > 0);
});

test('daemon: the last one that stops takes its VIP down', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const { daemon } = await cluster.start('n1');
  await cluster.untilActive('n1');
  daemon.stop('enough');
  await daemon.ended;
  assert.ok(!cluster.holds('n1'));
});

test('daemon: a VIP that is found at the start is adopted when nobody else has it', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  writeFileSync(cluster.vipFile('n1'), JSON.stringify({ pid: 1, expiresAtMs: null }));
  await cluster.start('n1');
  await cluster.untilActive('n1');
  const events = await cluster.events('n1');
  assert.ok(events.some(({ cause }) => cause.startsWith('adopts the VIP found here')));
});

test('daemon: a VIP that something else takes away is put back', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  await cluster.start('n1');
  await cluster.untilActive('n1');
  rmSync(cluster.vipFile('n1'));
  await until('the VIP to be back', PATIENCE_MS, () => cluster.holds('n1'));
  assert.deepEqual((await movesOf(cluster, 'n1')).at(-1), 'web: claiming → active');
});

test(
  'daemon: an interface that vanishes costs the group, with few events however often it is tried',
  TIMEOUT,
  async (t) => {
    const { cluster } = await settledPair(t);
    renameSync(cluster.file('n1-eth0'), cluster.file('n1-gone'));
    await cluster.untilActive('n2');
    await cluster.untilStatus(
      'n1',
      'a fault',
      ({ groups }) => groups[0]!.fault !== '' || groups[0]!.role !== 'active',
    );
    const complaints = (await cluster.events('n1'))
      .filter(({ kind }) => kind === 'vip')
      .map(({ text }) => text);
    assert.ok(complaints.includes('lease not renewed'), complaints.join());
    assert.equal(complaints.length, new Set(complaints).size, complaints.join());
    renameSync(cluster.file('n1-gone'), cluster.file('n1-eth0'));
  },
);

// ── reload ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test('daemon: a reload of a bad file is refused, said everywhere, and beats go on', TIMEOUT, async (t) => {
  const { cluster, n1 } = await settledPair(t);
  const good = readFileSync(cluster.configPath, 'utf8');
  writeFileSync(cluster.configPath, good.replace('"interval": "50ms"', '"interval": "50"'));
  const answer = await n1.daemon.reload();
  assert.equal(answer.ok, false);
  assert.equal(!answer.ok && answer.code, 'CONFIG_INVALID');
  const { configProblem, alarms, intervalMs } = await cluster.status('n1');
  assert.match(configProblem, /sealbeat\.yaml:\d+:\d+: .*50 has no unit/);
  assert.ok(
    alarms.some((alarm) => alarm.startsWith('the config file was refused, the old one is in force: ')),
  );
  assert.equal(intervalMs, 50);
  assert.ok(
    (await cluster.events('n1')).some(({ kind, text }) => kind === 'config' && text === 'reload refused'),
  );
  const before = (await cluster.status('n2')).peers[0]!.paths[0]!.received;
  await cluster.untilStatus(
    'n2',
    'more beats of n1',
    ({ peers }) => peers[0]!.paths[0]!.received > before + 5,
  );
  assert.deepEqual((await movesOf(cluster, 'n2')).length, 1, 'init → standby and nothing since');

  writeFileSync(cluster.configPath, good);
  assert.deepEqual((await n1.daemon.reload()).ok, true);
  assert.equal((await cluster.status('n1')).configProblem, '');
});

test(
  'daemon: a reload with another interval is in force at once and known to the peer',
  TIMEOUT,
  async (t) => {
    const { cluster, n1, n2 } = await settledPair(t);
    cluster.write((file) => (file.heartbeat.interval = '20ms'));
    for (const { daemon } of [n1, n2]) {
      const answer = await daemon.reload();
      assert.ok(answer.ok && answer.text === 'the new config is in force');
    }
    assert.equal((await cluster.status('n1')).intervalMs, 20);
    await cluster.untilStatus('n2', 'the interval of n1', ({ peers }) => peers[0]!.intervalMs === 20);
    const again = await n1.daemon.reload();
    assert.ok(again.ok && again.text === 'the config means the same as before');
    assert.equal((await movesOf(cluster, 'n1')).length, 3);
    assert.equal((await movesOf(cluster, 'n2')).length, 1);
  },
);

test('daemon: a group that comes with a reload is held, one that goes is taken down', TIMEOUT, async (t) => {
  const { cluster, n1, n2 } = await settledPair(t);
  cluster.write((file) => (file.groups['mail'] = { ...file.groups['web']!, vips: [OTHER_VIP] }));
  await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
  await cluster.untilActive('n1', 'mail');
  assert.ok(cluster.holds('n1', OTHER_VIP));
  assert.ok(cluster.holds('n1'), 'the other group is as it was');
  cluster.write();
  await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
  await until('the VIP to be gone', PATIENCE_MS, () => !cluster.holds('n1', OTHER_VIP));
  assert.ok(cluster.holds('n1'));
  assert.deepEqual(
    (await cluster.status('n1')).groups.map(({ name }) => name),
    ['web'],
  );
});

test(
  'daemon: a VIP that is found when its group comes with a reload is known to be there',
  TIMEOUT,
  async (t) => {
    const { cluster, n1, n2 } = await settledPair(t);
    writeFileSync(cluster.vipFile('n2', OTHER_VIP), JSON.stringify({ pid: 1, expiresAtMs: null }));
    cluster.write((file) => (file.groups['mail'] = { ...file.groups['web']!, vips: [OTHER_VIP] }));
    await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
    await until('one holder', PATIENCE_MS, async () => {
      const roles = await Promise.all(['n1', 'n2'].map(async (node) => (await cluster.status(node)).groups));
      const active = roles.flat().filter(({ name, role }) => name === 'mail' && role === 'active').length;
      const present = ['n1', 'n2'].filter((node) => cluster.holds(node, OTHER_VIP)).length;
      return active === 1 && present === 1;
    });
  },
);

test('daemon: VIPs come and go with a reload while the group is held, without a move', TIMEOUT, async (t) => {
  const { cluster, n1, n2 } = await settledPair(t);
  cluster.write((file) => (file.groups['web']!.vips = [VIP, OTHER_VIP]));
  await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
  await until('the new VIP', PATIENCE_MS, () => cluster.holds('n1', OTHER_VIP));
  cluster.write((file) => (file.groups['web']!.vips = [OTHER_VIP]));
  await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
  await until('the old VIP to be gone', PATIENCE_MS, () => !cluster.holds('n1'));
  assert.ok(cluster.holds('n1', OTHER_VIP));
  const events = await cluster.events('n1');
  assert.ok(!events.some(({ text }) => text.includes('put back')), 'nobody is accused of removing it');
  assert.equal((await movesOf(cluster, 'n1')).length, 3);
});

test(
  'daemon: a lease that a reload switches off does not end the VIP, nor does one that it switches on',
  TIMEOUT,
  async (t) => {
    const { cluster, n1, n2 } = await settledPair(t);
    const lease = (): number | null =>
      (JSON.parse(readFileSync(cluster.vipFile('n1'), 'utf8')) as { expiresAtMs: number | null }).expiresAtMs;
    assert.ok(typeof lease() === 'number');
    cluster.write((file) => (file.lease = 'off'));
    await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
    await until('a VIP without a lease', PATIENCE_MS, () => lease() === null);
    cluster.write();
    await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
    await until('a VIP with a lease', PATIENCE_MS, () => typeof lease() === 'number');
    assert.equal((await movesOf(cluster, 'n1')).length, 3);
  },
);

test('daemon: another way to announce is taken over without a move', TIMEOUT, async (t) => {
  const { cluster, n1, n2 } = await settledPair(t);
  cluster.write((file) => (file.groups['web']!.announce = { method: 'none' }));
  await Promise.all([n1.daemon.reload(), n2.daemon.reload()]);
  await cluster.untilStatus(
    'n1',
    'a renewal by the new adapter',
    ({ groups }) => groups[0]!.renewedAgoMs! < 300,
  );
  assert.ok(cluster.holds('n1'));
  assert.equal((await movesOf(cluster, 'n1')).length, 3);
});

test('daemon: a path that a reload gives to the holder moves nothing', TIMEOUT, async (t) => {
  const { cluster, n2 } = await settledPair(t);
  cluster.write((file) => file.nodes['n1']!.paths.push('udp://127.0.0.1:9'));
  const answer = await n2.daemon.reload();
  assert.ok(answer.ok);
  await cluster.untilStatus('n2', 'n1 over the old path', ({ peers }) => {
    return peers[0]!.state === 'alive' && peers[0]!.paths.length === 2 && peers[0]!.paths[0]!.up;
  });
  assert.equal((await movesOf(cluster, 'n2')).length, 1);
});

test(
  'daemon: reloads at once are taken one by one, and what the file says last is in force',
  TIMEOUT,
  async (t) => {
    const { cluster, n1 } = await settledPair(t);
    const answers = [n1.daemon.reload()];
    cluster.write((file) => (file.heartbeat.interval = '25ms'));
    answers.push(n1.daemon.reload(), n1.daemon.reload(), n1.daemon.reload());
    assert.ok((await Promise.all(answers)).every(({ ok }) => ok));
    assert.equal((await cluster.status('n1')).intervalMs, 25);
    const reloads = n1.log.lines.filter(({ text }) => text.startsWith('reload:')).length;
    assert.ok(reloads === 2, `${reloads} times: the first, and once for all who asked meanwhile`);
  },
);

const refusals: readonly (readonly [
  what: string,
  change: (cluster: Cluster) => void,
  code: string,
  message: RegExp,
])[] = [
  [
    'another name of the cluster',
    (cluster) => cluster.write((file) => (file.cluster = 'other')),
    'REFUSED',
    /^the cluster or the name of this node has changed$/,
  ],
  [
    'another path of this node',
    (cluster) => cluster.write((file) => (file.nodes['n1']!.paths = ['udp://127.0.0.1:9'])),
    'REFUSED',
    /^the paths of this node have changed from udp:\/\/127\.0\.0\.1:\d+ to udp:\/\/127\.0\.0\.1:9$/,
  ],
  [
    'a config without this node',
    (cluster) =>
      cluster.write((file) => {
        file.nodes['n3'] = {
          ...file.nodes['n1']!,
          key: makeIdentity(seededRandom('n3')).public.line,
        };
        delete file.nodes['n1'];
        file.groups['web']!.interface = { n2: '/tmp', n3: '/tmp' };
      }),
    'IDENTITY_UNKNOWN',
    /no node of the config has this node's key/,
  ],
  [
    'an identity that others can read',
    (cluster) => chmodSync(cluster.file('n1.identity'), 0o640),
    'IDENTITY_UNSAFE',
    /is open to others \(mode 0640\)/,
  ],
  ['a file that is gone', (cluster) => rmSync(cluster.configPath), 'CONFIG_UNREADABLE', /does not exist/],
];
for (const [what, change, code, message] of refusals) {
  test(`daemon: a reload is refused for ${what}`, TIMEOUT, async (t) => {
    const cluster = await newCluster(t);
    const { daemon } = await cluster.start('n1');
    const { configDigest } = await cluster.status('n1');
    change(cluster);
    const answer = await daemon.reload();
    assert.ok(!answer.ok);
    assert.equal(answer.code, code);
    assert.match(answer.message, message);
    assert.notEqual(answer.hint, '');
    const status = await cluster.status('n1');
    assert.equal(status.configDigest, configDigest);
    assert.equal(status.configProblem, answer.message);
  });
}

test('daemon: nothing is reloaded or ordered any more when it stops', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const { daemon } = await cluster.start('n1');
  await cluster.untilActive('n1');
  cluster.write((file) => (file.groups['mail'] = { ...file.groups['web']!, vips: [OTHER_VIP] }));
  const reload = daemon.reload();
  daemon.stop('enough');
  const answer = await reload;
  assert.ok(!answer.ok && answer.message === 'the daemon is stopping');
  await daemon.ended;
  assert.ok(!cluster.holds('n1'));
  assert.ok(!cluster.holds('n1', OTHER_VIP));
});

test('daemon: another config on a peer is an alarm, and nothing else', TIMEOUT, async (t) => {
  const { cluster, n1 } = await settledPair(t);
  cluster.write((file) => (file.groups['web']!.failback.delay = '7s'));
  assert.ok((await n1.daemon.reload()).ok);
  // It names the part as soon as n1 has heard that n2 has another.
  const { peers } = await cluster.untilStatus('n2', 'the drift by name', ({ alarms }) =>
    alarms.includes('n1 runs with another config: other policies'),
  );
  assert.equal(peers[0]!.state, 'alive');
  assert.equal((await movesOf(cluster, 'n2')).length, 1);
  assert.equal((await movesOf(cluster, 'n1')).length, 3);
});

// ── starts that fail ─────────────────────────────────────────────────────────────────────────────────────────────────

test(
  'daemon: a second one on the same control socket is refused, leaves nothing, and the first does not notice',
  TIMEOUT,
  async (t) => {
    const { cluster, n1 } = await settledPair(t);
    const port = portOf(cluster, 'n2');
    await cluster.stop('n2');
    await assert.rejects(cluster.start('n2', { controlPath: cluster.file('n1.sock') }), {
      code: 'PORT_TAKEN',
      message: `a sealbeat daemon (pid ${process.pid}) already answers on ${cluster.file('n1.sock')}`,
    });
    await assertPortFree(port);
    assert.equal((await cluster.status('n1')).node, 'n1');
    const { peers } = await cluster.status('n1');
    assert.equal(peers[0]!.sessions, 1, 'no word of it reached the first');
    assert.ok(n1.log.lines.every(({ level }) => level !== 'error'));
  },
);

test(
  'daemon: a port that is taken is refused, nothing is left, and the next start succeeds',
  TIMEOUT,
  async (t) => {
    const cluster = await newCluster(t);
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => {
      taken.bind({ address: '127.0.0.1', port: portOf(cluster, 'n1'), exclusive: true }, () => resolve());
    });
    await assert.rejects(cluster.start('n1'), { code: 'PORT_TAKEN' });
    assert.ok(!existsSync(cluster.file('n1.sock')));
    await new Promise<void>((resolve) => taken.close(() => resolve()));
    await cluster.start('n1');
    await cluster.untilActive('n1');
  },
);

const starts: readonly (readonly [
  what: string,
  change: (cluster: Cluster) => void,
  code: string,
  message: RegExp,
])[] = [
  [
    'an identity file that others can read',
    (cluster) => chmodSync(cluster.file('n1.identity'), 0o644),
    'IDENTITY_UNSAFE',
    /n1\.identity is open to others \(mode 0644\), and it holds a secret key/,
  ],
  [
    'an identity that is not in the config',
    (cluster) => {
      rmSync(cluster.file('n1.identity'));
      const stranger = formatKeyFile([makeIdentity(seededRandom('stranger'))]);
      writeFileSync(cluster.file('n1.identity'), stranger, { mode: 0o600 });
    },
    'IDENTITY_UNKNOWN',
    /^no node of the config has this node's key, which has the fingerprint /,
  ],
  [
    'a config that is no YAML',
    (cluster) => writeFileSync(cluster.configPath, '{ nodes: ['),
    'CONFIG_INVALID',
    /sealbeat\.yaml:1:\d+: /,
  ],
];
for (const [what, change, code, message] of starts) {
  test(`daemon: does not start with ${what}`, TIMEOUT, async (t) => {
    const cluster = await newCluster(t);
    change(cluster);
    await assert.rejects(cluster.start('n1'), (error: { code: string; message: string; hint: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.notEqual(error.hint, '');
      return true;
    });
    assert.ok(!existsSync(cluster.file('n1.sock')));
  });
}

test('daemon: starts without the interface of a VIP, and says what is missing', TIMEOUT, async (t) => {
  const problem =
    process.platform === 'linux'
      ? hasTool('ip')
        ? ''
        : '`ip` is not installed'
      : 'the linux adapter needs Linux';
  if (problem !== '' && process.env['CI'] === 'true') throw new Error(`may not be skipped in CI: ${problem}`);
  if (problem !== '') return t.skip(problem);
  const cluster = await newCluster(t);
  cluster.write((file) => {
    file.groups['web']!.adapter = 'linux';
    file.groups['web']!.interface = { n1: 'sbt-none', n2: 'sbt-none' };
  });
  await cluster.start('n1');
  const { alarms } = await cluster.untilStatus('n1', 'a fault', ({ groups }) => groups[0]!.fault !== '');
  assert.ok(
    alarms.some((alarm) => /^web: .*sbt-none/.test(alarm)),
    alarms.join('\n'),
  );
});

for (const point of ['before it began', 'while it looks around'] as const) {
  test(`daemon: a start that is cancelled ${point} leaves nothing`, TIMEOUT, async (t) => {
    const cluster = await newCluster(t);
    const cancelling = new AbortController();
    if (point === 'before it began') cancelling.abort();
    const ports = { clock: systemClock, random: systemRandom, exec: systemExec, spawn: systemSpawn };
    const starting = startDaemon(cluster.options('n1'), { ...ports, log: collectedLog() }, cancelling.signal);
    setImmediate(() => cancelling.abort());
    await assert.rejects(starting, { name: 'AbortError' });
    assert.ok(!existsSync(cluster.file('n1.sock')));
    assert.deepEqual(readdirSync(cluster.file('n1-eth0')), []);
    await assertPortFree(portOf(cluster, 'n1'));
  });
}

// ── people who mean no good, or don't look ───────────────────────────────────────────────────────────────────────────

test(
  'daemon: clients of the control socket that never read do not keep it from its beats',
  TIMEOUT,
  async (t) => {
    const { cluster } = await settledPair(t);
    const clients: Socket[] = [];
    t.after(() => clients.forEach((client) => client.destroy()));
    for (let count = 0; count < 20; count += 1) {
      const client = connect(cluster.file('n1.sock')).pause();
      client.on('error', () => undefined); // turned away, or dropped later: both are fine
      client.write('GET /v1/events?follow=1 HTTP/1.1\r\nHost: x\r\n\r\n');
      for (let more = 0; more < 50; more += 1) client.write('GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n');
      clients.push(client);
    }
    const before = (await cluster.status('n2')).peers[0]!.paths[0]!.received;
    await cluster.untilStatus(
      'n2',
      'more beats of n1',
      ({ peers }) => peers[0]!.paths[0]!.received > before + 20,
    );
    assert.equal((await movesOf(cluster, 'n2')).length, 1);
    const peers = (await cluster.events('n2')).filter(({ kind }) => kind === 'peer');
    assert.deepEqual(
      peers.map(({ text }) => text),
      ['is alive'],
    );
  },
);

test('daemon: noise on its port is counted and changes nothing', TIMEOUT, async (t) => {
  const { cluster } = await settledPair(t);
  const noise = seededRandom('noise');
  const attacker = createSocket('udp4');
  t.after(() => attacker.close());
  const port = portOf(cluster, 'n1');
  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => attacker.send(bytes, port, '127.0.0.1', () => resolve()));
  for (let count = 0; count < 300; count += 1) await send(noise.bytes((count * 7) % 1_400));
  const { id } = makeIdentity(seededRandom('n2')).public;
  for (let count = 0; count < 100; count += 1) {
    const frame = noise.bytes(FRAME_BYTES_MIN);
    frame.set([(MAGIC >> 16) & 255, (MAGIC >> 8) & 255, MAGIC & 255, VERSION]);
    await send(frame);
    frame.set(Buffer.from(id, 'hex'), SENDER_AT);
    await send(frame);
  }
  const { counters, peers } = await cluster.untilStatus('n1', 'the noise', ({ counters: counts }) => {
    return ['length', 'unknown-sender', 'box'].every((reject) => (counts[`rejected: ${reject}`] ?? 0) >= 50);
  });
  assert.ok(peers[0]!.rejects['box']! >= 50, 'with the peer in whose name it came');
  assert.ok(counters['frames accepted']! > 0);
  assert.equal((await movesOf(cluster, 'n1')).length, 3);
  assert.equal((await cluster.status('n1')).peers[0]!.state, 'alive');
});

test(
  'daemon: a switchover is answered when it is over, with what it cost, and goes back',
  TIMEOUT,
  async (t) => {
    const { cluster } = await settledPair(t);
    const { text, facts } = await sendOrder(cluster.file('n1.sock'), '/v1/groups/web/switchover', {
      to: 'n2',
    });
    assert.ok(cluster.holds('n2') && !cluster.holds('n1'), 'it is over');
    assert.equal((await cluster.status('n2')).groups[0]?.role, 'active');
    assert.match(
      text,
      /^web: n1 → n2 in [\d.]+ m?s; (on both for [\d.]+ m?s|never on both), (on none for at most [\d.]+ m?s|never on none)$/,
    );
    assert.deepEqual([facts['from'], facts['to']], ['n1', 'n2']);
    assert.ok([facts['tookMs'], facts['gapMs'], facts['bothMs']].every((ms) => Number.isInteger(ms)));
    const { nodes, holder } = await fetchExplanation(cluster.file('n1.sock'), 'web');
    assert.deepEqual([holder.name, holder.known, nodes.length], ['n2', 'direct', 2]);
    await assert.rejects(sendOrder(cluster.file('n1.sock'), '/v1/groups/web/switchover', { to: 'n1' }), {
      code: 'REFUSED',
      hint: 'on n2: sealbeat switchover web --to n1',
    });
    await cluster.untilStatus('n2', 'a standby to give it to', ({ peers }) => peers[0]!.hearsUs);
    await until('the way back', PATIENCE_MS, async () => {
      return await sendOrder(cluster.file('n2.sock'), '/v1/groups/web/switchover').then(
        () => true,
        () => false,
      );
    });
    await cluster.untilActive('n1');
  },
);

test(
  'daemon: a drain says where the group went, and that nobody serves it after the last',
  TIMEOUT,
  async (t) => {
    const { cluster } = await settledPair(t);
    const first = await sendOrder(cluster.file('n1.sock'), '/v1/drain');
    assert.match(first.text, /^web: n1 → n2 in /);
    const last = await sendOrder(cluster.file('n2.sock'), '/v1/groups/web/drain');
    assert.equal(last.text, 'web: nobody could take over; nobody serves web now');
    assert.ok(!cluster.holds('n1') && !cluster.holds('n2'));
    const again = await sendOrder(cluster.file('n1.sock'), '/v1/drain');
    assert.equal(again.text, 'web: drained here; nobody serves web now');
  },
);

test('daemon: what it leaves on disk is its own', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const { daemon } = await cluster.start('n1');
  await cluster.untilActive('n1');
  daemon.stop('enough');
  await daemon.ended;
  const left = readdirSync(cluster.folder).filter((name) => name.startsWith('n1'));
  assert.deepEqual(left.toSorted(), ['n1-eth0', 'n1-state', 'n1.identity']);
  assert.deepEqual(readdirSync(join(cluster.folder, 'n1-state')).toSorted(), [
    'config-in-force.yaml',
    'epochs.json',
  ]);
});
