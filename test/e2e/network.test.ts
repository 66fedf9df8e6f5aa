// The network between the hosts fails in part, and heals. The client reaches both all the time.
import assert from 'node:assert/strict';
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { labTest } from '../lab/requirement.ts';
import { until, untilSteady } from '../lab/wait.ts';
import { neverOnStandby, withPair } from './scene.ts';

const TIMEOUT_MS = 1_000;
const BOUND_MS = 20_000;

labTest(
  'network: cut in both directions, both hold; healed, h1 alone does and is answered',
  60_000,
  async () => {
    await withPair({ timeoutMs: TIMEOUT_MS, vips: [VIP4, VIP6] }, async (pair) => {
      pair.lab.faults.cutBoth('h1', 'h2');
      await until('both to hold', BOUND_MS, () =>
        pair.lab.vips.every((vip) => pair.lab.holdersNow(vip).length === 2),
      );
      pair.lab.faults.heal();
      await pair.untilServedBy('h1');
    });
  },
);

labTest('network: h2 is deaf; only one of them holds, during the cut and after it', 60_000, async () => {
  await withPair({ timeoutMs: TIMEOUT_MS }, async (pair) => {
    pair.lab.faults.cut('h1', 'h2');
    await until('h2 to miss h1', BOUND_MS, async () => {
      return (await pair.cluster.status('h2')).peers[0]?.state !== 'alive';
    });
    const during = await pair.lab.untilOneServes(BOUND_MS, 2 * TIMEOUT_MS);
    assert.match(during, /^h[12]$/);
    pair.lab.faults.heal();
    const after = await pair.lab.untilOneServes(BOUND_MS, 2 * TIMEOUT_MS);
    assert.equal(after, during, 'the heal moved the VIP');
  });
});

labTest('network: h1 is deaf; the VIP stays, during the cut and after it', 60_000, async () => {
  await withPair({ timeoutMs: TIMEOUT_MS }, async (pair) => {
    const cutMs = Date.now();
    pair.lab.faults.cut('h2', 'h1');
    await until('h1 to miss h2', BOUND_MS, async () => {
      return (await pair.cluster.status('h1')).peers[0]?.state === 'silent';
    });
    await pair.lab.untilServedBy('h1', BOUND_MS, 2 * TIMEOUT_MS);
    pair.lab.faults.heal();
    await until('both to hear each other', BOUND_MS, async () => {
      const reports = await Promise.all(['h1', 'h2'].map((host) => pair.cluster.status(host)));
      return reports.every(({ peers }) => peers.every(({ state, hearsUs }) => state === 'alive' && hearsUs));
    });
    await pair.untilServedBy('h1');
    await neverOnStandby(pair, cutMs);
  });
});

labTest(
  "network: h1's link goes down and comes up again: exactly one serves afterwards",
  60_000,
  async () => {
    await withPair({ timeoutMs: TIMEOUT_MS, vips: [VIP4, VIP6] }, async (pair) => {
      pair.lab.faults.linkDown('h1');
      await pair.untilAnsweredBy('h2');
      pair.lab.faults.linkUp('h1');
      await pair.lab.untilOneServes(BOUND_MS, 2 * TIMEOUT_MS);
    });
  },
);

labTest(
  "network: a flap of h1's link shorter than the timeout moves nothing and loses no VIP",
  60_000,
  async () => {
    await withPair({ vips: [VIP4, VIP6] }, async (pair) => {
      const flapMs = Date.now();
      pair.lab.faults.linkDown('h1');
      pair.lab.faults.linkUp('h1');
      await pair.untilServedBy('h1');
      await neverOnStandby(pair, flapMs);
    });
  },
);

labTest('network: at 30 % loss both ways the VIP stays where it is', 60_000, async () => {
  await withPair({}, async (pair) => {
    const fromMs = Date.now();
    pair.lab.faults.lose('h1', 'h2', 30);
    await untilSteady('h1 to go on serving', 6_000, 20_000, () => pair.lab.holdersNow().join() === 'h1');
    assert.ok(pair.lab.faults.dropped() > 10, 'hardly anything was lost: this showed nothing');
    await neverOnStandby(pair, fromMs);
    pair.lab.faults.heal();
  });
});
