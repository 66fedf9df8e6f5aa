import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { runTool } from '../../lab/host-tool.ts';
import { until } from '../../lab/wait.ts';
import { addressesIn, LINK, makePair, needs, OWN4, OWN6, type Pair } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

const vips = [vipOf('10.77.0.100/32', LINK, `${LINK}:web`), vipOf('fd77::100/128', LINK)];

/** Long enough that only the guard can have done it. */
const LEASE_SECONDS = 3_600;

function commandsIn(pair: Pair): string[] {
  return runTool('ip', ['netns', 'pids', pair.here])
    .split('\n')
    .filter((pid) => pid !== '')
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()];
      } catch {
        return []; // ended meanwhile
      }
    });
}

for (const leaseSeconds of [LEASE_SECONDS, 0]) {
  const kind = leaseSeconds === 0 ? 'without a lease' : 'with a long lease';
  test(`killed agent: its VIPs ${kind} go at once, and only they`, { timeout: 30_000 }, async (t) => {
    if (!needs(t, ['ip'])) return;
    const pair = makePair();
    const agent = startAgent({ namespace: pair.here });
    await agent.watch(vips);
    await agent.look(vips);
    await agent.up(vips, leaseSeconds);
    const commands = commandsIn(pair);
    for (const part of ['-batch', 'monitor', 'sealbeat-guard'])
      assert.ok(
        commands.some((command) => command.includes(part)),
        `${part} runs: ${commands.join(', ')}`,
      );
    assert.ok(addressesIn(pair).includes('10.77.0.100/32'));

    const killedMs = performance.now();
    await agent.kill();
    await until('the VIPs to be gone', 5_000, () =>
      addressesIn(pair).every((address) => !address.includes('100/')),
    );
    t.diagnostic(`gone ${(performance.now() - killedMs).toFixed(1)} ms after SIGKILL`);
    const left = addressesIn(pair);
    for (const own of [OWN4, OWN6]) assert.ok(left.includes(own));
    await until(
      'the children to be gone',
      5_000,
      () => commandsIn(pair).length === 0,
      () => commandsIn(pair).join('\n'),
    );
  });
}

test('killed agent: a thousand VIPs', { timeout: 60_000 }, async (t) => {
  if (!needs(t, ['ip'])) return;
  const pair = makePair();
  const agent = startAgent({ namespace: pair.here });
  const many = Array.from({ length: 1_000 }, (_, i) => vipOf(`10.88.${i >> 8}.${i & 255}/32`, LINK));
  await agent.up(many, LEASE_SECONDS);
  assert.equal((await agent.look(many)).length, 1_000);
  await agent.kill();
  await until('the VIPs to be gone', 20_000, () =>
    addressesIn(pair).every((address) => !address.startsWith('10.88.')),
  );
});

test(
  'killed agent: killed in the middle of bringing up, it leaves nothing',
  { timeout: 120_000 },
  async (t) => {
    if (!needs(t, ['ip'])) return;
    const pair = makePair();
    const many = Array.from({ length: 1_000 }, (_, i) => vipOf(`10.88.${i >> 8}.${i & 255}/32`, LINK));
    const has = () => addressesIn(pair).some((address) => address.startsWith('10.88.'));
    const outcomes: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const agent = startAgent({ namespace: pair.here });
      await agent.look(many);
      const up = agent.up(many, 0).then(
        () => 'done',
        () => 'killed',
      );
      await until('the first of them', 10_000, has);
      await agent.kill();
      outcomes.push(await up);
      // What is asked for here is that nobody is left who could add one, and that none is there.
      await until('its children to be gone', 20_000, () => commandsIn(pair).length === 0);
      assert.ok(!has(), `round ${round}`);
    }
    t.diagnostic(`bringing up, when it was killed: ${outcomes.join(', ')}`);
  },
);

test(
  'killed agent: with its whole process group, as Ctrl-C or a crash of the terminal would',
  { timeout: 30_000 },
  async (t) => {
    if (!needs(t, ['ip', 'setsid'])) return;
    const pair = makePair();
    const agent = startAgent({ namespace: pair.here, wrapper: ['setsid'] });
    await agent.up(vips, 0);
    process.kill(-agent.pid, 'SIGKILL'); // setsid: the agent leads a group of its own
    await until('the VIPs to be gone', 5_000, () =>
      addressesIn(pair).every((address) => !address.includes('100/')),
    );
  },
);

test('killed agent: a frozen one loses its VIPs to the lease', { timeout: 30_000 }, async (t) => {
  if (!needs(t, ['ip'])) return;
  const pair = makePair();
  const agent = startAgent({ namespace: pair.here });
  await agent.up(vips, 1);
  agent.process.kill('SIGSTOP');
  await until('the lease to end', 10_000, () =>
    addressesIn(pair).every((address) => !address.includes('100/')),
  );
  agent.process.kill('SIGCONT');
  assert.deepEqual(await agent.look(vips), []);
  // And on thaw nobody brings them back but an order.
  await agent.up(vips, 30);
  assert.deepEqual(await agent.look(vips), vips);
});

test('killed agent: one that held nothing leaves no process behind', { timeout: 30_000 }, async (t) => {
  if (!needs(t, ['ip'])) return;
  const pair = makePair();
  const agent = startAgent({ namespace: pair.here });
  await agent.watch(vips);
  await agent.look(vips);
  await until('its children to run', 10_000, () => commandsIn(pair).length === 4);
  await agent.kill();
  await until('its children to be gone', 10_000, () => commandsIn(pair).length === 0);
});

test('killed agent: no child holds a socket or pipe of the agent', { timeout: 30_000 }, async (t) => {
  if (!needs(t, ['ip', 'arping'])) return;
  const pair = makePair();
  const agent = startAgent({ namespace: pair.here, method: 'auto' });
  await agent.watch(vips);
  await agent.up(vips, LEASE_SECONDS);
  await agent.announce(vips);
  // What this process was given itself by whoever started it is passed on, and is not the agent's.
  const ours = channelsOf(process.pid);
  const agents = channelsOf(agent.pid).filter((channel) => !ours.includes(channel));
  assert.ok(agents.length > 6);
  for (const pid of runTool('ip', ['netns', 'pids', pair.here]).split('\n').filter(Boolean)) {
    if (Number(pid) === agent.pid) continue;
    assert.deepEqual(
      channelsOf(Number(pid)).filter((channel) => agents.includes(channel)),
      [],
    );
  }
});

function channelsOf(pid: number): string[] {
  const link = (fd: string) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // closed meanwhile
    }
  };
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .map(link)
      .filter((target) => /^(socket|pipe):/.test(target));
  } catch {
    return []; // an announcement that ended meanwhile
  }
}
