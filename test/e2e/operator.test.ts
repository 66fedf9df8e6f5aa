// What people do: to the VIP, and to the configuration.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { withLab } from '../lab/lab.ts';
import { labTest } from '../lab/requirement.ts';
import { SEALBEAT, sealbeat } from '../lab/sealbeat.ts';
import type { SealbeatConfig } from '../lab/sealbeat.ts';
import { NO_FAILBACK_MS, SAFE_TIMEOUT_MS, neverOnStandby, withPair } from './scene.ts';

labTest('operator: a VIP deleted by hand is put back, and nothing moves', 60_000, async () => {
  await withPair({ vips: [VIP4, VIP6] }, async (pair) => {
    const fromMs = Date.now();
    for (const vip of [VIP4, VIP6]) {
      await pair.lab.sync();
      const arrivals = (): number => pair.lab.timeline('h1', vip).arrivals({ fromMs, toMs: Infinity });
      pair.lab.removeVip('h1', vip);
      await pair.untilServedBy('h1');
      await pair.lab.sync();
      assert.equal(arrivals(), 1, `${vip} came back once`);
    }
    await neverOnStandby(pair, fromMs);
  });
});

labTest(
  'operator: a reload with a bad file keeps the old one, says why, and a good one clears that',
  60_000,
  async () => {
    await withPair({}, async (pair) => {
      const { configDigest } = await pair.cluster.status('h1');
      pair.cluster.rewrite((config) => Object.assign(config.heartbeat, { intervall: '1s' }));
      const refused = await pair.cluster.order('h1', '/v1/reload');
      assert.notEqual(refused.status, 200);
      assert.match(JSON.stringify(refused.body), /intervall/);
      const bad = await pair.cluster.status('h1');
      assert.match(bad.configProblem, /intervall/);
      assert.equal(bad.configDigest, configDigest);
      await pair.untilServedBy('h1');

      pair.cluster.rewrite((config) => (config.heartbeat.interval = '150ms'));
      for (const host of ['h1', 'h2']) {
        const done = await pair.cluster.order(host, '/v1/reload');
        assert.equal(done.status, 200, JSON.stringify(done.body));
        const good = await pair.cluster.status(host);
        assert.deepEqual([good.configProblem, good.intervalMs], ['', 150]);
      }
      await pair.untilServedBy('h1');
    });
  },
);

const refusals: readonly { name: string; change: (config: SealbeatConfig) => unknown; says: RegExp }[] = [
  {
    name: 'an unknown key, with what was probably meant',
    change: (config) => Object.assign(config.heartbeat, { intervall: '1s' }),
    says: /intervall.*interval/s,
  },
  {
    name: 'a duration without a unit',
    change: (config) => Object.assign(config.heartbeat, { interval: 250 }),
    says: /interval.*250ms/s,
  },
  {
    name: 'a file in which this node does not stand',
    change: (config) =>
      delete config.nodes['h1'] && Object.assign(config.nodes, { h3: { ...config.nodes['h2'] } }),
    says: /key|identity/,
  },
];

labTest('operator: a bad configuration is refused at start, and no VIP is touched', 60_000, async () => {
  await withLab({}, async (lab) => {
    const cluster = await sealbeat().prepare(lab, {
      ...{ intervalMs: 100, timeoutMs: SAFE_TIMEOUT_MS, priorities: { h1: 101, h2: 100 }, vips: lab.vips },
      failbackDelayMs: NO_FAILBACK_MS,
    });
    const file = (name: string): string => join(lab.folder, `h1.${name}`);
    const onH1 = (...args: readonly string[]) =>
      spawnSync('ip', ['netns', 'exec', lab.namespace('h1'), SEALBEAT, ...args], {
        encoding: 'utf8',
        timeout: 10_000,
      });
    const own = ['-c', cluster.configPath, '--identity', file('identity')];
    for (const { name, change, says } of refusals) {
      cluster.rewrite(change);
      const ran = onH1('run', ...own, '--control', file('sock'), '--state', file('state'));
      assert.equal(ran.status, 1, `${name}: ${ran.status ?? ran.signal}\n${ran.stderr}`);
      assert.match(ran.stderr, says, name);
      assert.match(ran.stderr, /hint: /, name);
    }
    await lab.sync();
    assert.deepEqual(lab.holdersNow(), []);

    cluster.rewrite(() => undefined);
    const good = onH1('check', ...own);
    assert.equal(good.status, 0, good.stderr);
    cluster.rewrite(({ groups }) => Object.assign(groups['web'] ?? {}, { interface: 'eth7' }));
    const bad = onH1('check', '--strict', ...own);
    assert.equal(bad.status, 1, bad.stdout);
    assert.match(bad.stderr, /eth7/);
  });
});
