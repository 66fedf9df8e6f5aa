// Whole daemons in this process whose heartbeats go over TCP, alone and beside UDP.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { PathReport } from '../../src/core/report.ts';
import { newCluster, type Cluster, type ClusterFile } from './cluster.ts';

const TIMEOUT = { timeout: 60_000 };

const pathsIn = (cluster: Cluster, node: string): readonly string[] =>
  (JSON.parse(readFileSync(cluster.configPath, 'utf8')) as ClusterFile).nodes[node]!.paths;

const upOf = (paths: readonly PathReport[]): readonly (readonly [url: string, up: boolean])[] =>
  paths.map(({ url, up }) => [url, up]);

/** n1 holds the group, n2 is its standby, and every way is up on both. */
async function settledPair(t: TestContext, transports: readonly string[]) {
  const cluster = await newCluster(t, ['n1', 'n2'], transports);
  const [n1, n2] = await Promise.all([cluster.start('n1'), cluster.start('n2')]);
  await cluster.untilActive('n1');
  for (const node of ['n1', 'n2']) {
    await cluster.untilStatus(node, 'every way up', ({ peers }) => peers[0]!.paths.every(({ up }) => up));
  }
  return { cluster, n1, n2 };
}

test(
  'daemon over TCP: a pair settles, shows its ways, and the holder that stops hands over',
  TIMEOUT,
  async (t) => {
    const { cluster, n1 } = await settledPair(t, ['tcp']);
    const { peers, alarms } = await cluster.status('n1');
    assert.deepEqual(upOf(peers[0]!.paths), [
      [pathsIn(cluster, 'n2')[0], true],
      [`${pathsIn(cluster, 'n1')[0]} (dialled by n2)`, true],
    ]);
    assert.ok(peers[0]!.paths.every(({ sent, received }) => sent > 0 && received > 0));
    assert.deepEqual(
      alarms.filter((text) => text.includes('n2')),
      [],
    );
    n1.daemon.stop('handover');
    await n1.daemon.ended;
    await cluster.untilActive('n2');
    const events = await cluster.events('n2');
    assert.ok(
      events.some(({ cause }) => cause.startsWith('n1 hands over')),
      JSON.stringify(events),
    );
  },
);

test('daemon over TCP: a peer that comes back is dialled and heard again', TIMEOUT, async (t) => {
  const { cluster } = await settledPair(t, ['tcp']);
  await cluster.stop('n2');
  await cluster.untilStatus('n1', 'n2 silent', ({ peers }) => peers[0]!.state === 'silent');
  await cluster.start('n2');
  await cluster.untilStatus('n1', 'every way up again', ({ peers }) => peers[0]!.paths.every(({ up }) => up));
  const { groups } = await cluster.status('n1');
  assert.equal(groups[0]!.role, 'active');
});

test('daemon over TCP: a reload leaves every way up and nothing moves', TIMEOUT, async (t) => {
  const { cluster, n1 } = await settledPair(t, ['tcp']);
  const before = (await cluster.status('n1')).peers[0]!.paths;
  assert.equal((await n1.daemon.reload()).ok, true);
  await cluster.untilStatus('n1', 'frames on every way', ({ peers }) => {
    return peers[0]!.paths.every(({ up, received }, place) => up && received > before[place]!.received + 5);
  });
  const { peers, groups } = await cluster.status('n1');
  assert.deepEqual([peers[0]!.sessions, groups[0]!.role], [1, 'active']);
});

test('daemon over UDP and TCP: every way carries frames', TIMEOUT, async (t) => {
  const { cluster } = await settledPair(t, ['udp', 'tcp']);
  const [udp, tcp] = pathsIn(cluster, 'n2');
  const { peers } = await cluster.status('n1');
  assert.deepEqual(upOf(peers[0]!.paths), [
    [udp, true],
    [tcp, true],
    [`${pathsIn(cluster, 'n1')[1]} (dialled by n2)`, true],
  ]);
});

test(
  'daemon over TCP: one that cannot dial back is heard over the one connection there is, and that is an alarm',
  TIMEOUT,
  async (t) => {
    const cluster = await newCluster(t, ['n1', 'n2'], ['tcp']);
    // What n2 finds at the address of n1 is a closed door: port 9 of loopback.
    const real = cluster.file('real.yaml');
    copyFileSync(cluster.configPath, real);
    cluster.write((file) => void (file.nodes['n1']!.paths = ['tcp://127.0.0.1:9']));
    await Promise.all([cluster.start('n1', { configPath: real }), cluster.start('n2')]);
    await cluster.untilActive('n1');
    const [listed] = pathsIn(cluster, 'n2');
    const alarm = 'n1: path tcp://127.0.0.1:9 is down, 1 of 2 paths left';
    const { peers } = await cluster.untilStatus('n2', 'the alarm', ({ alarms }) => alarms.includes(alarm));
    assert.deepEqual(upOf(peers[0]!.paths), [
      ['tcp://127.0.0.1:9', false],
      [`${listed} (dialled by n1)`, true],
    ]);
    assert.deepEqual([peers[0]!.state, peers[0]!.hearsUs], ['alive', true]);
    const other = await cluster.status('n1');
    assert.equal(other.peers[0]!.hearsUs, true);
    await cluster.stop('n1');
    await cluster.untilActive('n2');
  },
);
