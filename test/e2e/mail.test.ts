// Goal: the two mail load balancers of docs/stories/mail.md, with the files of config/stories/mail as they are: HAProxy under a real
// systemd on each, one config pushed to both, and a real Prometheus that tells of the failover.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { EventRecord } from '../../src/core/report.ts';
import { exchange } from '../lab/exchange.ts';
import { labTest } from '../lab/requirement.ts';
import { requireBuilt } from '../lab/sealbeat.ts';
import { withSite } from '../lab/site.ts';
import { systemdProblem } from '../lab/systemd.ts';
import { until } from '../lab/wait.ts';
import { BOUND_MS, build, NODES, PLAN, startPrometheus, VIP, type Node, type Scene } from './mail-scene.ts';

const VIP2 = '10.10.10.43';
/** Of the story's config. */
const CHECK_INTERVAL_MS = 2_000;
const SLACK_MS = 1_000;
/** Some milliseconds on a quiet machine. */
const MOVE_MAX_MS = 500;

labTest(
  'mail: the addresses follow a unit, one config is pushed to both, and Prometheus tells of the failover',
  180_000,
  async (t) => {
    const problem = systemdProblem();
    if (problem !== undefined && process.env['CI'] !== 'true') return t.skip(problem);
    assert.equal(problem, undefined, 'this test may not be skipped in CI');
    requireBuilt();
    await withSite(PLAN, async (site) => {
      const scene = await build(t, site);
      await starts(scene);
      await unitStops(t, scene);
      await unitStarts(scene);
      await templateChanges(scene);
      await pushedToOne(scene);
      await brokenTemplate(scene);
    });
  },
  ['haproxy', 'aiosmtpd', 'prometheus', 'dbus-daemon', 'busybox'],
);

/** A mail that is given to the virtual address is in the box of one of the servers. */
async function mailArrives({ site, mailboxes }: Scene, subject: string): Promise<void> {
  const head = ['HELO client', 'MAIL FROM:<a@example.net>', 'RCPT TO:<b@example.org>', 'DATA'];
  const text = [...head, `Subject: ${subject}`, '', 'Hello.', '.', 'QUIT', ''].join('\r\n');
  let answer = '';
  await until(
    `the mail "${subject}" to be taken`,
    BOUND_MS,
    async () => /^221 /m.test((answer = await exchange(site.namespace('client'), VIP, 25, text))),
    () => answer,
  );
  const mails = mailboxes.flatMap((mailbox) => mailbox.mails());
  assert.equal(mails.filter((mail) => mail.includes(`Subject: ${subject}`)).length, 1, answer);
}

async function starts(scene: Scene): Promise<void> {
  const { login, fill, push, untilOn, untilSays } = scene;
  fill();
  const { rc, text } = await push(...NODES);
  assert.equal(rc, 0, text);
  assert.match(text, /this node: lb1[^]*this node: lb2[^]*does not run/);
  await Promise.all(NODES.map((node) => login.type(node, 'sealbeat service install --start')));
  await untilOn('lb1');
  // Not before: to an observer of its beginning, the pair's first choice is a move as well.
  startPrometheus(scene.site);
  await mailArrives(scene, 'by lb1');
  await untilSays('sort_desc(sealbeat_group_active)', { lb1: '1', lb2: '0' });
  await untilSays('count by (instance) (sealbeat_check_state{state="up"} == 1)', { lb1: '1', lb2: '1' });
}

async function unitStops(t: TestContext, scene: Scene): Promise<void> {
  const { site, login, prometheus, untilOn, untilSays } = scene;
  assert.deepEqual(await prometheus.firing(), []);
  const fromMs = Date.now();
  await login.type('lb1', 'systemctl stop haproxy');
  await untilOn('lb2');
  await mailArrives(scene, 'by lb2');
  const lines = (await login.type('lb1', 'sealbeat events --json')).split('\n').filter(Boolean);
  const events = lines.map((line) => JSON.parse(line) as EventRecord);
  const failed = events.find(
    ({ at, cause }) => Date.parse(at) >= fromMs && cause.startsWith('check haproxy failed'),
  );
  const failedMs = Date.parse(failed?.at ?? '');
  const movedMs = site.watch('lb2').of(VIP).within({ fromMs, toMs: Date.now() })[0]?.fromMs ?? Infinity;
  t.diagnostic(`VIP on lb2 ${Math.round(movedMs - failedMs)} ms after the check had failed`);
  assert.ok(failedMs - fromMs < CHECK_INTERVAL_MS + SLACK_MS, `told ${failedMs - fromMs} ms after the stop`);
  assert.ok(movedMs - failedMs < MOVE_MAX_MS, `moved ${movedMs - failedMs} ms after the check had failed`);
  await untilSays('sort_desc(sealbeat_group_active)', { lb2: '1', lb1: '0' });
  let firing: readonly string[] = [];
  await until(
    'the alert to fire',
    BOUND_MS,
    async () => (firing = await prometheus.firing()).includes('SealbeatFailover mail smtp'),
    () => firing.join(', '),
  );
  t.diagnostic(`the alert fires ${Date.now() - failedMs} ms after the check had failed`);
}

