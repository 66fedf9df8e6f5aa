import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openArbiter } from '../../src/arbiter/open.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settingsFor, stage } from './stage.ts';

const MINE = { kind: 'mine' };

test('consul: a session ends by its TTL alone, and its lock is then free at once', async (t) => {
  const { model, open } = await stage(t, 'consul');
  await (await open('n1')).take('web');
  const [session] = model.sessions;
  assert.deepEqual(session, {
    Name: 'sealbeat prod web n1',
    TTL: '10s',
    Behavior: 'delete',
    LockDelay: '0s',
    Checks: [],
    NodeChecks: [],
  });
});

test('consul: giving leaves no session, and taking on what a dead process held leaves one', async (t) => {
  const { model, open } = await stage(t, 'consul');
  await (await open('n1')).take('web');
  const n1 = await open('n1');
  await n1.take('web');
  assert.equal(model.sessions.length, 1);
  await n1.give('web');
  assert.equal(model.sessions.length, 0);
});

test('consul: a lock that cannot be had though nobody holds it is unknown', async (t) => {
  const { http, open } = await stage(t, 'consul');
  http.trouble('/v1/kv/', { when: 'before', answer: { status: 200, body: false } });
  const answer = await (await open('n1')).take('web');
  assert.deepEqual(answer, { kind: 'unknown', text: 'the lock has changed meanwhile' });
});

test('consul: an answer about another session is none about ours', async (t) => {
  const { http, open } = await stage(t, 'consul');
  const n1 = await open('n1');
  await n1.take('web');
  const body = [{ ID: '00000000-0000-0000-0000-000000000000' }];
  http.trouble('/v1/session/renew', { when: 'before', answer: { status: 200, body } });
  assert.equal((await n1.take('web')).kind, 'unknown');
});

test('consul: the token is shown with every question; without it the answer is unknown', async (t) => {
  const { model, open } = await stage(t, 'consul');
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-arbiter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const credentialFile = join(folder, 'token');
  writeFileSync(credentialFile, 'secret\n', { mode: 0o600 });
  model.token = 'secret';
  const n1 = await open('n1', { credentialFile });
  assert.deepEqual([await n1.take('web'), await n1.take('web')], [MINE, MINE]);
  const text = 'Consul answers 403 Permission denied: token lacks permission';
  assert.deepEqual(await (await open('n2')).take('web'), { kind: 'unknown', text });
});

test('consul: a TTL of 9 s is refused, of 10 s not', async () => {
  const opened = (ttlSeconds: number): Promise<unknown> =>
    openArbiter(settingsFor('consul', ['http://127.0.0.1:1'], { ttlSeconds }), {
      ...{ cluster: 'prod', node: 'n1', clock: new ManualClock() },
    });
  await assert.rejects(opened(9), { code: 'CONFIG_INVALID', hint: 'set arbiter.ttl to 10s or more' });
  await opened(10);
});
