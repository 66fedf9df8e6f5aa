// The built program and a real mail server that comes up late: the failover does not wait for it, and the mail arrives once.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';
import { mailServerProblem, newSecrets, startMailServer } from '../alert/mail-server.ts';
import { freePort } from '../net/free-port.ts';
import { newCluster, PATIENCE_MS } from './cluster.ts';

test('alerts: a mail server that comes up late', { timeout: 120_000 }, async (t) => {
  const problem = mailServerProblem();
  if (problem !== undefined && process.env['CI'] === 'true') throw new Error(problem);
  if (problem !== undefined) return t.skip(problem);
  const secrets = newSecrets();
  t.after(() => secrets.remove());
  const port = await freePort();
  const cluster = await newCluster(t, ['lb1', 'lb2']);
  cluster.write((file) => {
    const mail = {
      ...{ server: `smtp://localhost:${port}`, user: 'sealbeat', password_file: secrets.password },
      ...{ ca: secrets.cert, from: 'sealbeat@example.net', to: ['ops@example.net'] },
    };
    Object.assign(file, { alerts: { mail, on: ['moves'] } });
  });
  const run = (node: string) => {
    const { identityPath, controlPath, stateDirectory, configPath } = cluster.options(node);
    const places = ['--identity', identityPath, '--control', controlPath, '--state', stateDirectory];
    const child = spawn(SEALBEAT, ['run', '--config', configPath, ...places], { stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  const up = (node: string) =>
    until(`${node} is up`, PATIENCE_MS, () => existsSync(cluster.options(node).controlPath));
  const first = run('lb1');
  await up('lb1');
  await cluster.untilActive('lb1');
  const second = run('lb2');
  await up('lb2');
  await cluster.untilStatus('lb2', 'hears lb1', ({ peers }) => peers[0]?.state === 'alive');
  first.kill('SIGKILL');
  await cluster.untilActive('lb2');
  await cluster.untilStatus(
    'lb2',
    'has tried',
    ({ alerts }) => alerts?.[0]?.problem === 'connection refused',
  );
  const { alarms } = await cluster.status('lb2');
  assert.ok(alarms.includes('alerts: mail: connection refused; 1 waits'), alarms.join('\n'));

  const server = await startMailServer(secrets, port);
  t.after(() => server.stop());
  await until('the mail', 3 * PATIENCE_MS, () => server.mails.length > 0);
  await cluster.untilStatus(
    'lb2',
    'is done',
    ({ alerts }) => alerts?.[0]?.sent === 1 && alerts[0].queued === 0,
  );
  second.kill('SIGTERM');
  await once(second, 'exit');
  await until('the last mail', PATIENCE_MS, () => server.mails.length > 1);
  const subjects = server.mails.map(({ content }) =>
    /^Subject: (.*)\r$/m.exec(content)?.[1]?.replace(/^\[.*?\] /, ''),
  );
  assert.deepEqual(subjects.length, 2);
  assert.match(subjects[0] ?? '', /^\S+ moved to lb2$/);
  assert.match(subjects[1] ?? '', /^\S+ is on no node$/);
  if (process.env['SHOW'] !== undefined) for (const { content } of server.mails) console.log(content);
  assert.match(server.mails[0]!.content, /^Gap: {4}at most \d+/m);
});
