import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Vip, VipChange } from '../../src/core/ports.ts';

/** An adapter, wherever it runs: in a process of its own, or in this one on a model of a host. */
export interface ContractAgent {
  readonly changes: readonly VipChange[];
  up(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  renew(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  down(vips: readonly Vip[]): Promise<void>;
  look(vips: readonly Vip[]): Promise<readonly Vip[]>;
  plan(
    vips: readonly Vip[],
    leaseSeconds: number,
  ): Promise<{ up: readonly string[]; down: readonly string[] }>;
  watch(vips: readonly Vip[]): Promise<void>;
  leave(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  close(): Promise<void>;
  /** One more on the same host, as after a restart. */
  another(): ContractAgent;
  /** Settles when it is dead: without a word, as by SIGKILL. What guards for it does what it is there for. */
  kill(): Promise<void>;
}

/** One system to hold VIPs on: an agent, its interface, and what others have there. */
export interface Stage {
  readonly agent: ContractAgent;
  /** One of each family on the same interface. Nothing of them is there yet. */
  readonly vips: readonly [Vip, Vip];
  readonly missingLink: string;
  /** Somebody else takes the VIP away behind the agent's back. */
  takeAway(vip: Vip): void | Promise<void>;
  /** What stands there and is not ours. */
  others(): readonly string[];
  /** Lets time go on until the condition is true; throws when it is not within `boundMs` of the stage's time. */
  until(what: string, boundMs: number, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** The stage's time: real, or a clock that only `until` and calls move. */
  nowMs(): number;
}

const LEASE_SECONDS = 30;

/**
 * What every adapter promises, on a stage that `makeStage` builds for each row; undefined where it had to be skipped.
 * `leftTogether`: all VIPs of an interface are left for the next process, or none. `without`: what one cannot promise, by
 * the row's name, and why.
 */
export function contract(
  system: string,
  makeStage: (t: TestContext) => Stage | undefined | Promise<Stage | undefined>,
  {
    leftTogether = false,
    without = {},
  }: { readonly leftTogether?: boolean; readonly without?: Readonly<Record<string, string>> } = {},
): void {
  const rows = new Set<string>();
  const row = (name: string, body: (stage: Stage, vips: Stage['vips']) => Promise<void>): void => {
    rows.add(name);
    if (name in without) return;
    test(`vip contract, ${system}: ${name}`, { timeout: 30_000 }, async (t) => {
      const stage = await makeStage(t);
      if (stage === undefined) return;
      await body(stage, stage.vips);
      await stage.agent.close();
    });
  };

  row('up, renew and down may be repeated', async ({ agent, others }, vips) => {
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

  row('acquired and released again and again, nothing is left behind', async ({ agent, others }, vips) => {
    const before = others();
    for (const leaseSeconds of [LEASE_SECONDS, 0, LEASE_SECONDS, 0]) {
      await agent.up(vips, leaseSeconds);
      assert.deepEqual(await agent.look(vips), vips);
      await agent.down(vips);
      assert.deepEqual(await agent.look(vips), []);
    }
    assert.deepEqual(others(), before);
  });

  row('a VIP without a lease is held, renewed and released in the same way', async ({ agent }, vips) => {
    for (const _ of [1, 2]) await agent.up(vips, 0);
    await agent.renew(vips, 0);
    assert.deepEqual(await agent.look(vips), vips);
    await agent.down(vips);
    assert.deepEqual(await agent.look(vips), []);
  });

  row('a lease that is not renewed ends by itself', async ({ agent, until }, vips) => {
    await agent.up(vips, 1);
    await until('the lease to end', 5_000, async () => (await agent.look(vips)).length === 0);
  });

  row('a renewed lease does not end', async ({ agent, until, nowMs }, vips) => {
    await agent.up(vips, 2);
    const bornMs = nowMs();
    await until('longer than lease and rounding', 10_000, async () => {
      await agent.renew(vips, 2);
      assert.deepEqual(await agent.look(vips), vips);
      return nowMs() - bornMs > 3_500;
    });
  });

  row('renew puts back what is gone', async ({ agent, takeAway }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    for (const vip of vips) await takeAway(vip);
    assert.deepEqual(await agent.look(vips), []);
    await agent.renew(vips, LEASE_SECONDS);
    assert.deepEqual(await agent.look(vips), vips);
  });

  row('one VIP goes, the other stays', async ({ agent }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await agent.down([vips[0]]);
    assert.deepEqual(await agent.look(vips), [vips[1]]);
  });

  row('a watcher hears of what comes and what others take away', async (stage, vips) => {
    const { agent, takeAway, until } = stage;
    const heard = (kind: 'added' | 'removed', vip: Vip) =>
      agent.changes.some((change) => change.kind === kind && change.vip.address === vip.address);
    await agent.watch(vips);
    await agent.look(vips); // the watch is in place when a later call has been answered
    await until('word of the VIP', 10_000, async () => {
      await agent.up(vips, LEASE_SECONDS); // again until the watch has begun
      return heard('added', vips[0]);
    });
    await takeAway(vips[0]);
    await until('word of the removal', 10_000, () => heard('removed', vips[0]));
    assert.ok(!heard('removed', vips[1]));
  });

  row('a missing interface is an error for up, and an answer for look and down', async (stage, vips) => {
    const lost = vips.map((vip) => ({ ...vip, link: stage.missingLink }));
    await assert.rejects(stage.agent.up(lost, LEASE_SECONDS), { code: 'VIP_NO_INTERFACE' });
    await assert.rejects(stage.agent.renew(lost, LEASE_SECONDS), { code: 'VIP_NO_INTERFACE' });
    assert.deepEqual(await stage.agent.look(lost), []);
    await stage.agent.down(lost);
    // The adapter goes on.
    await stage.agent.up(vips, LEASE_SECONDS);
    assert.deepEqual(await stage.agent.look(vips), vips);
  });

  row('close takes down what is still held', async ({ agent, until }, vips) => {
    await agent.up(vips, 0);
    await agent.close();
    const next = agent.another(); // one that has closed answers no more
    await until('the VIPs to be gone', 5_000, async () => (await next.look(vips)).length === 0);
    await next.close();
  });

  row('left, they stay when the process goes, for as long as the lease', async ({ agent, until }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await agent.leave(vips, 6); // longer than a busy machine needs to start the next process
    await agent.close();
    const next = agent.another();
    assert.deepEqual(await next.look(vips), vips);
    await until('the lease to end', 15_000, async () => (await next.look(vips)).length === 0);
    await next.close();
  });

  row('left, they outlive a process that is killed', async ({ agent, until }, vips) => {
    const first = agent.another();
    await first.up(vips, 0);
    await first.leave(vips, LEASE_SECONDS);
    await first.kill();
    assert.deepEqual(await agent.look(vips), vips);
    // Whoever takes them over decides anew how long they live, and whether a guard holds them.
    await agent.up(vips, 1);
    await until('the shorter lease to end', 5_000, async () => (await agent.look(vips)).length === 0);
  });

  row('left and taken over without a lease, they go with the new process', async ({ agent, until }, vips) => {
    const first = agent.another();
    await first.up(vips, LEASE_SECONDS);
    await first.leave(vips, LEASE_SECONDS);
    await first.close();
    const second = agent.another();
    await second.up(vips, 0);
    await second.kill();
    await until('the guard to take them down', 5_000, async () => (await agent.look(vips)).length === 0);
  });

  row('one is left, the other goes with the process', async ({ agent, until }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    if (leftTogether) {
      await assert.rejects(agent.leave([vips[0]], LEASE_SECONDS), { code: 'VIP_FAILED' });
      assert.deepEqual(await agent.look(vips), vips);
      return;
    }
    await agent.leave([vips[0]], LEASE_SECONDS);
    await agent.close();
    const next = agent.another();
    await until('the other to be gone', 5_000, async () => (await next.look([vips[1]])).length === 0);
    assert.deepEqual(await next.look(vips), [vips[0]]);
    await next.down(vips);
    await next.close();
  });

  row('without a lease they cannot be left, and go with the process', async ({ agent, until }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await assert.rejects(agent.leave(vips, 0), { code: 'VIP_FAILED', message: /without a lease/ });
    await agent.close();
    const next = agent.another();
    await until('the VIPs to be gone', 5_000, async () => (await next.look(vips)).length === 0);
    await next.close();
  });

  row('leaving brings none up that is not there', async ({ agent, takeAway }, vips) => {
    await agent.up(vips, LEASE_SECONDS);
    await takeAway(vips[1]);
    await assert.rejects(agent.leave(vips, LEASE_SECONDS), { code: 'VIP_FAILED', message: /not there/ });
    assert.deepEqual(await agent.look(vips), [vips[0]]);
  });

  row('plan names every VIP in both directions', async ({ agent }, vips) => {
    const { up, down } = await agent.plan(vips, LEASE_SECONDS);
    for (const { address } of vips) {
      assert.ok(up.some((line) => line.includes(address)));
      assert.ok(down.some((line) => line.includes(address)));
    }
  });

  for (const name of Object.keys(without)) assert.ok(rows.has(name), `the contract has no row "${name}"`);
}
