import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { KEY, TTL_SECONDS, stage } from './stage.ts';

const MINE = { kind: 'mine' };

function secretFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-arbiter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'credential');
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

test('etcd: a lock that stays ours is not written again', async (t) => {
  const { model, open } = await stage(t, 'etcd');
  const n1 = await open('n1');
  await n1.take('web');
  const { revision } = model;
  await n1.take('web');
  await n1.take('web');
  assert.equal(model.revision, revision);
});

test('etcd: a leader that changed between keeping alive and looking has promised nothing', async (t) => {
  const { model, http, open } = await stage(t, 'etcd');
  const n1 = await open('n1');
  await n1.take('web');
  http.trouble('/v3/lease/keepalive', { when: 'after', work: () => (model.raftTerm += 1) });
  assert.deepEqual(await n1.take('web'), { kind: 'unknown', text: 'etcd has changed its leader meanwhile' });
  assert.deepEqual(await n1.take('web'), MINE);
});

test('etcd: a leader that changed after a new lease was agreed on is no matter', async (t) => {
  const { model, http, open } = await stage(t, 'etcd');
  http.trouble('/v3/lease/grant', { when: 'after', work: () => (model.raftTerm += 1) });
  assert.deepEqual(await (await open('n1')).take('web'), MINE);
});

test('etcd: a lease that is longer than asked is as good, a shorter one is not', async (t) => {
  const { model, open } = await stage(t, 'etcd');
  model.ttlSecondsMin = TTL_SECONDS + 1;
  assert.deepEqual(await (await open('n1')).take('web'), MINE);
  model.ttlSecondsMin = 1;
  model.ttlSecondsMax = TTL_SECONDS - 1;
  assert.deepEqual(await (await open('n1')).take('db'), {
    kind: 'unknown',
    text: 'etcd grants a lease of 9 s, not of 10 s',
  });
  assert.equal(model.valueOf('sealbeat/prod/db'), undefined);
});

test("etcd: an answer about another's lease is none about ours", async (t) => {
  const { http, open } = await stage(t, 'etcd');
  const n1 = await open('n1');
  await n1.take('web');
  const result = { header: { raft_term: '2' }, ID: '1', TTL: '10' };
  http.trouble('/v3/lease/keepalive', { when: 'before', answer: { status: 200, body: { result } } });
  assert.equal((await n1.take('web')).kind, 'unknown');
});

test('etcd: giving leaves no lease', async (t) => {
  const { model, open } = await stage(t, 'etcd');
  const n1 = await open('n1');
  await n1.take('web');
  assert.equal(model.leases, 1);
  await n1.give('web');
  assert.equal(model.leases, 0);
});

test('etcd: a late delete of what a dead process held does not end what was taken after it', async (t) => {
  const { model, http, open, runOut } = await stage(t, 'etcd');
  await (await open('n1')).take('web');
  const n1 = await open('n1');
  http.delay('/v3/kv/txn');
  const given = n1.give('web');
  await runOut('/v3/kv/txn', 2);
  await given;
  assert.deepEqual(await n1.take('web'), MINE);
  http.deliver();
  assert.equal(model.valueOf(KEY), '{"node":"n1"}');
});

test('etcd: what changes hands between the two transactions of a take is not called ours', async (t) => {
  const { model, http, open } = await stage(t, 'etcd');
  await (await open('n1')).take('web');
  http.trouble('/v3/kv/txn', {
    when: 'after',
    work: () => {
      model.remove(KEY);
      model.put(KEY, '{"node":"n2"}');
    },
  });
  assert.deepEqual(await (await open('n1')).take('web'), { kind: 'other', by: 'n2' });
  model.put(KEY, '{"node":"n1"}');
  http.trouble('/v3/kv/txn', { when: 'after', work: () => model.remove(KEY) });
  assert.deepEqual(await (await open('n1')).take('web'), {
    kind: 'unknown',
    text: 'the lock has changed meanwhile',
  });
});

test('etcd: with a credential it logs in once, and again when the token has ended', async (t) => {
  const { model, http, open } = await stage(t, 'etcd');
  model.login = { name: 'sealbeat', password: 'a:b' };
  const n1 = await open('n1', { credentialFile: secretFile(t, 'sealbeat:a:b\n') });
  assert.deepEqual([await n1.take('web'), await n1.take('web')], [MINE, MINE]);
  model.endTokens();
  assert.deepEqual(await n1.take('web'), MINE);
  assert.equal(http.asked.filter((path) => path === '/v3/auth/authenticate').length, 2);
});

test('etcd: a wrong password, none, and one where there is no login are unknown with the reason', async (t) => {
  const { model, open } = await stage(t, 'etcd');
  const credentialFile = secretFile(t, 'sealbeat:wrong');
  const textOf = async (more: object): Promise<string> => {
    const answer = await (await open('n1', more)).take('web');
    return answer.kind === 'unknown' ? answer.text : answer.kind;
  };
  assert.match(
    await textOf({ credentialFile }),
    /^etcd does not log us in: 412 .*authentication is not enabled/,
  );
  model.login = { name: 'sealbeat', password: 'right' };
  assert.match(await textOf({ credentialFile }), /^etcd does not log us in: 400 .*authentication failed/);
  assert.match(await textOf({}), /^etcd answers 401 etcdserver: invalid auth token$/);
});
