// Goal: the two proxies of docs/stories/haproxy.md, with the files of config/stories/haproxy as they are. HAProxy is stopped on the
// first, and the address, a mail and the visitor's session go to the second; it is started again, and they come back.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { machineAt, type Daemon, type Machine } from '../lab/machine.ts';
import { mailboxOn, type Mailbox } from '../lab/mailbox.ts';
import { labTest } from '../lab/requirement.ts';
import { shopperAt, type Shopper } from '../lab/shop-visit.ts';
import { withSite, type HostPlan, type Site } from '../lab/site.ts';
import { storyFile, storyNodes, withWords, type StoryNode } from '../lab/story-node.ts';
import { until } from '../lab/wait.ts';

const VIP = '10.10.10.42';
const MAIL = '10.10.10.9';
const SERVERS = { web1: '10.10.10.21', web2: '10.10.10.22' };
const BOUND_MS = 20_000;
/** Of the story's config. */
const CHECK_INTERVAL_MS = 2_000;
const FAILBACK_DELAY_MS = 2_000;
const SLACK_MS = 1_000;
/** Some milliseconds on a quiet machine. */
const MOVE_MAX_MS = 500;

const host = (...addresses: string[]): HostPlan => ({
  cables: { eth0: ['rack', ...addresses.map((address) => `${address}/24`)] },
});
const PLAN = {
  lb1: host('10.10.10.1'),
  lb2: host('10.10.10.2'),
  web: host(...Object.values(SERVERS)),
  mail: host(MAIL),
  visitor: host('10.10.10.100'),
} as const;

interface Scene {
  readonly site: Site;
  readonly nodes: Readonly<Record<'lb1' | 'lb2', StoryNode>>;
  readonly daemons: Record<string, Daemon>;
  readonly mailbox: Mailbox;
  readonly shopper: Shopper;
}

labTest(
  'haproxy: address, mail and session follow HAProxy to the other host and back',
  120_000,
  async (t) => {
    await withSite(PLAN, async (site) => {
      const nodes = await storyNodes(site, 'haproxy', ['lb1', 'lb2']);
      const daemons: Record<string, Daemon> = {};
      await withWords(daemons, async () => {
        daemons['web'] = await startServers(await machineAt(site, 'web'));
        const mailbox = await mailboxOn(await machineAt(site, 'mail'), MAIL);
        for (const node of Object.values(nodes)) daemons[`haproxy on ${node.name}`] = await prepare(node);
        for (const node of Object.values(nodes)) daemons[node.name] = await node.run();
        await untilHolder(site, 'lb1');
        assert.match(
          await nodes.lb1.type('ip', '-o', 'address', 'show', 'label', 'eth0:web'),
          /10\.10\.10\.42/,
        );
        const shopper = await shopperAt(site.namespace('visitor'), `http://${VIP}/`);
        const scene = { site, nodes, daemons, mailbox, shopper };
        await goesToSecond(t, scene);
        await comesBack(t, scene);
        const servers = new Set(shopper.answerers.map(({ server }) => server));
        assert.equal(servers.size, 1, `the session was at ${[...servers].join(' and ')}`);
      });
    });
  },
  ['haproxy', 'aiosmtpd'],
);

/** Two servers that say who they are. */
async function startServers(machine: Machine): Promise<Daemon> {
  const frontends = Object.entries(SERVERS).map(
    ([name, address]) => `frontend ${name}
  bind ${address}:80
  http-request return status 200 content-type text/plain string ${name}
`,
  );
  writeFileSync(
    machine.outside('/etc/servers.cfg'),
    `defaults\n  mode http\n  timeout client 30s\n${frontends.join('')}`,
  );
  return machine.start('haproxy', '-db', '-f', '/etc/servers.cfg');
}

async function prepare(node: StoryNode): Promise<Daemon> {
  await node.type('cp', storyFile('haproxy/haproxy.cfg'), '/etc/haproxy/haproxy.cfg');
  await node.type('sysctl', '-qp', storyFile('haproxy/sysctl.conf'));
  await node.sealbeat('check', '--strict');
  return startProxy(node);
}

