// The holder goes away, in good order or not, and comes back.
import assert from 'node:assert/strict';
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { labTest } from '../lab/requirement.ts';
import { until } from '../lab/wait.ts';
import { neverOnBoth, SAFE_TIMEOUT_MS, withPair, windowFrom } from './scene.ts';

labTest('failover: the host dies, and takes its VIPs back when it has returned', 90_000, async () => {
  await withPair({ vips: [VIP4, VIP6], failbackDelayMs: 500 }, async (pair) => {
    const diedMs = Date.now();
    pair.lab.faults.unplug('h1');
    pair.agent('h1').signalTree('SIGKILL');
    await pair.untilServedBy('h2');
    assert.match((await pair.cluster.status('h2')).groups[0]?.why ?? '', /h1/);
    await neverOnBoth(pair, diedMs);

    pair.lab.faults.plugIn('h1');
    const backMs = Date.now();
    await pair.start('h1');
    await pair.untilServedBy('h1');
    // Nobody had to notice a silence, so it took nothing like a timeout.
    for (const vip of pair.lab.vips) {
      const gapMs = await pair.lab.client.longestGapMs(vip, windowFrom(backMs));
      assert.ok(gapMs < SAFE_TIMEOUT_MS / 2, `${vip} was dark for ${gapMs} ms during the failback`);
    }
  });
});

labTest('failover: a stopped agent hands over instead of being missed', 60_000, async () => {
  await withPair({}, async (pair) => {
    const stoppedMs = Date.now();
    const agent = await pair.stop('h1');
    assert.equal(agent.end, 'exit 0');
    await pair.untilServedBy('h2');
    const gapMs = await pair.lab.client.longestGapMs(VIP4, windowFrom(stoppedMs));
    assert.ok(gapMs < SAFE_TIMEOUT_MS / 2, `the client was dark for ${gapMs} ms`);
  });
});

labTest('failover: an order moves the VIP there, and another one back', 60_000, async () => {
  await withPair({}, async (pair) => {
    const fromMs = Date.now();
    for (const [from, to] of [
      ['h1', 'h2'],
      ['h2', 'h1'],
    ] as const) {
      const moved = await pair.cluster.order(from, '/v1/groups/web/switchover', { to });
      assert.equal(moved.status, 200, JSON.stringify(moved.body));
      await pair.untilServedBy(to);
      assert.equal((await pair.cluster.status(to)).groups[0]?.sticky, true);
    }
    const gapMs = await pair.lab.client.longestGapMs(VIP4, windowFrom(fromMs));
    assert.ok(gapMs < SAFE_TIMEOUT_MS / 2, `the client was dark for ${gapMs} ms`);
  });
});

labTest(
  'failover: with failback by hand, the VIP goes back when it is told to and not before',
  60_000,
  async () => {
    await withPair({ failbackDelayMs: 100, failbackMode: 'manual' }, async (pair) => {
      await pair.stop('h1');
      await pair.untilServedBy('h2');
      await pair.start('h1');
      await until('h1 to be standby', 15_000, async () => {
        return (await pair.cluster.status('h1')).groups[0]?.role === 'standby';
      });
      await pair.lab.untilServedBy('h2', pair.boundMs, 2_000);
      const back = await pair.cluster.order('h2', '/v1/groups/web/failback');
      assert.equal(back.status, 200, JSON.stringify(back.body));
      await pair.untilServedBy('h1');
    });
  },
);
