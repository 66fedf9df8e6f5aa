import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Vip } from '../../src/core/ports.ts';
import { until } from '../lab/wait.ts';
import { LINK, makePair, needs, tempFolder } from './lab.ts';
import { type RemoteAgent, startAgent } from './remote-agent.ts';

/** One system to hold VIPs on: an agent, its interface, and what others have there. */
interface Stage {
  readonly agent: RemoteAgent;
  readonly link: string;
  readonly missingLink: string;
  /** Somebody else takes the VIP away behind the agent's back. */
  takeAway(vip: Vip): void;
  /** What stands there and is not ours. */
  others(): string[];
}

const stages: Readonly<Record<string, (t: TestContext) => Stage | undefined>> = {
  linux(t) {
    if (!needs(t, ['ip'])) return undefined;
    const pair = makePair();
    return {
      agent: startAgent({ namespace: pair.here }),
      link: LINK,
      missingLink: 'nosuch0',
      takeAway: (vip) => pair.ip('address', 'del', `${vip.address}/${vip.prefixLength}`, 'dev', LINK),
      others: () =>
        pair.ip('-o', 'address', 'show', 'dev', LINK).match(/inet 10\.77\.0\.1\/24|fd77::1\/64/g) ?? [],
    };
  },
  simulated() {
    const folder = tempFolder();
    const link = join(folder, 'eth0');
    mkdirSync(link);
    return {
      agent: startAgent({ adapter: 'simulated' }),
      link,
      missingLink: join(folder, 'nosuch0'),
      takeAway: (vip) => rmSync(join(link, `${vip.address}_${vip.prefixLength}.vip`)),
      others: () => [],
    };
  },
};

const LEASE_SECONDS = 30;

