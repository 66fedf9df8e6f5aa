// A whole daemon whose operator's programs are others after a reload.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { until } from '../lab/wait.ts';
import { standIn } from '../vip/lab.ts';
import { newCluster, PATIENCE_MS, VIP, type Cluster, type ClusterFile } from './cluster.ts';

const TIMEOUT = { timeout: 60_000 };

/** Programs that keep the address as a file of their own, which is what each of them leaves. */
function programs(cluster: Cluster, name: string, { seconds = 0, fails = false } = {}) {
  const note = (verb: string): string =>
    `sleep ${seconds}\necho "${name} ${verb} $2" >> ${cluster.file('calls')}\n`;
  const state = cluster.file(`${name}-address`);
  const up = standIn(cluster.folder, `${name}-up`, `${note('up')}: > ${state}`);
  const down = standIn(
    cluster.folder,
    `${name}-down`,
    `${note('down')}${fails ? 'exit 3' : `rm -f ${state}`}`,
  );
  const show = standIn(cluster.folder, `${name}-show`, `[ -e ${state} ]`);
  return { up, down, show };
}

const using =
  (script: { up: string; down: string; show: string }, more: (file: ClusterFile) => void = () => undefined) =>
  (file: ClusterFile): void => {
    Object.assign(file.groups['web']!, { adapter: 'script', script, interface: { n1: 'lo', n2: 'lo' } });
    more(file);
  };
const calls = (cluster: Cluster): readonly string[] =>
  existsSync(cluster.file('calls')) ? readFileSync(cluster.file('calls'), 'utf8').trim().split('\n') : [];

/** n1 holds the group by the first programs; its peer is not there. */
async function holder(t: TestContext, first: Parameters<typeof programs>[2] = {}) {
  const cluster = await newCluster(t);
  const old = programs(cluster, 'old', first);
  cluster.write(using(old));
  const n1 = await cluster.start('n1');
  await cluster.untilActive('n1');
  assert.deepEqual(calls(cluster), [`old up ${VIP}`]);
  const reload = async (change: (file: ClusterFile) => void): Promise<void> => {
    cluster.write(change);
    assert.equal((await n1.daemon.reload()).ok, true);
  };
  const untilCalls = (count: number): Promise<void> =>
    until(
      `${count} calls`,
      PATIENCE_MS,
      () => calls(cluster).length >= count,
      () => calls(cluster).join(),
    );
  return { cluster, n1, old, reload, untilCalls };
}

const rolesOf = async (cluster: Cluster): Promise<readonly string[]> =>
  (await cluster.events('n1')).filter(({ kind }) => kind === 'role').map(({ text }) => text);

test(
  'script reload: the old programs let go before the new ones begin, and no guard comes after them',
  TIMEOUT,
  async (t) => {
    const { cluster, reload, untilCalls } = await holder(t);
    await reload(using(programs(cluster, 'new')));
    await untilCalls(3);
    await until('the new address', PATIENCE_MS, () => existsSync(cluster.file('new-address')));
    assert.deepEqual(calls(cluster).slice(1), [`old down ${VIP}`, `new up ${VIP}`]);
    assert.ok(!existsSync(cluster.file('old-address')));

    await reload(using(programs(cluster, 'new'), (file) => (file.heartbeat.interval = '75ms')));
    await cluster.untilStatus('n1', 'the new interval', ({ intervalMs }) => intervalMs === 75);
    await cluster.stop('n1');
    assert.deepEqual(calls(cluster).slice(3), [`new down ${VIP}`], 'a change elsewhere runs nothing');
  },
);

test('script reload: programs that take longer than the lease do not move the group', TIMEOUT, async (t) => {
  const { cluster, reload, untilCalls } = await holder(t, { seconds: 1.2 });
  const roles = await rolesOf(cluster);
  await reload(using(programs(cluster, 'new', { seconds: 1.2 })));
  await untilCalls(3);
  assert.deepEqual(calls(cluster).slice(1), [`old down ${VIP}`, `new up ${VIP}`]);
  await cluster.untilActive('n1');
  assert.deepEqual(await rolesOf(cluster), roles);
});

test(
  'script reload: an old program that fails is an alarm, and the guard tries it once more before the new one',
  TIMEOUT,
  async (t) => {
    const { cluster, reload, old } = await holder(t, { fails: true });
    await reload(using(programs(cluster, 'new')));
    await until('the new address', PATIENCE_MS, () => existsSync(cluster.file('new-address')));
    const said = calls(cluster).slice(1);
    assert.ok(said.length > 2, 'the guard has tried as well');
    assert.deepEqual(new Set(said.slice(0, -1)), new Set([`old down ${VIP}`]));
    assert.equal(said.at(-1), `new up ${VIP}`);
    const { alarms } = await cluster.untilStatus('n1', 'an alarm', (status) => status.alarms.length > 0);
    const alarm = alarms.find((text) => /in the way of the config before/.test(text)) ?? '';
    assert.match(alarm, new RegExp(`^web: ${VIP}/32 on .* could not be taken down`));
    assert.ok(alarm.includes(`the old way was: ${old.down} `), alarm);
    assert.ok(existsSync(cluster.file('new-address')));
  },
);
