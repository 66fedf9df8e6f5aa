// Goal: the two firewalls of docs/stories/firewalls.md, with the files of config/stories/firewalls as they are. A TCP connection
// through the pair outlives both, one after the other: a killed agent, and a firewall whose cables are pulled.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Client } from '../lab/client.ts';
import type { Daemon } from '../lab/machine.ts';
import { startNamespaceChild } from '../lab/namespace-child.ts';
import { labTest } from '../lab/requirement.ts';
import { withSite, type HostPlan, type Site } from '../lab/site.ts';
import { storyFile, storyNodes, withWords, type StoryNode } from '../lab/story-node.ts';
import { streamEnd, type StreamEnd } from '../lab/stream-end.ts';
import type { Span } from '../lab/timeline.ts';
import { until } from '../lab/wait.ts';

const VIPS = ['192.168.77.1', '203.0.113.10'];
const SERVER = '203.0.113.80';
const STREAM_PORT = 7000;
const ECHO_PORT = 7;
const BOUND_MS = 20_000;
/** Of the story's config: after so much silence a firewall is replaced. */
const TIMEOUT_MS = 2_500;
/** What a busy machine may add. */
const SLACK_MS = 3_000;

const firewall = (number: number): HostPlan => ({
  cables: {
    eth0: ['outside', `203.0.113.${10 + number}/24`],
    eth1: ['inside', `192.168.77.${1 + number}/24`],
    eth2: ['between', `10.99.0.${number}/24`],
  },
});
const PLAN = {
  fw1: firewall(1),
  fw2: firewall(2),
  client: { cables: { eth0: ['inside', '192.168.77.50/24'] }, gateway: '192.168.77.1' },
  server: { cables: { eth0: ['outside', `${SERVER}/24`] } },
} as const;

interface Scene {
  readonly site: Site;
  readonly nodes: Readonly<Record<'fw1' | 'fw2', StoryNode>>;
  readonly agents: Record<string, Daemon>;
  /** Asks the inside VIP, which the firewalls answer themselves, and through the pair the server. */
  readonly probe: Client;
  readonly ends: readonly StreamEnd[];
}

labTest(
  'firewalls: a TCP connection through the pair outlives both firewalls',
  120_000,
  async (t) => {
    await withSite(PLAN, async (site) => {
      const nodes = await storyNodes(site, 'firewalls', ['fw1', 'fw2']);
      await Promise.all(Object.values(nodes).map(prepare));
      const agents: Record<string, Daemon> = {};
      await withWords(agents, async () => {
        for (const node of Object.values(nodes)) agents[node.name] = await node.run();
        await untilGateway(site, 'fw1');
        const probe = await startProbe(site, nodes);
        const server = await streamEnd(site.namespace('server'), STREAM_PORT);
        const client = await streamEnd(site.namespace('client'), STREAM_PORT, SERVER);
        const scene = { site, nodes, agents, probe, ends: [client, server] };
        await outlivesAgent(t, scene);
        await outlivesFirewall(t, scene);
      });
    });
  },
  ['conntrackd', 'conntrack', 'arping'],
);

async function prepare(node: StoryNode): Promise<void> {
  await node.type('cp', storyFile('firewalls/conntrackd.conf'), '/etc/conntrackd/conntrackd.conf');
  if (node.name === 'fw2') {
    const own = 's/IPv4_interface 10.99.0.1/IPv4_interface 10.99.0.2/';
    await node.type('sed', '-i', own, '/etc/conntrackd/conntrackd.conf');
  }
  const script = '/etc/sealbeat/primary-backup.sh';
  await node.type('install', '-m', '0755', storyFile('firewalls/primary-backup.sh'), script);
  await node.type('sysctl', '-qp', storyFile('firewalls/sysctl.conf'));
  await node.type('nft', '-f', storyFile('firewalls/nftables.conf'));
  await node.type('conntrackd', '-d');
  const dropIn = await node.type('cat', storyFile('firewalls/conntrackd-drop-in.conf'));
  for (const [, words = ''] of dropIn.matchAll(/^ExecStartPost=(.*)$/gm))
    await node.type(...words.split(' '));
  await node.sealbeat('check', '--strict');
}

/** The responders stand for a service of the firewalls themselves, so their rules have to let it in. */
async function startProbe(site: Site, nodes: Scene['nodes']): Promise<Client> {
  const [inside = ''] = VIPS;
  for (const node of Object.values(nodes)) {
    await node.type(
      ...['nft', 'add', 'rule', 'inet', 'filter', 'input'],
      ...['udp', 'dport', `${ECHO_PORT}`, 'accept'],
    );
    await node.type('sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=1');
    await startNamespaceChild(site.namespace(node.name), 'responder.ts', [
      ...[node.name, `${ECHO_PORT}`, inside],
    ]);
    await node.type('sysctl', '-qw', 'net.ipv4.ip_nonlocal_bind=0');
  }
  await startNamespaceChild(site.namespace('server'), 'responder.ts', ['server', `${ECHO_PORT}`, SERVER]);
  return Client.start(site.namespace('client'), {
    vips: [inside, SERVER],
    port: ECHO_PORT,
    everyMs: 2,
    shortestGapMs: 6,
  });
}

