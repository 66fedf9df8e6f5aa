// Goal: with real processes, real pipes and the real guard: the same contract, and an agent that dies or hangs.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import type { AdapterName } from '../../../src/core/settings.ts';
import { until } from '../../lab/wait.ts';
import { startHost } from '../../systems/start-host.ts';
import { addressesIn, LINK, makePair, needs, tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

const NAME = 'e1000g0';
const TOOLS = ['ip', 'arping', 'ping', 'ndptool', 'tcpdump', 'mkfifo'];
const VIPS = [vipOf('10.77.0.100/32', NAME), vipOf('fd77::100/128', NAME)];

async function agentOn(t: TestContext, adapter: AdapterName) {
  if (!needs(t, TOOLS)) return undefined;
  const pair = makePair();
  const host = await startHost({
    ...{ system: 'illumos', namespace: pair.here, folder: join(tempFolder(), 'host') },
    links: [{ device: LINK, name: NAME }],
  });
  after(() => host.close());
  const agent = startAgent({
    ...{ namespace: pair.here, adapter, platform: 'sunos', method: 'auto' },
    firstOnPath: host.binFolder,
  });
  const isHere = () => addressesIn(pair, NAME).filter((text) => text.includes('100/')).length;
  return { agent, host, isHere };
}

for (const adapter of ['illumos', 'illumos-ifconfig'] as const) {
  test(`${adapter}, in a namespace: up, seen by everybody, and down`, { timeout: 60_000 }, async (t) => {
    const place = await agentOn(t, adapter);
    if (place === undefined) return;
    const { agent, isHere } = place;
    assert.deepEqual(await agent.look(VIPS), []);
    await agent.up(VIPS, 5);
    assert.equal(isHere(), 2);
    await agent.renew(VIPS, 5);
    assert.deepEqual(await agent.look(VIPS), VIPS);
    await agent.down(VIPS);
    assert.equal(isHere(), 0);
    await agent.close();
    assert.deepEqual([agent.problems, agent.logged], [[], []]);
  });

  for (const [signal, leaseSeconds] of [
    ['SIGKILL', 0],
    ['SIGSTOP', 2],
  ] as const)
    test(`${adapter}, in a namespace: the guard after ${signal}`, { timeout: 60_000 }, async (t) => {
      const place = await agentOn(t, adapter);
      if (place === undefined) return;
      const { agent, host, isHere } = place;
      await agent.up(VIPS, leaseSeconds);
      assert.equal(isHere(), 2);
      process.kill(agent.pid, signal);
      await until('the guard to take them down', 10_000, () => isHere() === 0);
      const { stdout } = await host.command(['ipadm', 'show-addr', '-p', '-o', 'addrobj']);
      assert.doesNotMatch(stdout, /seal|_a|\?/);
    });
}
