// Goal: what the model promises is what etcd does. Method: etcd itself, on loopback, in a folder that goes with the test.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startEtcd, type EtcdCluster } from '../lab/etcd.ts';
import { freePorts, productTest, realNodes, untilTaken } from './real-product.ts';

/** Nothing expires unasked, however slow the machine is. */
const TTL_SECONDS = 60;
/** The least that etcd grants with its usual election timeout. */
const SHORT_TTL_SECONDS = 2;
const MINE = { kind: 'mine' };
const OTHER = { kind: 'other', by: 'n1' };

async function etcdOf(t: TestContext, size: number): Promise<{ cluster: EtcdCluster; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-etcd-'));
  const ports = await freePorts(2 * size);
  const members = Array.from({ length: size }, (_, index) => ({
    name: `e${index + 1}`,
    address: '127.0.0.1',
    clientPort: ports[2 * index] ?? 0,
    peerPort: ports[2 * index + 1] ?? 0,
  }));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const cluster = await startEtcd({ members, folder });
  t.after(() => cluster.dispose());
  return { cluster, folder };
}

/** One call of the gateway, as somebody else makes it. */
async function call(cluster: EtcdCluster, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${cluster.endpoints[0]}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, unknown>;
}

productTest(
  'real etcd: taken, kept, refused, given, and taken on from a dead process',
  { tool: 'etcd' },
  async (t) => {
    const { cluster } = await etcdOf(t, 1);
    const open = realNodes(t, 'etcd', cluster.endpoints, { ttlSeconds: TTL_SECONDS });
    const [n1, n2] = [await open('n1'), await open('n2')];
    assert.deepEqual(await n1.take('web'), MINE);
    assert.deepEqual(await n1.take('web'), MINE);
    assert.deepEqual(await n2.take('web'), OTHER);
    assert.deepEqual(await n2.take('db'), MINE);
    await n2.give('web');
    assert.deepEqual(await n2.take('web'), OTHER);
    await n1.close();
    const reborn = await open('n1');
    assert.deepEqual(await reborn.take('web'), MINE);
    assert.deepEqual(await n2.take('web'), OTHER);
    await reborn.give('web');
    assert.deepEqual(await n2.take('web'), MINE);
  },
);

productTest(
  'real etcd: a lock that is not renewed goes to another, not before its TTL',
  { tool: 'etcd' },
  async (t) => {
    const { cluster } = await etcdOf(t, 1);
    const open = realNodes(t, 'etcd', cluster.endpoints, { ttlSeconds: SHORT_TTL_SECONDS });
    const [n1, n2] = [await open('n1'), await open('n2')];
    await n1.take('web');
    const askedMs = performance.now();
    assert.deepEqual(await n1.take('web'), MINE);
    await untilTaken(n2, 'mine', 30_000);
    const lastedMs = performance.now() - askedMs;
    assert.ok(lastedMs >= SHORT_TTL_SECONDS * 1_000, `it lasted ${lastedMs} ms`);
    assert.deepEqual(await n1.take('web'), { kind: 'other', by: 'n2' });
  },
);

productTest(
  'real etcd: a lease that somebody revokes is replaced, a key that somebody removes too',
  { tool: 'etcd' },
  async (t) => {
    const { cluster } = await etcdOf(t, 1);
    const n1 = await realNodes(t, 'etcd', cluster.endpoints, { ttlSeconds: TTL_SECONDS })('n1');
    await n1.take('web');
    const { leases } = (await call(cluster, '/v3/lease/leases', {})) as { leases: { ID: string }[] };
    assert.equal(leases.length, 1);
    await call(cluster, '/v3/lease/revoke', { ID: leases[0]?.ID });
    assert.deepEqual(await n1.take('web'), MINE);
    const key = Buffer.from('sealbeat/prod/web').toString('base64');
    assert.equal((await call(cluster, '/v3/kv/deleterange', { key }))['deleted'], '1');
    assert.deepEqual(await n1.take('web'), MINE);
    await n1.give('web');
    assert.equal((await call(cluster, '/v3/lease/leases', {}))['leases'], undefined);
  },
);

productTest('real etcd: with users, who logs in may, and nobody else', { tool: 'etcd' }, async (t) => {
  const { cluster, folder } = await etcdOf(t, 1);
  const role = 'sealbeat';
  const key = Buffer.from('sealbeat/').toString('base64');
  const rangeEnd = Buffer.from('sealbeat0').toString('base64');
  await call(cluster, '/v3/auth/role/add', { name: role });
  await call(cluster, '/v3/auth/role/grant', {
    name: role,
    perm: { permType: 'READWRITE', key, range_end: rangeEnd },
  });
  for (const [name, of] of [
    ['root', 'root'],
    ['n1', role],
  ] as const) {
    await call(cluster, '/v3/auth/user/add', { name, password: 'a:b' });
    await call(cluster, '/v3/auth/user/grant', { user: name, role: of });
  }
  await call(cluster, '/v3/auth/enable', {});
  const credentialFile = join(folder, 'credential');
  writeFileSync(credentialFile, 'n1:a:b\n');
  chmodSync(credentialFile, 0o600);
  const open = realNodes(t, 'etcd', cluster.endpoints, { ttlSeconds: TTL_SECONDS });
  const n1 = await open('n1', { credentialFile });
  assert.deepEqual([await n1.take('web'), await n1.take('web')], [MINE, MINE]);
  assert.equal((await (await open('n2')).take('web')).kind, 'unknown');
  await cluster.stop('e1'); // its tokens are forgotten
  await cluster.start('e1');
  assert.deepEqual(await n1.take('web'), MINE);
  await n1.give('web');
});

productTest(
  'real etcd: of three, one may be gone, and with two gone nothing is ours',
  { tool: 'etcd' },
  async (t) => {
    const { cluster } = await etcdOf(t, 3);
    const open = realNodes(t, 'etcd', cluster.endpoints, { ttlSeconds: TTL_SECONDS });
    const [n1, n2] = [await open('n1'), await open('n2')];
    assert.deepEqual(await n1.take('web'), MINE);
    await cluster.kill('e1');
    await untilTaken(n1, 'mine', 20_000);
    assert.deepEqual(await n2.take('web'), OTHER);
    await cluster.kill('e2');
    const answer = await n1.take('web');
    assert.equal(answer.kind, 'unknown');
    t.diagnostic(`without a majority: ${answer.kind === 'unknown' ? answer.text : ''}`);
    await cluster.start('e2');
    await untilTaken(n1, 'mine', 20_000);
  },
);