/** Both addresses here and nowhere else; where a firewall is cut off, what it still has does not count. */
async function untilGateway(site: Site, name: string, cutOff: readonly string[] = []): Promise<void> {
  const holders = (vip: string): string =>
    ['fw1', 'fw2'].filter((each) => !cutOff.includes(each) && site.watch(each).of(vip).isHeld).join();
  await until(
    `both VIPs on ${name}`,
    BOUND_MS,
    () => VIPS.every((vip) => holders(vip) === name),
    () => VIPS.map((vip) => `${vip} is on ${holders(vip)}`).join(', '),
  );
}

/** conntrackd of this firewall has the connection from the other one, in its cache and not in the kernel. */
async function untilSynchronized(node: StoryNode): Promise<void> {
  let cache = '';
  await until(
    `${node.name} to have been sent the connection`,
    BOUND_MS,
    async () => (cache = await node.type('conntrackd', '-e')).includes(`dport=${STREAM_PORT}`),
    () => cache,
  );
}

const knows = async (node: StoryNode): Promise<boolean> =>
  (await node.type('conntrack', '-L', '-p', 'tcp', '--dport', `${STREAM_PORT}`)).includes('ESTABLISHED');

/** Numbers have come at both ends since now, and none was ever missing. */
async function untilFlowing(ends: readonly StreamEnd[]): Promise<void> {
  const before = await Promise.all(ends.map((end) => end.state()));
  await until('numbers to come at both ends', BOUND_MS, async () => {
    for (const { broken } of ends) assert.deepEqual(broken, []);
    const now = await Promise.all(ends.map((end) => end.state()));
    return now.every(({ received }, place) => received > (before[place]?.received ?? Infinity) + 20);
  });
}

async function outlivesAgent(t: TestContext, scene: Scene): Promise<void> {
  const { site, nodes, agents } = scene;
  await untilFlowing(scene.ends);
  await untilSynchronized(nodes.fw2);
  assert.equal(await knows(nodes.fw2), false, 'nothing has gone through fw2 yet');
  const fromMs = Date.now();
  agents['fw1']?.signal('SIGKILL');
  await untilGateway(site, 'fw2');
  await until('fw2 to have the connection', BOUND_MS, () => knows(nodes.fw2));
  await untilFlowing(scene.ends);
  await compare(t, scene, 'agent killed', { fromMs, toMs: Date.now() });

  agents['fw1'] = await nodes.fw1.run();
  await until('fw1 to be a standby', BOUND_MS, async () => {
    return (await nodes.fw1.status()).groups[0]?.role === 'standby';
  });
  await untilSynchronized(nodes.fw1);
}

async function outlivesFirewall(t: TestContext, scene: Scene): Promise<void> {
  const { site, ends } = scene;
  const fromMs = Date.now();
  site.setCables('fw2', 'down');
  await untilGateway(site, 'fw1', ['fw2']);
  await untilFlowing(ends);
  await compare(t, scene, 'cables pulled', { fromMs, toMs: Date.now() });

  site.setCables('fw2', 'up');
  await untilGateway(site, 'fw1');
  await untilFlowing(ends);
}

/** The connection may wait for TCP to send again what was lost, which it does at twice the time each time. */
async function compare(t: TestContext, scene: Scene, what: string, window: Span): Promise<void> {
  const [inside = ''] = VIPS;
  const plainMs = await scene.probe.longestGapMs(inside, window);
  const throughMs = await scene.probe.longestGapMs(SERVER, window);
  const streamMs = Math.max(...scene.ends.map((end) => end.longestGapMs(window)));
  const shown = (ms: number): string => `${Math.round(ms)} ms`;
  t.diagnostic(
    `${what}: VIP dark for ${shown(plainMs)}, datagrams through the pair for ${shown(throughMs)}, ` +
      `the connection for ${shown(streamMs)}`,
  );
  assert.ok(plainMs < TIMEOUT_MS + SLACK_MS, `the VIP was dark for ${plainMs} ms`);
  assert.ok(throughMs < TIMEOUT_MS + SLACK_MS, `nothing went through the pair for ${throughMs} ms`);
  assert.ok(streamMs < 2 * (TIMEOUT_MS + SLACK_MS), `the connection stood still for ${streamMs} ms`);
}
