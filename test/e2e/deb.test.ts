// Goal: the Debian package works on a host without Node: it installs, starts when it is configured, is upgraded without moving a
// VIP, is removed and purged; and it installs where no systemd runs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { hasTool, toolEnv } from '../lab/host-tool.ts';
import { ensureDeb, ensurePackaged, type Packaged } from '../lab/packaged.ts';
import { insideOf, overlays, startSystemd, systemdProblem, type Systemd } from '../lab/systemd.ts';
import { until } from '../lab/wait.ts';

const VIP = '10.78.0.100';
const PEER = '/run/peer.sock';
const WRITABLE = ['etc', 'var', 'usr'];

/** No Node that a PATH leads to can be run, and nobody forbids services to start. */
const WITHOUT_NODE = `rm -f /usr/sbin/policy-rc.d
IFS=:
for d in $PATH; do
  for n in node nodejs; do
    [ ! -e "$d/$n" ] || mount --bind /dev/null "$d/$n"
  done
done
unset IFS
`;

/** lb1 is the package and has a real interface; lb2 is a plain process beside it and only pretends to. */
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

function good(host: Systemd, ...words: string[]): string {
  const { rc, text } = host.run(...words);
  assert.equal(rc, 0, `${words.join(' ')}\n${text}`);
  return text;
}