async function unitStarts({ login, untilOn }: Scene): Promise<void> {
  await login.type('lb1', 'systemctl start haproxy');
  await untilOn('lb1');
}

async function templateChanges({ site, login, fill, push, status, untilOn }: Scene): Promise<void> {
  const fromMs = Date.now();
  const before = await status('lb1');
  fill(`vips=${VIP}, ${VIP2}`, 'failback_delay=1m');
  const { rc, text } = await push(...NODES);
  assert.equal(rc, 0, text);
  await untilOn('lb1', [VIP, VIP2]);
  await untilNoDrift(status);
  assert.equal(site.watch('lb1').of(VIP).departures({ fromMs, toMs: Date.now() }), 0);
  assert.equal((await status('lb1')).groups[0]?.epoch, before.groups[0]?.epoch, 'nobody has claimed it');
  assert.match(await login.type('lb2', 'sealbeat check'), /2 addresses/);
}

const drift = async (status: Scene['status']): Promise<readonly string[]> => {
  const all = await Promise.all(NODES.map(status));
  return all.flatMap(({ alarms }) => alarms.filter((alarm) => alarm.includes('another config')));
};

async function untilNoDrift(status: Scene['status']): Promise<void> {
  let seen: readonly string[] = [];
  await until(
    'no alarm about the config',
    BOUND_MS,
    async () => (seen = await drift(status)).length === 0,
    () => seen.join(', '),
  );
}

async function pushedToOne({ fill, push, status, untilSays }: Scene): Promise<void> {
  fill(`vips=${VIP}, ${VIP2}`, 'failback_delay=2m');
  assert.equal((await push('lb1')).rc, 0);
  const wanted = [
    'lb2 runs with another config: other policies',
    'lb1 runs with another config: other policies',
  ];
  let seen: readonly string[] = [];
  await until(
    'both to name the part',
    BOUND_MS,
    async () => JSON.stringify((seen = await drift(status))) === JSON.stringify(wanted),
    () => seen.join(', '),
  );
  await untilSays('sort(sealbeat_config_drift)', { lb1: '1', lb2: '1' });
  assert.equal((await push('lb1', 'lb2')).rc, 0);
  await untilNoDrift(status);
}

async function brokenTemplate({ login, fill, push, status, untilSays }: Scene): Promise<void> {
  const config = (node: Node): Promise<string> => login.type(node, 'cat /etc/sealbeat/sealbeat.yaml');
  const [before, digest] = [await config('lb1'), (await status('lb1')).configDigest];
  assert.throws(() => fill('vips='), /no value for vips/);
  fill(`vips=${VIP}`, 'failback_delay=5');
  const { rc, text } = await push('lb2', 'lb1');
  assert.equal(rc, 1, text);
  assert.match(text, /failback.*delay[^]*lb2 does not take it; no host has been changed/);
  for (const node of NODES) assert.equal(await config(node), before);

  // Whoever copies it into its place without a look is told by the daemon.
  await login.type('lb1', 'cp /etc/sealbeat/sealbeat.yaml /run/good');
  await login.type('lb1', 'sed -i s/delay:.*/delay:\\ 5\\ }/ /etc/sealbeat/sealbeat.yaml');
  await assert.rejects(login.type('lb1', 'sealbeat reload'), /delay: 5 has no unit/);
  await untilSays('sealbeat_config_refused', { lb1: '1', lb2: '0' });
  assert.equal((await status('lb1')).configDigest, digest);
  await login.type('lb1', 'cat /run/good >/etc/sealbeat/sealbeat.yaml && sealbeat reload');
  await untilSays('sealbeat_config_refused', { lb1: '0', lb2: '0' });
  assert.equal((await status('lb1')).groups[0]?.role, 'active');
}
