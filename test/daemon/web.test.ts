// Goal: a running daemon answers over TCP what its config asks for, and lives on where that can't be.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { request } from 'node:http';
import { until } from '../lab/wait.ts';
import { freePort } from '../net/free-port.ts';
import { newCluster, PATIENCE_MS, type ClusterFile } from './cluster.ts';

interface Answered {
  readonly status: number;
  readonly text: string;
}

function get(where: { port: number } | { socketPath: string }, path: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', ...where, path, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

const withWeb =
  (port: number) =>
  (file: ClusterFile): void =>
    void Object.assign(file, { web: { listen: { n1: `127.0.0.1:${port}` } } });

const answers = async (port: number): Promise<boolean> =>
  await get({ port }, '/healthz').then(
    ({ status }) => status === 200,
    () => false,
  );

test('web: a daemon serves its metrics, with the values of its status; a reload ends and moves that', async (t) => {
  const cluster = await newCluster(t);
  const [first, second] = [await freePort(), await freePort()];
  cluster.write(withWeb(first));
  const { daemon } = await cluster.start('n1');
  const early = await get({ socketPath: cluster.file('n1.sock') }, '/readyz');
  assert.deepEqual(early, { status: 503, text: 'web: its place is not known yet, it waits for n2\n' });
  await cluster.start('n2');
  await cluster.untilActive('n1');
  await until('a listener', PATIENCE_MS, () => answers(first));
  assert.deepEqual(await get({ port: first }, '/readyz'), { status: 200, text: 'ready\n' });
  let text = '';
  await until('renewals that were counted', PATIENCE_MS, async () => {
    ({ text } = await get({ port: first }, '/metrics'));
    return /^sealbeat_adapter_calls_total\{kind="renew",outcome="ok"\} [1-9]/m.test(text);
  });
  for (const line of [
    /^sealbeat_node_info\{node="n1",cluster="test"\} 1$/m,
    /^sealbeat_group_active\{group="web"\} 1$/m,
    /^sealbeat_group_transitions_total\{group="web",from="init",to="standby",cause="start"\} 1$/m,
    /^sealbeat_group_transitions_total\{group="web",from="claiming",to="active",cause="election"\} 1$/m,
    /^sealbeat_peer_up\{peer="n2"\} 1$/m,
    /^sealbeat_path_sent_total\{peer="n2",path="udp:\/\/127.0.0.1:\d+"\} [1-9]\d+$/m,
    /^sealbeat_beat_lateness_seconds_count [1-9]\d*$/m,
    /^sealbeat_lease_renewal_lateness_seconds_count [1-9]/m,
    /^process_resident_memory_bytes \d{7,}$/m,
  ])
    assert.match(text, line);
  const onSocket = await get({ socketPath: cluster.file('n1.sock') }, '/metrics');
  const names = (metrics: string): readonly string[] => metrics.match(/^# TYPE .*/gm) ?? [];
  assert.deepEqual(names(onSocket.text), names(text), 'the control socket has the same');

  cluster.write(withWeb(second));
  assert.equal((await daemon.reload()).ok, true);
  await until('the listener to move', PATIENCE_MS, () => answers(second));
  assert.equal(await answers(first), false);
  cluster.write();
  assert.equal((await daemon.reload()).ok, true);
  await until('the listener to end', PATIENCE_MS, async () => !(await answers(second)));
});

test('web: a port that somebody else has is an alarm, and nothing else', async (t) => {
  const cluster = await newCluster(t);
  const port = await freePort();
  const occupant = createServer().listen(port, '127.0.0.1');
  t.after(() => occupant.close());
  cluster.write(withWeb(port));
  await cluster.start('n1');
  await cluster.start('n2');
  await cluster.untilActive('n1');
  const { alarms } = await cluster.untilStatus('n1', 'an alarm', ({ alarms }) =>
    alarms.some((alarm) => alarm.startsWith('the listener ')),
  );
  const expected = `the listener cannot listen on 127.0.0.1:${port}: another program has this port; choose another one with "listen" under "web" (tried again every 5 s)`;
  assert.equal(alarms[0], expected);
});