function configure(host: Systemd): void {
  good(host, 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1');
  good(host, 'ip', 'link', 'set', 'eth1', 'up');
  good(host, 'ip', 'address', 'add', '10.78.0.1/24', 'dev', 'eth0');
  good(host, 'ip', 'link', 'set', 'eth0', 'up');
  const key = (path: string): string => /sealbeat1\w+/.exec(good(host, 'sealbeat', 'keygen', '-o', path))![0];
  const keys = [key('/etc/sealbeat/identity'), key('/run/peer/identity')];
  good(host, 'sh', '-c', `umask 077; cat >/etc/sealbeat/sealbeat.yaml <<'END'\n${configOf(keys)}END`);
  good(host, 'mkdir', '/run/peer/vips');
  good(host, 'cp', '/etc/sealbeat/sealbeat.yaml', '/run/peer/sealbeat.yaml');
}

interface Status {
  readonly version: string;
  readonly upForMs: number;
  readonly groups: readonly { readonly role: string }[];
}

function statusOf(host: Systemd, program: string, control: string): Status | undefined {
  const { rc, text } = host.run(program, 'status', '--json', '--control', control);
  return rc === 0 ? (JSON.parse(text) as Status) : undefined;
}

/** As they are called inside. */
async function packaged(): Promise<Packaged> {
  const made = await ensurePackaged();
  return { ...made, binary: insideOf(made.binary), deb: insideOf(made.deb) };
}

function missing(t: TestContext): boolean {
  const tool = ['dpkg', 'dpkg-deb', 'deb-systemd-invoke'].find((name) => !hasTool(name));
  const problem = systemdProblem() ?? (tool === undefined ? undefined : `\`${tool}\` is not installed`);
  if (problem === undefined) return false;
  if (process.env['CI'] === 'true') throw new Error(`this test may not be skipped in CI: ${problem}`);
  t.skip(problem);
  return true;
}

test('deb: from install to purge under systemd, without Node', { timeout: 240_000 }, async (t) => {
  if (missing(t)) return;
  const old = await packaged();
  const next = insideOf(await ensureDeb('99.0'));
  const host = await startSystemd({ writable: WRITABLE, before: WITHOUT_NODE });
  t.after(() => host.end());
  const show = (name: string): string =>
    host.run('systemctl', 'show', '--value', '-p', name, 'sealbeat').text.trim();
  const journal = (): string =>
    host.run('journalctl', '-u', 'sealbeat', '--no-pager', '-o', 'cat').text.slice(-6_000);
  const wait = (what: string, condition: () => boolean) => until(what, 30_000, condition, journal);
  const dpkg = (...words: string[]): string => good(host, 'dpkg', '--force-unsafe-io', ...words);
  const own = (): Status | undefined => statusOf(host, 'sealbeat', '/run/sealbeat/control.sock');
  const peer = (): Status | undefined => statusOf(host, old.binary, PEER);
  const hasVip = (): boolean =>
    host.run('ip', '-o', 'address', 'show', 'dev', 'eth0').text.includes(`${VIP}/32`);

  await t.test('there is no Node', () => {
    assert.notEqual(host.run('sh', '-c', 'command -v node || command -v nodejs').rc, 0);
  });

  await t.test('installed without a config it is enabled, and does not run', () => {
    assert.match(dpkg('-i', old.deb), /starts once it is configured/);
    assert.equal(host.run('systemctl', 'is-enabled', 'sealbeat').text.trim(), 'enabled');
    good(host, 'systemctl', 'start', 'sealbeat');
    assert.equal(show('ActiveState'), 'inactive');
    assert.match(good(host, 'sealbeat', '--version'), new RegExp(old.version.replaceAll('.', '\\.')));
    good(host, 'getent', 'passwd', 'sealbeat');
    good(host, 'sh', '-c', 'dpkg -V sealbeat');
  });

  await t.test('configured, it is installed and runs', async () => {
    dpkg('-P', 'sealbeat');
    dpkg('--unpack', old.deb);
    configure(host);
    host.start(
      ...[old.binary, 'run', '-c', '/run/peer/sealbeat.yaml', '--identity', '/run/peer/identity'],
      ...['--control', PEER, '--state', '/run/peer/state'],
    );
    dpkg('--configure', 'sealbeat');
    assert.equal(show('ActiveState'), 'active', journal());
    await wait('the VIP to be up', hasVip);
    await wait('both to hear each other', () => peer()?.groups[0]?.role === 'standby');
  });

  await t.test('"sealbeat service" leaves the files to the package', () => {
    assert.match(good(host, 'sealbeat', 'service', 'install', '--start'), /came with a package/);
    assert.notEqual(host.run('test', '-e', '/etc/systemd/system/sealbeat.service').rc, 0);
    assert.match(good(host, 'sealbeat', 'service', 'status'), /running +yes\nfile .*of a package/);
    const refused = host.run('sealbeat', 'service', 'uninstall');
    assert.equal(refused.rc, 1);
    assert.match(refused.text, /apt remove sealbeat/);
  });

  await t.test('an upgrade keeps the VIP where it is', async () => {
    await wait('the process to be old enough', () => (own()?.upForMs ?? 0) > 11 * 600);
    const watch = host.start('sh', '-c', 'ip -o monitor address dev eth0 >/run/watched');
    t.after(() => watch.kill('SIGKILL'));
    dpkg('-i', next);
    await wait('the new one to hold', () => own()?.groups[0]?.role === 'active');
    assert.match(good(host, 'sealbeat', '--version'), /99\.0/);
    assert.equal(show('ActiveState'), 'active');
    assert.match(host.run('readlink', `/proc/${show('MainPID')}/exe`).text, /^\/usr\/bin\/sealbeat\n/);
    assert.doesNotMatch(host.run('cat', '/run/watched').text, /^Deleted/m, journal());
    assert.equal(peer()?.groups[0]?.role, 'standby');
    assert.doesNotMatch(host.run(old.binary, 'events', '--control', PEER).text, /standby.*claiming/);
  });

  await t.test('one that was stopped by hand stays stopped', async () => {
    good(host, 'systemctl', 'stop', 'sealbeat');
    assert.match(dpkg('-i', next), /it did not run and was not started/);
    assert.equal(show('ActiveState'), 'inactive');
    good(host, 'systemctl', 'start', 'sealbeat');
  });

  await t.test('removed, it has handed over and left config and keys', async () => {
    dpkg('-r', 'sealbeat');
    assert.ok(!hasVip());
    await wait('the peer to hold', () => peer()?.groups[0]?.role === 'active');
    assert.equal(host.run('systemctl', 'is-active', 'sealbeat').text.trim(), 'inactive');
    good(host, 'test', '-e', '/etc/sealbeat/identity');
    assert.notEqual(host.run('test', '-e', '/usr/bin/sealbeat').rc, 0);
  });

  await t.test('purged, nothing of it is left but the user', () => {
    dpkg('-P', 'sealbeat');
    for (const path of ['/etc/sealbeat', '/var/lib/sealbeat', '/run/sealbeat', '/usr/share/sealbeat'])
      assert.notEqual(host.run('test', '-e', path).rc, 0, path);
    assert.equal(host.run('sh', '-c', 'find /etc/systemd /lib/systemd -name "*sealbeat*"').text, '');
    good(host, 'getent', 'passwd', 'sealbeat');
  });
});

test('deb: installs, upgrades and goes where no systemd runs', { timeout: 120_000 }, async (t) => {
  if (missing(t)) return;
  const old = await packaged();
  const next = insideOf(await ensureDeb('99.0'));
  const lines = `set -e
${overlays(WRITABLE)}${WITHOUT_NODE}
dpkg --force-unsafe-io -i '${old.deb}'
sealbeat --version
dpkg --force-unsafe-io -i '${next}'
sealbeat --version
dpkg -r sealbeat
dpkg -P sealbeat
test ! -e /usr/bin/sealbeat
`;
  const ran = spawnSync('unshare', ['--mount', 'sh', '-c', lines], { encoding: 'utf8', env: toolEnv });
  assert.equal(ran.status, 0, `${ran.stdout}${ran.stderr}`);
  assert.match(ran.stdout, /99\.0/);
});
