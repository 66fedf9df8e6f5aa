// A whole daemon with hooks: each is run at its moment, with the VIP where it should be then, and nothing depends on them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { HOOK_MOMENTS } from '../../src/core/hooks.ts';
import { sendOrder } from '../../src/control/client.ts';
import { until } from '../lab/wait.ts';
import { standIn } from '../vip/lab.ts';
import { newCluster, PATIENCE_MS, type Cluster } from './cluster.ts';

const TIMEOUT = { timeout: 60_000 };

/** Each hook writes its moment, whether the VIP is here, and its arguments behind its own. */
function noting(cluster: Cluster, more = ''): string {
  return standIn(
    cluster.folder,
    'hook',
    `[ -e ${cluster.vipFile('n1')} ] && vip=here || vip=gone\necho "$SEALBEAT_HOOK $vip $*" >> ${cluster.file('calls')}\n${more}`,
  );
}
const calls = (cluster: Cluster): readonly string[] =>
  existsSync(cluster.file('calls')) ? readFileSync(cluster.file('calls'), 'utf8').trim().split('\n') : [];
const untilCalls = (cluster: Cluster, count: number): Promise<void> =>
  until(
    `${count} calls`,
    PATIENCE_MS,
    () => calls(cluster).length >= count,
    () => calls(cluster).join(),
  );

async function alone(t: TestContext, hooks: Record<string, unknown>, more = '') {
  const cluster = await newCluster(t);
  const hook = noting(cluster, more);
  const withHook = Object.fromEntries(
    Object.entries(hooks).map(([moment, value]) => [moment, value ?? [hook]]),
  );
  cluster.write((file) => Object.assign(file.groups['web']!, { hooks: withHook }));
  const n1 = await cluster.start('n1');
  return { cluster, n1, hook };
}

const ALL = Object.fromEntries(HOOK_MOMENTS.map((moment) => [moment, undefined]));

test('hooks: from a start to an end, each at its moment', TIMEOUT, async (t) => {
  const { cluster } = await alone(t, ALL);
  await cluster.untilActive('n1');
  await untilCalls(cluster, 2);
  const { groups } = await cluster.status('n1');
  const reports = Object.fromEntries((groups[0]!.hooks ?? []).map((hook) => [hook.moment, hook]));
  assert.deepEqual(Object.keys(reports), HOOK_MOMENTS);
  await cluster.untilStatus('n1', 'post_up done', ({ groups: [web] }) =>
    (web?.hooks ?? []).some(
      ({ moment, state, runs }) => moment === 'post_up' && state === 'done' && runs === 1,
    ),
  );
  await cluster.stop('n1');
  const moments = calls(cluster).filter((line) => !line.startsWith('on_standby'));
  assert.deepEqual(
    moments.map((line) => line.trim()),
    ['pre_up gone', 'post_up here', 'pre_down here', 'post_down gone'],
  );
});

test("hooks: keepalived's scripts hear MASTER, and STOP at the end", TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const run = [noting(cluster)];
  const hooks = { style: 'keepalived', post_up: run, post_down: run, on_standby: { run }, on_fault: run };
  cluster.write((file) => Object.assign(file.groups['web']!, { hooks }));
  await cluster.start('n1');
  await cluster.untilActive('n1');
  // Not counted: whether it was a standby for a moment before is a matter of time.
  await until('post_up', PATIENCE_MS, () => calls(cluster).some((line) => line.startsWith('post_up')));
  await cluster.stop('n1');
  assert.deepEqual(
    calls(cluster).filter((line) => !line.startsWith('on_standby')),
    ['post_up here INSTANCE web MASTER 200', 'post_down gone INSTANCE web STOP 0'],
  );
});

test('hooks: a second daemon by mistake is turned away without a word to them', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const run = [noting(cluster)];
  const hooks = { post_down: { run, style: 'keepalived' } };
  cluster.write((file) => Object.assign(file.groups['web']!, { hooks }));
  await cluster.start('n1');
  await cluster.untilActive('n1');
  await assert.rejects(cluster.start('n1'), /already answers/);
  assert.deepEqual(calls(cluster), []);
  await cluster.stop('n1');
  assert.deepEqual(calls(cluster), ['post_down gone INSTANCE web STOP 0']);
});

