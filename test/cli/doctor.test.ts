// The command in every state of a host: nothing there yet, all broken, another system; and what a terminal shows.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { doctor } from '../../src/cli/commands/doctor.ts';
import { doctorText, verdict } from '../../src/cli/doctor-text.ts';
import type { World } from '../../src/cli/facts/world.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { identities, pair } from '../config/example-file.ts';
import { standby } from '../doctor/sound-facts.ts';
import { fakeHost } from '../fakes/cli-host.ts';
import { toldWorld } from '../fakes/told-world.ts';

async function files(t: TestContext, text?: string, mode = 0o600) {
  const folder = await mkdtemp(join(tmpdir(), 'sealbeat-doctor-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const config = join(folder, 'sealbeat.yaml');
  const identity = join(folder, 'identity');
  if (text !== undefined) {
    await writeFile(config, text);
    await writeFile(identity, formatKeyFile([identities.lb1]), { mode });
  }
  return { config, identity, control: join(folder, 'sock') };
}

/** What it says as JSON, and with which error it ends. */
async function run(places: { config: string; identity: string; control: string }, world: World) {
  const host = fakeHost({ platform: world.platform });
  const error = await doctor(host, { ...places, json: true }, world).then(
    () => undefined,
    (thrown: { code: string }) => thrown.code,
  );
  const findings = JSON.parse(host.outs.join('')) as readonly Finding[];
  return { error, ids: findings.filter(({ level }) => level !== 'ok').map(({ id }) => id), findings };
}

test('doctor: nothing there at all: no config, no identity, no agent, no program', async (t) => {
  const { error, ids } = await run(await files(t), toldWorld({}));
  assert.deepEqual(
    [error, ids],
    [
      'HOST_UNFIT',
      ['agent-absent', 'paths-not-asked', 'config-unreadable', 'identity-unreadable', 'iproute-missing'],
    ],
  );
});

test('doctor: a broken config beside a running agent: what the agent knows is said all the same', async (t) => {
  const world = toldWorld({ status: standby({ alarms: [] }) });
  const { error, ids, findings } = await run(await files(t, pair.replace('250ms', '250')), world);
  assert.equal(error, 'HOST_UNFIT');
  assert.deepEqual(ids, ['config-invalid', 'iproute-missing']);
  assert.ok(findings.some(({ id }) => id === 'path'));
});

test('doctor: programs that hang are ended, and what they would have said is left out', async (t) => {
  const hung = { timedOut: true, exitCode: -1 };
  const programs = {
    ip: hung,
    nft: hung,
    nmcli: hung,
    arping: hung,
    busybox: hung,
    ping: hung,
    ndptool: hung,
    systemctl: hung,
  };
  const { ids } = await run(await files(t, pair), toldWorld({ programs }));
  assert.ok(ids.includes('agent-absent'), ids.join());
  assert.ok(!ids.includes('firewall-input') && !ids.includes('peer-no-route'), ids.join());
});

test('doctor: an identity that others can read', async (t) => {
  const { error, findings } = await run(await files(t, pair, 0o644), toldWorld({ status: standby() }));
  assert.equal(error, 'HOST_UNFIT');
  assert.match(findings.find(({ id }) => id === 'identity-unsafe')?.fix ?? '', /chmod 600/);
  assert.ok(
    findings.some(({ id }) => id === 'path'),
    'the agent says which node this is',
  );
});

for (const platform of ['sunos', 'freebsd', 'openbsd', 'netbsd'] as const) {
  test(`doctor: on ${platform} it says what it left out, and runs none of Linux's programs`, async (t) => {
    const programs = {
      'sysctl -n net.inet.ip.dad_count': { stdout: '3\n' },
      'sysctl -n net.link': { stdout: '0\n' },
    };
    const world = toldWorld({ platform, programs, status: standby() });
    const { ids } = await run(await files(t, pair), world);
    assert.ok(ids.includes('linux-only'));
    assert.equal(ids.includes('kernel-setting'), platform === 'netbsd' || platform === 'freebsd');
    assert.deepEqual(
      world.ran.filter((line) => !line.startsWith('sysctl ')),
      [],
    );
  });
}

const found: readonly Finding[] = [
  { id: 'clock', level: 'ok', subject: '', what: 'clocks need not agree', why: '', fix: '' },
  {
    id: 'mtu',
    level: 'ok',
    subject: 'lb2',
    what: 'packets of up to 592 bytes, 1500 fit through eth0',
    why: '',
    fix: '',
  },
  {
    ...{ id: 'manager-networkd', level: 'warning', subject: 'eth0', what: 'systemd-networkd runs it' },
    why: 'whenever it restarts, also by an update, it removes addresses that it does not know',
    fix: 'mkdir -p /etc/systemd/network/10-eth0.network.d\nnetworkctl reload',
  },
];

test('doctor: a terminal: what is in order, then the rest with why and what to do; commands are never folded', () => {
  assert.equal(
    doctorText(found, { columns: 50, colour: false }),
    `in order
  clock  clocks need not agree
  mtu    lb2: packets of up to 592 bytes, 1500 fit
         through eth0

WARNING manager-networkd: eth0: systemd-networkd
  runs it
  why  whenever it restarts, also by an update, it
       removes addresses that it does not know
  do   mkdir -p /etc/systemd/network/10-eth0.network.d
       networkctl reload
`,
  );
});

test('doctor: the verdict', () => {
  const level = (of: Finding['level']): Finding => ({ ...found[2]!, level: of });
  assert.equal(verdict([]), 'all is well');
  assert.equal(verdict([level('note')]), 'all is well, 1 note');
  assert.equal(
    verdict([level('note'), level('warning'), level('warning')]),
    'no problem, 2 warnings, 1 note',
  );
  assert.match(verdict([level('problem')]), /^1 problem: this host/);
});

test('doctor: words from files and peers move no cursor', () => {
  const bad: Finding = { ...found[2]!, subject: '\u001b[2J', what: 'a\u001b[31m', fix: 'x\u0007' };
  assert.ok(![...doctorText([bad], { columns: 80, colour: false })].some((one) => one < ' ' && one !== '\n'));
});
