// Goal: docs/stories/omnios.md from its first line to its last, by the commands that stand there.
import assert from 'node:assert/strict';
import type { EventRecord } from '../../src/core/report.ts';
import { EXAMPLE_FILES, withExample, type ExampleHost, type RunningExample } from '../lab/examples.ts';
import type { Program } from '../lab/program.ts';
import { labTest } from '../lab/requirement.ts';
import { SEALBEAT } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';

const VIP = '10.10.10.42';
const CONFIG = '/etc/sealbeat/sealbeat.yaml';
const BOUND_MS = 30_000;
const TIMEOUT_MS = 3_000;
/** What a host that still answers is given: its lease, one second of the guard, and a fifth. */
const WAIT_MS = 2_200;

const WITH_SCRIPTS = `set -e; EXAMPLES='${EXAMPLE_FILES}'
mkdir -p -m 700 /etc/sealbeat
cp -p $EXAMPLES/stories/omnios/vip-up.sh $EXAMPLES/stories/omnios/vip-down.sh /etc/sealbeat/
cp $EXAMPLES/stories/omnios/sealbeat.yaml /etc/sealbeat/
sealbeat keygen -o /etc/sealbeat/identity`;

labTest(
  'story omnios: the built-in adapter; a killed agent on a host that answers SSH',
  120_000,
  async (t) => {
    await withExample('omnios', async (example) => {
      const { lab, hosts } = example;
      const [om1, om2] = hosts;
      const line = await om1.sealbeat('init', '--vip', VIP, '--cluster', 'storage', '--group', 'nfs');
      await om1.sealbeat('init', await om2.sealbeat('init', line));
      for (const host of hosts) {
        await host.type('sh', '-c', `echo "    confirm: ['ssh://{peer}:22']" >>${CONFIG}`);
        assert.match(await host.sealbeat('check', '--strict'), /is good: cluster storage, 2 nodes, 1 group/);
      }
      const agents = await runBoth(example);
      assert.match(
        await om1.type('ipadm', 'show-addr'),
        /^e1000g0\/sealvip0a0a0a2a\s*static\s+ok\s+10\.10\.10\.42\/32$/m,
      );

      const killedMs = Date.now();
      agents[0].signal('SIGKILL');
      await until('the guard to have let go', BOUND_MS, () => lab.holdersNow(VIP).length === 0);
      assert.ok(Date.now() - killedMs < TIMEOUT_MS - 500, 'at once, not when the other one notices');
      await servedBy(example, 1, agents);
      const gapMs = await lab.client.longestGapMs(VIP, { fromMs: killedMs, toMs: Date.now() });
      t.diagnostic(`killed agent, host answers: no answer for ${Math.round(gapMs)} ms`);
      assert.ok(gapMs > TIMEOUT_MS - 500 + WAIT_MS, `${gapMs} ms: it waited for the lease`);
      const events = await eventsOf(om2);
      const waits = events.filter(({ text }) => text === 'waits 2.2 s before it claims');
      const why = "the silent node's host answers: ssh://10.10.10.1:22: SSH answered";
      assert.deepEqual(
        waits.map(({ cause }) => cause),
        [why],
        'once',
      );
      assert.match(await om2.sealbeat('explain', 'nfs'), /ssh:\/\/10\.10\.10\.1:22: SSH answered/);
      assert.equal(await lab.heldByBoth({ fromMs: killedMs, toMs: Date.now() }, VIP), 0);
    });
  },
);

labTest(
  'story omnios: the scripts that are there; keys by hand; orders; a host that is gone',
  120_000,
  async (t) => {
    await withExample('omnios', async (example) => {
      const { lab, hosts } = example;
      const [om1, om2] = hosts;
      const lines = await Promise.all(hosts.map((host) => host.type('sh', '-c', WITH_SCRIPTS)));
      const trusts = hosts.map(({ name }, at) => `sealbeat key trust ${name} ${lines[at]} --replace --yes`);
      for (const host of hosts) {
        const said = await host.type('sh', '-c', ['set -e', ...trusts, 'sealbeat check --strict'].join('\n'));
        assert.match(said, /is good: cluster storage/);
      }
      const agents = await runBoth(example);
      assert.match(
        await om1.type('ifconfig', '-a'),
        /^e1000g0:1: .*\n\tinet 10\.10\.10\.42 netmask ffffff00 /m,
      );

      await om1.sealbeat('switchover', 'nfs', '--to', 'om2');
      await servedBy(example, 1, agents);

      const goneMs = Date.now();
      lab.faults.unplug('h2');
      agents[1].signalTree('SIGKILL');
      await om2.system.order('reboot');
      await servedBy(example, 0, agents);
      const gapMs = await lab.client.longestGapMs(VIP, { fromMs: goneMs, toMs: Date.now() });
      t.diagnostic(`host gone: no answer for ${Math.round(gapMs)} ms`);
      const events = await eventsOf(om1);
      assert.equal(
        events.some(({ text }) => /before it claims/.test(text)),
        false,
        'no wait',
      );
      assert.ok(events.some(({ cause }) => /^nobody holds it; silent: om2/.test(cause)));
    });
  },
);

async function runBoth(example: RunningExample): Promise<readonly [Program, Program]> {
  const [om1, om2] = example.hosts;
  const agents = [om1.start(SEALBEAT, 'run'), om2.start(SEALBEAT, 'run')] as const;
  await servedBy(example, 0, agents);
  return agents;
}

async function servedBy(
  { lab, hosts }: RunningExample,
  at: 0 | 1,
  agents: readonly Program[],
): Promise<void> {
  await lab.untilServedBy(hosts[at].labName, BOUND_MS).catch((error: unknown) => {
    const words = agents.map(({ output }) => output.slice(-2_000)).join('\n---\n');
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${words}`, { cause: error });
  });
}

async function eventsOf(host: ExampleHost): Promise<readonly EventRecord[]> {
  const lines = (await host.sealbeat('events', '--json')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as EventRecord);
}