test('hooks: one that fails stops nothing, and is an event and an alarm', TIMEOUT, async (t) => {
  const { cluster } = await alone(t, { pre_up: undefined }, 'echo no thanks >&2; exit 3');
  await cluster.untilActive('n1');
  const { alarms } = await cluster.status('n1');
  const said = alarms.find((alarm) => alarm.startsWith('web: the hook pre_up'));
  assert.match(
    said ?? '',
    /failed with exit code 3: .*hook: no thanks; try "sealbeat hook test web\.pre_up"$/,
  );
  const event = (await cluster.events('n1')).find(({ text }) => text.startsWith('pre_up: '));
  assert.match(event?.text ?? '', /: exit code 3; the takeover goes on$/);
  assert.equal(event?.cause, 'no thanks');
});

test('hooks: a vital check that fails is a fault, and on_fault is told which', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const tells = cluster.file('tells.sh');
  writeFileSync(tells, `#!/bin/sh\necho "$SEALBEAT_HOOK: $SEALBEAT_CAUSE" >>${cluster.file('calls')}\n`, {
    mode: 0o755,
  });
  const disk = { file: cluster.file('well'), is: 'well', interval: '100ms', fall: 1 };
  cluster.write((file) =>
    Object.assign(file.groups['web']!, { checks: { disk }, hooks: { on_fault: [tells] } }),
  );
  await cluster.start('n1');
  await untilCalls(cluster, 1);
  assert.deepEqual(calls(cluster), ['on_fault: check disk failed']);
});

test('hooks: a takeover waits for pre_up as long as that may take, and no longer', TIMEOUT, async (t) => {
  const hanging = { run: ['/bin/sh', '-c', 'sleep 60'], timeout: '300ms' };
  const { cluster } = await alone(t, { pre_up: hanging, post_up: undefined });
  await cluster.untilActive('n1');
  await untilCalls(cluster, 1);
  const { groups } = await cluster.status('n1');
  const preUp = groups[0]!.hooks?.find(({ moment }) => moment === 'pre_up');
  assert.deepEqual([preUp?.state, preUp?.failures], ['timed out', 1]);
});

test('hooks: a restart has promised to be back in time, and waits for none that runs', TIMEOUT, async (t) => {
  const stubborn = { run: ['/bin/sh', '-c', `trap '' TERM; sleep 20`], timeout: '30s' };
  const cluster = await newCluster(t);
  cluster.write((file) => {
    file.heartbeat.timeout = '200ms'; // who is younger than ten of them does not leave anything
    Object.assign(file.groups['web']!, { hooks: { post_up: stubborn } });
  });
  const n1 = await cluster.start('n1');
  await cluster.untilStatus(
    'n1',
    'post_up runs',
    ({ groups, upForMs }) => groups[0]?.hooks?.[0]?.state === 'running' && upForMs > 2_200,
  );
  const begunAt = performance.now();
  const done = await sendOrder(cluster.options('n1').controlPath, '/v1/restart', {
    exit: true,
    within_ms: 0,
  });
  assert.equal(done.facts?.['left'], true, done.text);
  assert.equal(await n1.daemon.ended, 'start-me');
  const tookMs = performance.now() - begunAt;
  assert.ok(tookMs < 4_000, `${tookMs} ms`); // with the patience of an end it would be seven seconds
});

test('hooks: a reload brings hooks, changes them, and takes them away', TIMEOUT, async (t) => {
  const cluster = await newCluster(t);
  const hook = noting(cluster);
  const n1 = await cluster.start('n1');
  await cluster.untilActive('n1');
  const reload = async (hooks: object): Promise<void> => {
    cluster.write((file) => Object.assign(file.groups['web']!, { hooks }));
    assert.equal((await n1.daemon.reload()).ok, true);
  };
  await reload({ pre_down: [hook, 'old'], post_down: [hook, 'old'] });
  assert.deepEqual(calls(cluster), [], 'what was before is no news');
  await reload({ post_down: [hook, 'new'] });
  await cluster.stop('n1');
  assert.deepEqual(calls(cluster), ['post_down gone new']);
});
