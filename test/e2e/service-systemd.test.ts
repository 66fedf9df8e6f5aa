// Goal: the unit that is installed works under a real systemd: readiness, rights, reload, restart without failover, watchdog, every
// kind of end, and nothing left after it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { OWN_PROGRAM, PROJECT, SEALBEAT } from '../lab/sealbeat.ts';
import { insideOf, startSystemd, systemdProblem, type Systemd } from '../lab/systemd.ts';
import { until } from '../lab/wait.ts';

const VIP = '10.77.0.100';
const PROGRAM =
  SEALBEAT === OWN_PROGRAM
    ? ['node_modules/.bin/node', 'dist/sealbeat.cjs'].map((path) => insideOf(join(PROJECT, path)))
    : [insideOf(SEALBEAT)];
const PEER = '/run/peer.sock';

/** lb1 is the service and has a real interface; lb2 is a plain process beside it and only pretends to. */
const configOf = (keys: readonly string[]): string => `cluster: lab
heartbeat: { timeout: 600ms }
lease: 2s
restart: 5s
nodes:
  lb1: { key: ${keys[0]}, paths: ['udp://127.0.0.1:7112'], priority: 101 }
  lb2: { key: ${keys[1]}, paths: ['udp://127.0.0.1:7113'] }
groups:
  web:
    interface: { lb1: eth0, lb2: /run/peer/vips }
    adapter: { lb1: auto, lb2: simulated }
    vips: ['${VIP}']
`;

function prepare(host: Systemd): void {
  const good = (...words: string[]): string => {
    const { rc, text } = host.run(...words);
    assert.equal(rc, 0, `${words.join(' ')}\n${text}`);
    return text;
  };
  good('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1');
  good('ip', 'link', 'set', 'eth1', 'up');
  good('ip', 'address', 'add', '10.77.0.1/24', 'dev', 'eth0');
  good('ip', 'link', 'set', 'eth0', 'up');
  const key = (path: string): string => /sealbeat1\w+/.exec(good(...PROGRAM, 'keygen', '-o', path))![0];
  const keys = [key('/etc/sealbeat/identity'), key('/run/peer/identity')];
  good('sh', '-c', `umask 077; cat >/etc/sealbeat/sealbeat.yaml <<'END'\n${configOf(keys)}END`);
  good('mkdir', '/run/peer/vips');
  good('cp', '/etc/sealbeat/sealbeat.yaml', '/run/peer/sealbeat.yaml');
}

const startPeer = (host: Systemd): void =>
  void host.start(
    ...[...PROGRAM, 'run', '-c', '/run/peer/sealbeat.yaml', '--identity', '/run/peer/identity'],
    ...['--control', PEER, '--state', '/run/peer/state'],
  );

interface Service {
  show(name: string): string;
  has(): boolean;
  role(control?: string): { role: string; upForMs: number } | undefined;
  journal(): string;
}

function serviceOn(host: Systemd): Service {
  return {
    show: (name) => host.run('systemctl', 'show', '--value', '-p', name, 'sealbeat').text.trim(),
    has: () => host.run('ip', '-o', 'address', 'show', 'dev', 'eth0').text.includes(`${VIP}/32`),
    role(control = '/run/sealbeat/control.sock') {
      const { rc, text } = host.run(...PROGRAM, 'status', '--json', '--control', control);
      if (rc !== 0) return undefined;
      const status = JSON.parse(text) as { upForMs: number; groups: { role: string }[] };
      return { role: status.groups[0]!.role, upForMs: status.upForMs };
    },
    journal: () => host.run('journalctl', '-u', 'sealbeat', '--no-pager', '-o', 'cat').text.slice(-6000),
  };
}

