// What `sealbeat doctor` says of a real pair, whole and with one fault at a time.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../src/doctor/finding.ts';
import { CLIENT, macOf, portOf, VIP4 } from '../lab/addresses.ts';
import { hasTool, runTool } from '../lab/host-tool.ts';
import { labTest } from '../lab/requirement.ts';
import { SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';
import { NO_FAILBACK_MS, withPair, type SealbeatPair } from './scene.ts';

/**
 * True of every host of a lab: its kernel has its defaults, nobody but the peer can see a VIP, and a busy machine may let an
 * agent stand still. Packages for tests need not be installed.
 */
const OF_THE_LAB = ['nonlocal-bind', 'vip-ask-peer', 'stalls', 'service-off', 'cloud-adapter'];

interface Ran {
  readonly exitCode: number | null;
  readonly findings: readonly Finding[];
  /** What is neither in order nor true of every lab. */
  readonly ids: readonly string[];
}

function doctorOn(pair: SealbeatPair, host: string, env: Readonly<Record<string, string>> = {}): Ran {
  const { lab, cluster } = pair;
  const file = (name: string): string => join(lab.folder, `${host}.${name}`);
  const places = ['-c', cluster.configPath, '--identity', file('identity'), '--control', file('sock')];
  const ip = runTool('sh', ['-c', 'command -v ip']).trim();
  const ran = spawnSync(ip, ['netns', 'exec', lab.namespace(host), SEALBEAT, 'doctor', '--json', ...places], {
    ...{ encoding: 'utf8', timeout: 30_000, env: { ...process.env, ...env } },
  });
  assert.notEqual(ran.stdout, '', ran.stderr);
  const findings = JSON.parse(ran.stdout) as readonly Finding[];
  const ids = findings
    .filter(({ level, id }) => level !== 'ok' && !OF_THE_LAB.includes(id))
    .map(({ id }) => id);
  return { exitCode: ran.status, findings, ids: [...new Set(ids)].toSorted() };
}

const inHost = (pair: SealbeatPair, host: string, ...command: readonly string[]): string =>
  runTool('ip', ['netns', 'exec', pair.lab.namespace(host), ...command]);

const filter = (pair: SealbeatPair, host: string, ...rules: readonly string[]): void => {
  const table = `table inet trouble {\n${rules.join('\n')}\n}\n`;
  runTool('ip', ['netns', 'exec', pair.lab.namespace(host), 'nft', '-f', '-'], table);
};
const unfilter = (pair: SealbeatPair, host: string): string =>
  inHost(pair, host, 'nft', 'delete', 'table', 'inet', 'trouble');

const all = (ran: Ran): string =>
  JSON.stringify(
    ran.findings.filter(({ level }) => level !== 'ok'),
    undefined,
    1,
  );

function assertOnly(ran: Ran, ids: readonly string[], exitCode: number): void {
  assert.deepEqual(ran.ids, ids, all(ran));
  assert.equal(ran.exitCode, exitCode, all(ran));
}

const of = (ran: Ran, id: string): Finding => {
  const found = ran.findings.find((finding) => finding.id === id);
  assert.ok(found, all(ran));
  return found;
};

/** Puts a fault right and waits until both hear each other again with h1 serving. */
async function untilWell(pair: SealbeatPair): Promise<void> {
  await pair.cluster.untilSettled(['h1', 'h2'], pair.boundMs);
  await until('what got lost to be long ago', pair.boundMs, async () => {
    const reports = await Promise.all(['h1', 'h2'].map((host) => pair.cluster.status(host)));
    return reports.every(({ peers }) =>
      peers.every(({ paths }) => paths.every(({ lossPercent }) => lossPercent === 0)),
    );
  });
  if (pair.lab.holdersNow().join() === 'h1') return await pair.untilServedBy('h1');
  await pair.cluster.order('h2', '/v1/groups/web/switchover', { to: 'h1' });
  await pair.untilServedBy('h1');
}

const untilStatus = async (
  pair: SealbeatPair,
  host: string,
  what: string,
  isSo: (peer: { state: string; hearsUs: boolean }) => boolean,
): Promise<void> =>
  await until(`${host} to see its peer ${what}`, pair.boundMs, async () => {
    const { peers } = await pair.cluster.status(host);
    return peers.some(isSo);
  });

labTest('doctor: a healthy pair has no fault, and each of the following only its own', 300_000, async (t) => {
  await withPair({ failbackDelayMs: NO_FAILBACK_MS }, async (pair) => {
    await t.test('nothing wrong', () => {
      const [holder, standby] = [doctorOn(pair, 'h1'), doctorOn(pair, 'h2')];
      assertOnly(holder, [], 0);
      assertOnly(standby, [], 0);
      assert.match(of(holder, 'vip-ask-peer').fix, /on h2: sealbeat doctor/);
      assert.match(of(standby, 'vip-answer').what, new RegExp(`h1 answers for it \\(${macOf('h1')}\\)`));
      assert.match(of(standby, 'path').what, /both ways/);
      assert.match(of(standby, 'rights').subject, /the agent/);
    });

    await t.test('an identity that others can read', () => {
      const identity = join(pair.lab.folder, 'h1.identity');
      chmodSync(identity, 0o644);
      const ran = doctorOn(pair, 'h1');
      chmodSync(identity, 0o600);
      assertOnly(ran, ['identity-unsafe'], 1);
      assert.match(of(ran, 'identity-unsafe').fix, /chmod 600/);
    });

    await t.test('no arping', () => {
      const folder = join(pair.lab.folder, 'few-programs');
      mkdirSync(folder);
      for (const tool of ['ip', 'nft', 'ping', 'ndptool', 'node', 'sh', 'env', 'dirname', 'readlink']) {
        if (hasTool(tool))
          symlinkSync(runTool('sh', ['-c', `command -v ${tool}`]).trim(), join(folder, tool));
      }
      const ran = doctorOn(pair, 'h2', { PATH: folder });
      assertOnly(ran, ['arping-missing'], 0);
      assert.match(of(ran, 'vip-answer').what, /h1 answers for it/, 'ping stands in for it');
    });

    await t.test('an MTU that is too small', () => {
      inHost(pair, 'h2', 'ip', 'link', 'set', 'eth0', 'mtu', '576');
      const ran = doctorOn(pair, 'h2');
      inHost(pair, 'h2', 'ip', 'link', 'set', 'eth0', 'mtu', '1500');
      pair.lab.faults.linkUp('h2');
      assertOnly(ran, ['mtu-fragments'], 0);
    });

    await t.test('a third host with the VIP', () => {
      runTool('ip', ['-n', pair.lab.namespace(CLIENT), 'address', 'add', `${VIP4}/32`, 'dev', 'eth0']);
      const [holder, standby] = [doctorOn(pair, 'h1'), doctorOn(pair, 'h2')];
      runTool('ip', ['-n', pair.lab.namespace(CLIENT), 'address', 'del', `${VIP4}/32`, 'dev', 'eth0']);
      for (const ran of [holder, standby]) {
        assertOnly(ran, ['vip-duplicate'], 1);
        assert.match(of(ran, 'vip-duplicate').what, new RegExp(macOf(CLIENT)));
      }
    });

    await t.test('a network that does not let the VIP through', () => {
      const sw = pair.lab.namespace('sw');
      const rules = `table bridge spoof {
        chain f {
        type filter hook forward priority -5
        iifname "${portOf('h1')}" arp saddr ip ${VIP4} drop
        iifname "${portOf('h1')}" ip saddr ${VIP4} drop
        }
      }\n`;
      runTool('ip', ['netns', 'exec', sw, 'nft', '-f', '-'], rules);
      const [holder, standby] = [doctorOn(pair, 'h1'), doctorOn(pair, 'h2')];
      runTool('ip', ['netns', 'exec', sw, 'nft', 'delete', 'table', 'bridge', 'spoof']);
      assertOnly(holder, [], 0);
      assertOnly(standby, ['vip-unanswered'], 1);
      assert.match(
        of(standby, 'vip-unanswered').what,
        /h1 holds it, and answers on eth0 for its own 10\.77\.0\.1/,
      );
    });

    await t.test('a config that is not everywhere', async () => {
      pair.cluster.rewrite((config) => (config.heartbeat.timeout = '2600ms'));
      assertOnly(doctorOn(pair, 'h2'), ['config-not-loaded'], 0);
      await pair.cluster.order('h1', '/v1/reload');
      await until('h2 to be told', pair.boundMs, async () =>
        (await pair.cluster.status('h2')).peers.some(({ configDrift }) => configDrift),
      );
      const ran = doctorOn(pair, 'h1');
      assertOnly(ran, ['config-drift'], 0);
      assert.match(of(ran, 'config-drift').what, /what differs: timing/);
      pair.cluster.rewrite(() => undefined);
      await pair.cluster.order('h1', '/v1/reload');
      await untilWell(pair);
    });

    await t.test('a rule that drops what comes in', async () => {
      filter(pair, 'h2', 'chain i {\ntype filter hook input priority 0\nudp dport 7112 drop\n}');
      await untilStatus(pair, 'h2', 'silent', ({ state }) => state === 'silent');
      const deaf = doctorOn(pair, 'h2');
      const unheard = doctorOn(pair, 'h1');
      unfilter(pair, 'h2');
      assertOnly(deaf, ['firewall-rule', 'peer-silent'], 1);
      assert.match(of(deaf, 'firewall-rule').what, /inet trouble i: udp dport 7112 drop/);
      assert.match(of(deaf, 'peer-silent').what, /its host answers ping/);
      assert.deepEqual(unheard.ids, ['path-out'], all(unheard));
      assert.match(of(unheard, 'path-out').what, /h1 → h2 is cut/);
      await untilWell(pair);
    });

    await t.test('one direction that is cut on the way', async () => {
      pair.lab.faults.cut('h2', 'h1', 'heartbeats');
      await untilStatus(pair, 'h2', 'deaf', ({ hearsUs }) => !hearsUs);
      const sender = doctorOn(pair, 'h2');
      await untilStatus(pair, 'h1', 'silent', ({ state }) => state === 'silent');
      const receiver = doctorOn(pair, 'h1');
      pair.lab.faults.heal();
      assertOnly(sender, ['path-out'], 1);
      assertOnly(receiver, ['peer-silent'], 1);
      await untilWell(pair);
    });

    await t.test('a rule that refuses what goes out', async () => {
      filter(pair, 'h2', 'chain o {\ntype filter hook output priority 0\nudp dport 7112 reject\n}');
      await untilStatus(pair, 'h2', 'deaf', ({ hearsUs }) => !hearsUs);
      const ran = doctorOn(pair, 'h2');
      unfilter(pair, 'h2');
      assertOnly(ran, ['firewall-output'], 1);
      assert.match(of(ran, 'firewall-output').why, /inet trouble o: udp dport 7112 reject/);
      await untilWell(pair);
      assertOnly(doctorOn(pair, 'h2'), ['firewall-output'], 0);
    });

    await t.test('no agent, and a VIP that was left', async () => {
      await pair.stop('h2');
      const ran = doctorOn(pair, 'h2');
      assertOnly(ran, ['agent-absent', 'paths-not-asked'], 0);
      assert.match(of(ran, 'paths-not-asked').what, /h1 \(10\.77\.0\.1\) answers ping/);
      assert.match(of(ran, 'vip-answer').what, /h1 answers for it/);
      inHost(pair, 'h2', 'ip', 'address', 'add', `${VIP4}/32`, 'dev', 'eth0');
      const left = doctorOn(pair, 'h2');
      pair.lab.removeVip('h2', VIP4);
      assertOnly(left, ['agent-absent', 'paths-not-asked', 'vip-duplicate', 'vip-left-over'], 1);
    });
  });
});
