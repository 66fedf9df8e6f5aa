// Two agents and an etcd of three members, one on each agent's host and one on a third: whatever is cut, never two holders.
import assert from 'node:assert/strict';
import { VIP4, address4 } from '../lab/addresses.ts';
import { Pair } from '../lab/agent.ts';
import { startEtcd, type EtcdCluster } from '../lab/etcd.ts';
import { hasTool } from '../lab/host-tool.ts';
import { withLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { labTest } from '../lab/requirement.ts';
import { sealbeat } from '../lab/sealbeat.ts';
import { until, watchFor } from '../lab/wait.ts';
import { LEASE_BOUND_MS, NO_FAILBACK_MS, SAFE_TIMEOUT_MS, type SealbeatPair } from './scene.ts';

const HOSTS = ['h1', 'h2', 'h3'];
const TTL_SECONDS = 6;
/** The lock of a holder that is gone runs out, then the other finds out; each with what a busy machine adds. */
const BOUND_MS = TTL_SECONDS * 1_000 + SAFE_TIMEOUT_MS + 15_000;

/** Skipped where etcd is not installed, but not in CI, where the package etcd-server has to be. */
function etcdTest(name: string, timeoutMs: number, body: () => Promise<void>): void {
  labTest(name, timeoutMs, async (context) => {
    if (hasTool('etcd')) return await body();
    if (process.env['CI'] === 'true') throw new Error('etcd is not installed: apt-get install etcd-server');
    return context.skip('etcd is not installed');
  });
}

async function withArbiter(
  body: (pair: SealbeatPair, lab: Lab, etcd: EtcdCluster) => Promise<void>,
): Promise<void> {
  await withLab({ hosts: HOSTS, vips: [VIP4] }, async (lab) => {
    const members = HOSTS.map((name) => ({ name, namespace: lab.namespace(name), address: address4(name) }));
    const etcd = await startEtcd({ members, folder: lab.folder });
    try {
      const arbiter = { etcd: etcd.endpoints, ttl: `${TTL_SECONDS}s`, timeout: '1s' };
      const pair = await Pair.prepare(lab, sealbeat({ extra: { top: { arbiter } } }), {
        ...{ intervalMs: 100, timeoutMs: SAFE_TIMEOUT_MS, priorities: { h1: 101, h2: 100 } },
        ...{ vips: [VIP4], failbackDelayMs: NO_FAILBACK_MS },
      });
      await pair.startAll();
      await body(pair, lab, etcd);
      for (const host of ['h1', 'h2']) assert.equal((await pair.stop(host)).end, 'exit 0');
    } finally {
      await etcd.dispose();
    }
  });
}

/** Not for a millisecond, by the kernels' own word. */
async function neverTwo(lab: Lab, fromMs: number): Promise<void> {
  const both = await lab.heldByBoth({ fromMs, toMs: Date.now() });
  assert.equal(both, 0, `the VIP was on two hosts for ${both} ms`);
}

const cut = (lab: Lab, alone: string): void => {
  for (const other of HOSTS) if (other !== alone) lab.faults.cutBoth(alone, other);
};

etcdTest(
  'arbiter: the holder is cut off with one of three: it lets go, then the other side serves',
  120_000,
  async () => {
    await withArbiter(async (pair, lab) => {
      const fromMs = Date.now();
      cut(lab, 'h1');
      await until(
        'h2 alone to hold',
        BOUND_MS,
        () => lab.holdersNow().join() === 'h2',
        () => pair.lastWords(),
      );
      await neverTwo(lab, fromMs);
      const spans = lab.timeline('h1').within({ fromMs, toMs: Date.now() });
      const goneMs = Math.max(...spans.map(({ toMs }) => toMs)) - fromMs;
      assert.ok(goneMs <= TTL_SECONDS * 1_000 + LEASE_BOUND_MS, `h1 had it for ${goneMs} ms more`);
      lab.faults.heal();
      await pair.untilServedBy('h2');
      await watchFor(2_000);
      await neverTwo(lab, fromMs);
    });
  },
);

etcdTest('arbiter: the standby is cut off with one of three: nothing moves', 120_000, async () => {
  await withArbiter(async (pair, lab) => {
    const fromMs = Date.now();
    cut(lab, 'h2');
    await until('h2 to miss h1', 20_000, async () => {
      const { peers } = await pair.cluster.status('h2');
      return peers[0]?.state === 'silent';
    });
    await lab.untilServedBy('h1', BOUND_MS, (TTL_SECONDS + 2) * 1_000);
    assert.deepEqual(lab.timeline('h2').within({ fromMs, toMs: Date.now() }), []);
    lab.faults.heal();
    await pair.untilServedBy('h1');
    await neverTwo(lab, fromMs);
  });
});

etcdTest(
  'arbiter: everybody is cut from everybody: nobody holds until it heals, then one',
  120_000,
  async () => {
    await withArbiter(async (pair, lab) => {
      const fromMs = Date.now();
      for (const host of HOSTS) cut(lab, host);
      await until(
        'nobody to hold',
        BOUND_MS,
        () => lab.holdersNow().length === 0,
        () => pair.lastWords(),
      );
      lab.faults.heal();
      await lab.untilOneServes(60_000);
      await neverTwo(lab, fromMs);
    });
  },
);

etcdTest(
  'arbiter: all of it is gone while the nodes hear each other: the holder stays, and lets go when it is alone',
  120_000,
  async () => {
    await withArbiter(async (_pair, lab, etcd) => {
      const fromMs = Date.now();
      for (const host of HOSTS) await etcd.kill(host);
      await lab.untilServedBy('h1', BOUND_MS, (TTL_SECONDS + 2) * 1_000);
      lab.faults.cutBoth('h1', 'h2');
      await until('h1 to let go', SAFE_TIMEOUT_MS + 10_000, () => lab.holdersNow().length === 0);
      await neverTwo(lab, fromMs);
      lab.faults.heal();
      await Promise.all(HOSTS.map((host) => etcd.start(host)));
      await lab.untilOneServes(60_000);
      await neverTwo(lab, fromMs);
    });
  },
);
