// The agent crashes or freezes while its host lives on: the VIP must not stay behind.
import assert from 'node:assert/strict';
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { labTest } from '../lab/requirement.ts';
import { until, untilSteady, watchFor } from '../lab/wait.ts';
import type { SealbeatPair } from './scene.ts';
import { LEASE_BOUND_MS, SLACK_MS, neverOnBoth, neverOnStandby, withPair, windowFrom } from './scene.ts';

/** How long after `fromMs` the last VIP left h1. Rejects if one is still there after the lease. */
async function goneFromH1(pair: SealbeatPair, fromMs: number): Promise<number> {
  const held = (): boolean => pair.lab.vips.some((vip) => pair.lab.timeline('h1', vip).isHeld);
  await until(
    'the VIPs to leave h1',
    LEASE_BOUND_MS + SLACK_MS,
    () => !held(),
    () => pair.lastWords(),
  );
  const spans = pair.lab.vips.flatMap((vip) => pair.lab.timeline('h1', vip).within(windowFrom(fromMs)));
  return Math.max(0, ...spans.map(({ toMs }) => toMs - fromMs));
}

labTest('crash: SIGKILL of the agent alone; its guard takes the VIPs down', 60_000, async () => {
  await withPair({ vips: [VIP4, VIP6] }, async (pair) => {
    const killedMs = Date.now();
    pair.agent('h1').signal('SIGKILL');
    const goneMs = await goneFromH1(pair, killedMs);
    // A lease of 1 s that was renewed a beat ago can't have ended yet: the guard did it.
    assert.ok(goneMs < 800, `gone after ${goneMs} ms`);
    await pair.untilServedBy('h2');
    await neverOnBoth(pair, killedMs);
  });
});

labTest(
  'crash: SIGKILL of the agent, its guard and all its children; the lease is all that is left',
  60_000,
  async () => {
    await withPair({ vips: [VIP4, VIP6] }, async (pair) => {
      const killedMs = Date.now();
      pair.agent('h1').signalTree('SIGKILL');
      const goneMs = await goneFromH1(pair, killedMs);
      assert.ok(goneMs <= LEASE_BOUND_MS + SLACK_MS, `gone after ${goneMs} ms`);
      await pair.untilServedBy('h2');
      await neverOnBoth(pair, killedMs);
    });
  },
);

labTest('crash: a freeze shorter than the lease changes nothing', 60_000, async () => {
  await withPair({}, async (pair) => {
    const frozenMs = Date.now();
    pair.agent('h1').signal('SIGSTOP');
    await watchFor(300);
    pair.agent('h1').signal('SIGCONT');
    await pair.untilServedBy('h1');
    await neverOnStandby(pair, frozenMs);
    assert.equal(
      pair.lab.timeline('h1').within(windowFrom(frozenMs)).length,
      1,
      'the VIP left h1 in between',
    );
  });
});

for (const [name, freeze] of [
  ['the agent', (pair: SealbeatPair) => pair.agent('h1').signal('SIGSTOP')],
  ['the agent and all its children', (pair: SealbeatPair) => pair.agent('h1').signalTree('SIGSTOP')],
] as const) {
  labTest(
    `crash: a long freeze of ${name} moves the VIPs, and waking up does not bring them back`,
    60_000,
    async () => {
      await withPair({ vips: [VIP4, VIP6] }, async (pair) => {
        const frozenMs = Date.now();
        freeze(pair);
        await pair.untilServedBy('h2');
        await neverOnBoth(pair, frozenMs);
        pair.agent('h1').signalTree('SIGCONT');
        await untilSteady('h2 to go on serving', 1_500, 15_000, async () => {
          const { groups } = await pair.cluster.status('h1');
          return groups[0]?.role === 'standby' && pair.lab.holdersNow().join() === 'h2';
        });
        await pair.untilServedBy('h2');
        await neverOnBoth(pair, frozenMs);
      });
    },
  );
}

labTest('crash: a frozen standby changes nothing, neither asleep nor awake', 60_000, async () => {
  await withPair({}, async (pair) => {
    const frozenMs = Date.now();
    pair.agent('h2').signal('SIGSTOP');
    await watchFor(3_500);
    pair.agent('h2').signal('SIGCONT');
    await until('h2 to hear h1 again', 15_000, async () => {
      return (await pair.cluster.status('h2')).peers[0]?.state === 'alive';
    });
    await pair.untilServedBy('h1');
    await neverOnStandby(pair, frozenMs);
  });
});
