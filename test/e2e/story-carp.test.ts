// Goal: docs/stories/carp.md from its first line to its last, on OpenBSD and on FreeBSD: one master for inside and outside, a
// demoted firewall that takes neither, and not one command that is about anything else.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EventRecord } from '../../src/core/report.ts';
import { EXAMPLE_FILES, withExample, type ExampleHost, type RunningExample } from '../lab/examples.ts';
import type { Program } from '../lab/program.ts';
import { labTest } from '../lab/requirement.ts';
import { SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';

const [INSIDE, OUTSIDE] = ['10.10.10.254', '203.0.113.10'] as const;
const BOUND_MS = 40_000;
/** What the operator has beside the virtual hosts. */
const OWN_ALIAS = '10.10.10.80';
const NOT_OURS = ['pfctl', 'relayctl', 'relayd', 'rcctl', 'service'] as const;

const SYSTEMS = {
  openbsd: {
    folder: '/etc/sealbeat',
    masters: (host: ExampleHost) => shown(host, ['carp0', 'carp1']),
    demote: (by: number) => `ifconfig -g carp ${by < 0 ? '-' : ''}carpdemote ${Math.abs(by)}`,
    /** A look, or a word about one of the two carp interfaces. */
    ours: /^(ifconfig (carp[01]( .*)?|em[01]|-g carp)|sysctl -n .*|netstat -s -p carp|pgrep -x ifstated)$/,
    alias: `ifconfig em0 inet alias ${OWN_ALIAS}/32`,
  },
  freebsd: {
    folder: '/usr/local/etc/sealbeat',
    masters: (host: ExampleHost) => shown(host, ['em0', 'em1']),
    demote: (by: number) => `sysctl net.inet.carp.demotion=${by}`,
    ours: new RegExp(
      '^(ifconfig em[01]( vhid [12] .*| inet vhid [12] .*| inet (10\\.10\\.10\\.254|203\\.0\\.113\\.10) -alias)?' +
        '|sysctl -n .*|netstat -s -p carp)$',
    ),
    alias: `ifconfig em0 inet ${OWN_ALIAS}/32 alias`,
  },
} as const;

for (const name of ['openbsd', 'freebsd'] as const) {
  labTest(`story carp on ${name}: both virtual hosts move together`, 180_000, async (t) => {
    await withExample(`carp-${name}`, async (example) => {
      const { folder, demote, ours, alias, masters } = SYSTEMS[name];
      const { hosts } = example;
      const [fw1, fw2] = hosts;
      await asOnThePage(example, folder);
      for (const host of hosts) {
        await type(host, alias);
        trap(host);
      }
      const before = await Promise.all(hosts.map(({ system }) => system.calls()));
      const agents = hosts.map((host) => host.start(SEALBEAT, 'run'));
      await servedBy(example, 0, agents);
      assert.deepEqual(await masters(fw1), ['MASTER 1', 'MASTER 2']);
      assert.deepEqual(await masters(fw2), []);

      const movedMs = Date.now();
      await fw1.sealbeat('switchover', 'gate', '--to', 'fw2');
      await servedBy(example, 1, agents);
      t.diagnostic(`switchover: no answer for ${await gapSince(example, movedMs)} ms`);
      assert.deepEqual([await masters(fw1), await masters(fw2)], [[], ['MASTER 1', 'MASTER 2']]);

      await (name === 'openbsd' ? demotedStandby : demotedHolder)(t, example, agents);
      if (name === 'openbsd') await loseOuterCable(t, example, agents);

      for (const agent of agents) await agent.stop(15_000);
      for (const [at, host] of hosts.entries()) {
        const calls = (await host.system.calls()).slice(before[at]!.length).map(({ argv }) => argv.join(' '));
        const byHand = new Set([demote(33), demote(-33)]);
        assert.deepEqual(
          calls.filter((call) => !ours.test(call) && !byHand.has(call)),
          [],
        );
        assert.equal(existsSync(trapLog(host)), false, 'nobody asked pf or relayd for anything');
        assert.match(
          (await host.system.command(['ifconfig', 'em0'])).stdout,
          new RegExp(`inet ${OWN_ALIAS} `),
        );
      }
    });
  });
}

/** It takes neither, whoever is dead, until it has all states. */
async function demotedStandby(t: TestContext, example: RunningExample, agents: Program[]): Promise<void> {
  const { demote, masters } = SYSTEMS.openbsd;
  const [fw1, fw2] = example.hosts;
  await type(fw1, demote(33));
  const killedMs = Date.now();
  agents[1]!.signal('SIGKILL');
  await until('fw1 to say why it takes nothing', BOUND_MS, async () =>
    (await eventsOf(fw1)).some(({ text, cause }) =>
      /CARP is demoted on this host by 33/.test(`${text} ${cause}`),
    ),
  );
  assert.deepEqual([await masters(fw1), await masters(fw2)], [[], []], 'the guard has let go of both');
  await type(fw1, demote(-33));
  await servedBy(example, 0, agents);
  t.diagnostic(`killed agent, and a demoted standby for a while: ${await gapSince(example, killedMs)} ms`);
}

/** With nobody demoted a killed agent is all there is to wait for; a demoted holder gives both away. */
async function demotedHolder(t: TestContext, example: RunningExample, agents: Program[]): Promise<void> {
  const { demote, masters } = SYSTEMS.freebsd;
  const [fw1, fw2] = example.hosts;
  const killedMs = Date.now();
  agents[1]!.signal('SIGKILL');
  await servedBy(example, 0, agents);
  t.diagnostic(`killed agent: no answer for ${await gapSince(example, killedMs)} ms`);
  agents[1] = fw2.start(SEALBEAT, 'run');
  await untilStandby(fw2);
  const demotedMs = Date.now();
  await type(fw1, demote(33));
  await servedBy(example, 1, agents);
  t.diagnostic(`demoted holder: no answer for ${await gapSince(example, demotedMs)} ms`);
  assert.deepEqual(await masters(fw1), []);
  assert.ok((await eventsOf(fw1)).some(({ cause }) => /check not-demoted failed/.test(cause)));
}

const untilStandby = (host: ExampleHost): Promise<void> =>
  until(`${host.name} to be a standby`, BOUND_MS, async () =>
    /standby/.test(await host.sealbeat('status').catch(() => '')),
  );

/** The carp interface inside could go on, and must not: its firewall leads nowhere. */
async function loseOuterCable(t: TestContext, example: RunningExample, agents: Program[]): Promise<void> {
  const { lab, hosts } = example;
  const [fw1, fw2] = hosts;
  agents[1] = fw2.start(SEALBEAT, 'run');
  await untilStandby(fw2);
  const pulledMs = Date.now();
  lab.faults.unplug('h1', 'cross');
  await servedBy(example, 1, agents);
  t.diagnostic(`outer cable pulled: no answer inside for ${await gapSince(example, pulledMs)} ms`);
  assert.deepEqual(await SYSTEMS.openbsd.masters(fw1), []);
  lab.faults.plugIn('h1', 'cross');
}

/** The commands for sealbeat that stand on the page. */
async function asOnThePage({ hosts }: RunningExample, folder: string): Promise<void> {
  const build = `mkdir -p -m 700 $DIR
cp -p $EXAMPLES/stories/carp/not-demoted.sh $DIR/
sed "s,/etc/sealbeat/,$DIR/,g" $EXAMPLES/stories/carp/sealbeat.yaml >$DIR/sealbeat.yaml
(umask 077; echo PASSWORD >$DIR/carp-password)
sealbeat keygen -o $DIR/identity`;
  const settings = `set -e; EXAMPLES='${EXAMPLE_FILES}'; DIR=${folder}`;
  const lines = await Promise.all(hosts.map((host) => host.type('sh', '-c', `${settings}\n${build}`)));
  const trusts = hosts.map(({ name }, at) => `sealbeat key trust ${name} ${lines[at]} --replace --yes`);
  for (const host of hosts) {
    const said = await host.type('sh', '-c', ['set -e', ...trusts, 'sealbeat check --strict'].join('\n'));
    assert.match(said, /is good: cluster firewalls/);
  }
}

const type = async (host: ExampleHost, line: string): Promise<void> => {
  const { rc, stderr } = await host.system.command(line.split(' '));
  assert.deepEqual({ rc, stderr }, { rc: 0, stderr: '' }, line);
};

/** `MASTER 1`: state and vhid of what CARP runs there; nothing for what is down, missing or at rest. */
async function shown(host: ExampleHost, interfaces: readonly string[]): Promise<readonly string[]> {
  const all = await Promise.all(interfaces.map((one) => host.system.command(['ifconfig', one])));
  return all.flatMap(({ stdout }) =>
    [...stdout.matchAll(/carp: (MASTER|BACKUP) .*?vhid (\d+)/g)].map(([, state, vhid]) => `${state} ${vhid}`),
  );
}

const trapLog = ({ system }: ExampleHost): string => join(dirname(system.binFolder), 'not-ours.log');

/** Programs that change what is pf's or relayd's, where sealbeat would find them first. */
function trap(host: ExampleHost): void {
  for (const program of NOT_OURS) {
    const text = `#!/bin/sh\necho "$0 $*" >>'${trapLog(host)}'\n`;
    writeFileSync(join(host.system.binFolder, program), text, { mode: 0o755 });
  }
}

async function servedBy(example: RunningExample, at: 0 | 1, agents: readonly Program[]): Promise<void> {
  const { lab, hosts } = example;
  try {
    await lab.untilServedBy(hosts[at].labName, BOUND_MS);
    await until('the outside to be there too', BOUND_MS, () => {
      const holders = lab.hosts.filter((host) => lab.timeline(host, OUTSIDE).isHeld);
      return holders.join() === hosts[at].labName;
    });
  } catch (error) {
    const words = agents.map(({ output }) => output.slice(-2_000)).join('\n---\n');
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
  }
}

const gapSince = async ({ lab }: RunningExample, fromMs: number): Promise<number> =>
  Math.round(await lab.client.longestGapMs(INSIDE, { fromMs, toMs: Date.now() }));

async function eventsOf(host: ExampleHost): Promise<readonly EventRecord[]> {
  const lines = (await host.sealbeat('events', '--json')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as EventRecord);
}