test('service: under systemd, from install to uninstall', { timeout: 240_000 }, async (t) => {
  const problem = systemdProblem();
  if (problem !== undefined) {
    if (process.env['CI'] === 'true') throw new Error(`this test may not be skipped in CI: ${problem}`);
    return t.skip(problem);
  }
  const host = await startSystemd();
  t.after(() => host.end());
  prepare(host);
  startPeer(host);
  const service = serviceOn(host);
  const seen = (): string =>
    [
      service.show('StatusText'),
      service.journal(),
      host.run(...PROGRAM, 'status', '--control', PEER).text,
    ].join('\n');
  const wait = (what: string, condition: () => boolean) => until(what, 30_000, condition, seen);

  await t.test('install makes the user, hands over the identity, enables and starts', async () => {
    const { rc, text } = host.run(...PROGRAM, 'service', 'install', '--start');
    assert.equal(rc, 0, `${text}\n${service.journal()}`);
    assert.match(text, /written +\/etc\/systemd\/system\/sealbeat.service/);
    assert.equal(service.show('ActiveState'), 'active');
    assert.equal(host.run('stat', '-c', '%U %a', '/etc/sealbeat/identity').text.trim(), 'sealbeat 600');
    await wait('the VIP to be up', service.has);
    await wait('a status line', () => /^active in web; 1 of 1 peers heard$/.test(service.show('StatusText')));
    const again = host.run(...PROGRAM, 'service', 'install');
    assert.match(again.text, /unchanged +\/etc\/systemd\/system\/sealbeat.service/);
    assert.equal(host.run(...PROGRAM, 'key', 'show').rc, 0, 'root reads the identity of the user');
    assert.equal(host.run(...PROGRAM, 'check').rc, 0, host.run(...PROGRAM, 'check').text);
    assert.equal(host.run(...PROGRAM, 'service', 'status').rc, 0);
  });

  await t.test('the daemon is not root, and has two capabilities', () => {
    const status = host.run('cat', `/proc/${service.show('MainPID')}/status`).text;
    assert.match(status, /^Uid:\t(?!0\t)/m);
    assert.match(status, /^CapEff:\t0000000000003000$/m); // CAP_NET_ADMIN is 12, CAP_NET_RAW is 13
    assert.match(status, /^NoNewPrivs:\t1$/m);
  });

  await t.test('reload says whether the config was taken', async () => {
    assert.equal(host.run('systemctl', 'reload', 'sealbeat').rc, 0, service.journal());
    host.run('sh', '-c', 'echo "nonsense: 1" >>/etc/sealbeat/sealbeat.yaml');
    assert.notEqual(host.run('systemctl', 'reload', 'sealbeat').rc, 0);
    host.run('sed', '-i', '/^nonsense/d', '/etc/sealbeat/sealbeat.yaml');
    assert.equal(host.run('systemctl', 'reload', 'sealbeat').rc, 0);
    assert.equal(service.show('ActiveState'), 'active');
  });

  await t.test('systemctl restart keeps the VIP', async () => {
    await wait('the process to be old enough', () => (service.role()?.upForMs ?? 0) > 11 * 600);
    const pid = service.show('MainPID');
    const watch = host.start('sh', '-c', 'ip -o monitor address dev eth0 >/run/watched');
    assert.equal(host.run('systemctl', 'restart', 'sealbeat').rc, 0, service.journal());
    assert.notEqual(service.show('MainPID'), pid);
    await wait('the new process to hold', () => service.role()?.role === 'active');
    assert.equal(service.role(PEER)?.role, 'standby');
    assert.doesNotMatch(host.run('cat', '/run/watched').text, /^Deleted/m, service.journal());
    watch.kill('SIGKILL');
    const events = host.run(...PROGRAM, 'events', '--control', PEER).text;
    assert.doesNotMatch(events, /standby.*claiming/, events);
  });

  await t.test('sealbeat restart begins anew in its place, and is ready again', async () => {
    await wait('the process to be old enough', () => (service.role()?.upForMs ?? 0) > 11 * 600);
    const pid = service.show('MainPID');
    assert.equal(host.run(...PROGRAM, 'restart').rc, 0);
    await wait(
      'a new image',
      () => (service.role()?.upForMs ?? 1e9) < 6_000 && service.role()?.role === 'active',
    );
    assert.equal(service.show('MainPID'), pid);
    await wait('its status line', () => service.show('StatusText').startsWith('active in web'));
    assert.equal(service.show('ActiveState'), 'active');
  });

  await t.test('SIGKILL: nothing is left, and it is started again', async () => {
    const restarts = Number(service.show('NRestarts'));
    host.run('kill', '-9', service.show('MainPID'));
    await wait('the VIP to be gone', () => !service.has());
    await wait('the next start', () => Number(service.show('NRestarts')) === restarts + 1);
    await wait('it to run', () => service.show('ActiveState') === 'active');
  });

  await t.test('the watchdog ends a process that hangs', async () => {
    const restarts = Number(service.show('NRestarts'));
    host.run('kill', '-STOP', service.show('MainPID'));
    await wait('the VIP to be gone by its lease', () => !service.has());
    await until('the watchdog', 60_000, () => Number(service.show('NRestarts')) > restarts, seen);
    await wait('it to run', () => service.show('ActiveState') === 'active');
    assert.match(service.journal(), /watchdog/i);
  });

  await t.test('a bad config is told, and mended without a command', async () => {
    host.run('systemctl', 'stop', 'sealbeat');
    host.run('sh', '-c', 'echo "nonsense: 1" >>/etc/sealbeat/sealbeat.yaml');
    host.run('systemctl', 'start', '--no-block', 'sealbeat');
    await wait('the reason', () => service.show('StatusText').includes('cannot start: CONFIG_INVALID'));
    host.run('sed', '-i', '/^nonsense/d', '/etc/sealbeat/sealbeat.yaml');
    await wait('it to run', () => service.show('ActiveState') === 'active');
  });

  await t.test('stop hands over', async () => {
    await wait('it to hold', () => service.role()?.role === 'active');
    assert.equal(host.run('systemctl', 'stop', 'sealbeat').rc, 0);
    assert.ok(!service.has());
    await wait('the peer to hold', () => service.role(PEER)?.role === 'active');
    assert.equal(service.show('Result'), 'success', service.journal());
  });

  await t.test('uninstall leaves the keys, --purge does not', () => {
    const gone = host.run(...PROGRAM, 'service', 'uninstall');
    assert.equal(gone.rc, 0, gone.text);
    assert.match(gone.text, /removed +\/etc\/systemd\/system\/sealbeat.service/);
    assert.equal(host.run('test', '-e', '/etc/sealbeat/identity').rc, 0);
    assert.equal(host.run(...PROGRAM, 'service', 'uninstall', '--purge').rc, 0);
    assert.notEqual(host.run('test', '-e', '/etc/sealbeat/identity').rc, 0);
    assert.notEqual(host.run('test', '-e', '/var/lib/sealbeat').rc, 0);
  });
});