for (const [system, makeStage] of Object.entries(stages)) {
  const contract = (name: string, body: (stage: Stage, vips: readonly [Vip, Vip]) => Promise<void>) =>
    test(`vip contract, ${system}: ${name}`, { timeout: 30_000 }, async (t) => {
      const stage = makeStage(t);
      if (stage === undefined) return;
      await body(stage, vipsOn(stage.link));
      await stage.agent.close();
    });

  contract('up, renew and down may be repeated', async ({ agent, others }, vips) => {
    const before = others();
    assert.deepEqual(await agent.look(vips), []);
    for (const _ of [1, 2]) {
      await agent.up(vips, LEASE_SECONDS);
      assert.deepEqual(await agent.look(vips), vips);
    }
    for (const _ of [1, 2]) await agent.renew(vips, LEASE_SECONDS);
    assert.deepEqual(await agent.look(vips), vips);
    for (const _ of [1, 2]) {
      await agent.down(vips);
      assert.deepEqual(await agent.look(vips), []);
    }
    assert.deepEqual(others(), before);
  });

  contract('a VIP without a lease is held, renewed and released in the same way', async ({ agent }, vips) => {
    for (const _ of [1, 2]) await agent.up(vips, 0);
    await agent.renew(vips, 0);
    assert.deepEqual(await agent.look(vips), vips);
    await agent.down(vips);
    assert.deepEqual(await agent.look(vips), []);
  });

  contract('a lease that is not renewed ends by itself', async ({ agent }, vips) => {
    await agent.up(vips, 1);
    await until('the lease to end', 5_000, async () => (await agent.look(vips)).length === 0);
  });

  contract('a renewed lease does not end', async ({ agent }, vips) => {
    await agent.up(vips, 2);
    const bornMs = performance.now();
    await until('longer than lease and rounding', 10_000, async () => {
      await agent.renew(vips, 2);
      assert.deepEqual(await agent.look(vips), vips);
      return performance.now() - bornMs > 3_500;
    });
  });

  contract('renew puts back what is gone', async ({ agent, takeAway }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    for (const vip of vips) takeAway(vip);
    assert.deepEqual(await agent.look(vips), []);
    await agent.renew(vips, LEASE_SECONDS);
    assert.deepEqual(await agent.look(vips), vips);
  });

  contract('one VIP goes, the other stays', async ({ agent }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await agent.down([vips[0]]);
    assert.deepEqual(await agent.look(vips), [vips[1]]);
  });

  contract('a watcher hears of what comes and what others take away', async ({ agent, takeAway }, vips) => {
    await agent.watch(vips);
    await agent.look(vips); // the watch is in place when a later call has been answered
    await until('word of the VIP', 10_000, async () => {
      await agent.up(vips, LEASE_SECONDS); // again until the watch has begun
      return agent.changes.some(
        (change) => change.kind === 'added' && change.vip.address === vips[0].address,
      );
    });
    takeAway(vips[0]);
    await until('word of the removal', 10_000, () =>
      agent.changes.some((change) => change.kind === 'removed' && change.vip.address === vips[0].address),
    );
    assert.ok(
      !agent.changes.some((change) => change.kind === 'removed' && change.vip.address === vips[1].address),
    );
  });

  contract('a missing interface is an error for up, and an answer for look and down', async (stage, vips) => {
    const lost = vips.map((vip) => ({ ...vip, link: stage.missingLink }));
    await assert.rejects(stage.agent.up(lost, LEASE_SECONDS), { code: 'VIP_NO_INTERFACE' });
    await assert.rejects(stage.agent.renew(lost, LEASE_SECONDS), { code: 'VIP_NO_INTERFACE' });
    assert.deepEqual(await stage.agent.look(lost), []);
    await stage.agent.down(lost);
    // The adapter goes on.
    await stage.agent.up(vips, LEASE_SECONDS);
    assert.deepEqual(await stage.agent.look(vips), vips);
  });

  contract('close takes down what is still held', async ({ agent }, vips) => {
    await agent.up(vips, 0);
    await agent.close();
    const next = agent.another(); // one that has closed answers no more
    await until('the VIPs to be gone', 5_000, async () => (await next.look(vips)).length === 0);
    await next.close();
  });

  contract('left, they stay when the process goes, for as long as the lease', async ({ agent }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await agent.leave(vips, 3);
    await agent.close();
    const next = agent.another();
    assert.deepEqual(await next.look(vips), vips);
    await until('the lease to end', 10_000, async () => (await next.look(vips)).length === 0);
    await next.close();
  });

  contract('left, they outlive a process that is killed', async ({ agent }, vips) => {
    const first = agent.another();
    await first.up(vips, 0);
    await first.leave(vips, LEASE_SECONDS);
    await first.kill();
    assert.deepEqual(await agent.look(vips), vips);
    // Whoever takes them over decides anew how long they live, and whether a guard holds them.
    await agent.up(vips, 1);
    await until('the shorter lease to end', 5_000, async () => (await agent.look(vips)).length === 0);
  });

  contract('left and taken over without a lease, they go with the new process', async ({ agent }, vips) => {
    const first = agent.another();
    await first.up(vips, LEASE_SECONDS);
    await first.leave(vips, LEASE_SECONDS);
    await first.close();
    const second = agent.another();
    await second.up(vips, 0);
    await second.kill();
    await until('the guard to take them down', 5_000, async () => (await agent.look(vips)).length === 0);
  });

  contract('one is left, the other goes with the process', async ({ agent }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await agent.leave([vips[0]], LEASE_SECONDS);
    await agent.close();
    const next = agent.another();
    await until('the other to be gone', 5_000, async () => (await next.look([vips[1]])).length === 0);
    assert.deepEqual(await next.look(vips), [vips[0]]);
    await next.down(vips);
    await next.close();
  });

  contract('without a lease they cannot be left, and go with the process', async ({ agent }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await assert.rejects(agent.leave(vips, 0), { code: 'VIP_FAILED', message: /without a lease/ });
    await agent.close();
    const next = agent.another();
    await until('the VIPs to be gone', 5_000, async () => (await next.look(vips)).length === 0);
    await next.close();
  });

  contract('leaving brings none up that is not there', async ({ agent, takeAway }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    takeAway(vips[1]);
    await assert.rejects(agent.leave(vips, LEASE_SECONDS), { code: 'VIP_FAILED', message: /not there/ });
    assert.deepEqual(await agent.look(vips), [vips[0]]);
  });

  contract('plan names every VIP in both directions', async ({ agent }, vips) => {
    const { up, down } = await agent.plan(vips, LEASE_SECONDS);
    for (const { address } of vips) {
      assert.ok(up.some((line) => line.includes(address)));
      assert.ok(down.some((line) => line.includes(address)));
    }
  });
}

function vipsOn(link: string): readonly [Vip, Vip] {
  return [
    {
      address: '10.77.0.100',
      family: 4,
      prefixLength: 32,
      link,
      label: link.includes('/') ? '' : `${link}:web`,
    },
    { address: 'fd77::100', family: 6, prefixLength: 128, link, label: '' },
  ];
}