const startProxy = (node: StoryNode): Promise<Daemon> =>
  node.start('haproxy', '-W', '-db', '-f', '/etc/haproxy/haproxy.cfg');

async function untilHolder(site: Site, name: string): Promise<void> {
  const holders = (): string => ['lb1', 'lb2'].filter((each) => site.watch(each).of(VIP).isHeld).join();
  await until(`${VIP} on ${name}`, BOUND_MS, () => holders() === name, holders);
}

async function untilAnswered(shopper: Shopper, proxy: string): Promise<void> {
  await until(
    `the visitor to be answered by ${proxy}`,
    BOUND_MS,
    () => shopper.answerers.at(-1)?.proxy === proxy,
    () => JSON.stringify(shopper.answerers),
  );
}

/** Exactly these mails have come, by what their subjects say. */
async function untilMailed({ mailbox }: Scene, ...titles: readonly string[]): Promise<void> {
  const subjects = (): readonly string[] =>
    mailbox.mails().map((mail) => /^Subject: \[sealbeat proxies\] (.*)$/m.exec(mail)?.[1] ?? mail);
  await until(
    `a mail that says "${titles.at(-1) ?? ''}"`,
    BOUND_MS,
    () => subjects().length >= titles.length,
    () => subjects().join('\n'),
  );
  assert.deepEqual(subjects(), titles);
}

async function goesToSecond(t: TestContext, scene: Scene): Promise<void> {
  const { site, nodes, daemons, shopper } = scene;
  await untilAnswered(shopper, 'lb1');
  await untilMailed(scene, 'web is up on lb1');
  // Whoever is to be given the group has to be well for as long as that.
  await until('lb2 to be fit for it', BOUND_MS, async () => {
    return ((await nodes.lb2.status()).groups[0]?.sinceMs ?? 0) > FAILBACK_DELAY_MS + SLACK_MS;
  });
  const stoppedMs = Date.now();
  await daemons['haproxy on lb1']?.stop();
  await untilHolder(site, 'lb2');
  await untilAnswered(shopper, 'lb2');
  const window = { fromMs: stoppedMs, toMs: Date.now() };
  const failed = (await nodes.lb1.events()).findLast(({ text }) => text === 'check haproxy is down');
  const arrivedMs = site.watch('lb2').of(VIP).within(window)[0]?.fromMs ?? NaN;
  const moveMs = arrivedMs - Date.parse(failed?.at ?? '');
  const gapMs = shopper.longestGapMs(window);
  t.diagnostic(
    `HAProxy stopped: seen after ${Math.round(Date.parse(failed?.at ?? '') - stoppedMs)} ms, the address on lb2 ` +
      `${moveMs.toFixed(1)} ms later; the visitor waited for ${Math.round(gapMs)} ms`,
  );
  assert.ok(moveMs < MOVE_MAX_MS, `the address came ${moveMs} ms after the check had failed`);
  await untilMailed(scene, 'web is up on lb1', 'web moved to lb2');
  assert.ok(gapMs < CHECK_INTERVAL_MS + SLACK_MS, `the visitor waited for ${gapMs} ms`);
}

async function comesBack(t: TestContext, scene: Scene): Promise<void> {
  const { site, nodes, daemons, shopper } = scene;
  const before = await shopper.state();
  const startedMs = Date.now();
  daemons['haproxy on lb1'] = await startProxy(nodes.lb1);
  await untilHolder(site, 'lb1');
  await untilAnswered(shopper, 'lb1');
  await untilMailed(scene, 'web is up on lb1', 'web moved to lb2', 'web moved to lb1');
  const gapMs = shopper.longestGapMs({ fromMs: startedMs, toMs: Date.now() });
  const lost = (await shopper.state()).refused - before.refused;
  t.diagnostic(`HAProxy started again: ${lost} pages lost, the visitor waited for ${Math.round(gapMs)} ms`);
  assert.ok(gapMs < SLACK_MS, `the visitor waited for ${gapMs} ms`);
}
