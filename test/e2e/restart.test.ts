// The holder's daemon restarts: in its own place, in a process that somebody starts, too late, and when nobody may be told.
import assert from 'node:assert/strict';
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { labTest } from '../lab/requirement.ts';
import { until } from '../lab/wait.ts';
import type { SealbeatPair } from './scene.ts';
import { neverOnBoth, neverOnStandby, SAFE_TIMEOUT_MS, windowFrom, withPair } from './scene.ts';

/** One announcement is believed in ten timeouts, and a process has to be older than that. */
const TIMEOUT_MS = 600;
const OLD_ENOUGH_MS = 11 * TIMEOUT_MS;

async function untilOld(pair: SealbeatPair, host: string): Promise<void> {
  await until(`the process on ${host} to be old enough`, 2 * OLD_ENOUGH_MS, async () => {
    return (await pair.cluster.status(host)).upForMs > OLD_ENOUGH_MS;
  });
}

/** The VIPs were on h1 in one piece all the time, and the client noticed nothing. */
async function neverInterrupted(pair: SealbeatPair, fromMs: number): Promise<void> {
  await neverOnStandby(pair, fromMs);
  for (const vip of pair.lab.vips) {
    const spans = pair.lab.timeline('h1', vip).within(windowFrom(fromMs));
    assert.equal(spans.length, 1, `${vip} left h1 in between\n${pair.lastWords()}`);
  }
}

labTest('restart: the daemon begins anew in its own place, and its VIPs stay', 60_000, async () => {
  await withPair({ timeoutMs: TIMEOUT_MS, vips: [VIP4, VIP6] }, async (pair) => {
    await untilOld(pair, 'h1');
    const before = await pair.cluster.status('h1');
    const fromMs = Date.now();
    const said = await pair.cluster.order('h1', '/v1/restart');
    assert.equal(said.status, 200, JSON.stringify(said.body));
    assert.match(JSON.stringify(said.body), /"left":true/);
    await until(
      'the new process to hold',
      15_000,
      async () => {
        const status = await pair.cluster.status('h1').catch(() => undefined);
        return status !== undefined && status.upForMs < before.upForMs && status.groups[0]?.role === 'active';
      },
      () => pair.lastWords(),
    );
    assert.ok(pair.isRunning('h1'), 'the process kept its number');
    const { groups } = await pair.cluster.status('h1');
    assert.equal(groups[0]?.epoch, before.groups[0]?.epoch, 'nobody claimed anything');
    await pair.untilServedBy('h1');
    await neverInterrupted(pair, fromMs);
    // Its lease is short again.
    const killedMs = Date.now();
    pair.agent('h1').signalTree('SIGKILL');
    await pair.untilServedBy('h2');
    assert.ok(Date.now() - killedMs < 15_000);
  });
});

labTest(
  'restart: with --exit it ends with 75, and whoever starts it again finds the VIPs there',
  60_000,
  async () => {
    await withPair({ timeoutMs: TIMEOUT_MS }, async (pair) => {
      await untilOld(pair, 'h1');
      const fromMs = Date.now();
      const said = await pair.cluster.order('h1', '/v1/restart', { exit: true });
      assert.equal(said.status, 200, JSON.stringify(said.body));
      await until('the process to end', 10_000, () => !pair.isRunning('h1'));
      assert.equal(pair.agent('h1').end, 'exit 75');
      await pair.start('h1');
      await pair.untilServedBy('h1');
      await neverInterrupted(pair, fromMs);
    });
  },
);

labTest('restart: who does not come back in time is taken over from, and never beside', 90_000, async () => {
  await withPair({ timeoutMs: SAFE_TIMEOUT_MS }, async (pair) => {
    const slowly = 11 * SAFE_TIMEOUT_MS;
    await until('the process to be old enough', 2 * slowly, async () => {
      return (await pair.cluster.status('h1')).upForMs > slowly;
    });
    const fromMs = Date.now();
    await pair.cluster.order('h1', '/v1/restart', { exit: true });
    await until('the process to end', 10_000, () => !pair.isRunning('h1'));
    await pair.untilServedBy('h2');
    await neverOnBoth(pair, fromMs);
  });
});

labTest('restart: a young process hands over instead, and says so', 60_000, async () => {
  await withPair({ timeoutMs: SAFE_TIMEOUT_MS }, async (pair) => {
    const fromMs = Date.now();
    const said = await pair.cluster.order('h1', '/v1/restart', { exit: true });
    assert.match(JSON.stringify(said.body), /younger than/);
    await until('the process to end', 10_000, () => !pair.isRunning('h1'));
    assert.equal(pair.agent('h1').end, 'exit 75');
    await pair.untilServedBy('h2');
    const gapMs = await pair.lab.client.longestGapMs(VIP4, windowFrom(fromMs));
    assert.ok(gapMs < SAFE_TIMEOUT_MS / 2, `the client was dark for ${gapMs} ms`);
  });
});
