import assert from 'node:assert/strict';
import { labTest } from '../lab/requirement.ts';
import { until, watchFor } from '../lab/wait.ts';
import { withSystems } from '../lab/systems.ts';
import type { HostName, SystemsPair, SystemsSetup } from '../lab/systems.ts';
import {
  LEASE_BOUND_MS,
  neverOnBoth,
  NO_FAILBACK_MS,
  SAFE_TIMEOUT_MS,
  SLACK_MS,
  windowFrom,
} from './scene.ts';

const TIMING = { intervalMs: 100, timeoutMs: SAFE_TIMEOUT_MS };

/** Pairs in which at least one host runs another system: every kind of move, and every way to die. */
export function testPair(name: string, setup: Pick<SystemsSetup, 'systems' | 'vips' | 'group'>): void {
  labTest(`systems: ${name}: power loss, return, orders both ways`, 180_000, async () => {
    await withSystems({ ...TIMING, ...setup, failbackDelayMs: 500 }, async (systems) => {
      await losesPower(systems);
      await comesBack(systems);
      await movesByOrder(systems, 'h1', 'h2');
      await movesByOrder(systems, 'h2', 'h1');
    });
  });

  labTest(`systems: ${name}: a killed and a frozen agent let go`, 180_000, async () => {
    await withSystems({ ...TIMING, ...setup, failbackDelayMs: NO_FAILBACK_MS }, async (systems) => {
      await isKilled(systems);
      await isFrozen(systems);
    });
  });
}

/** One announcement is believed in ten timeouts, and a process has to be older than that. */
const RESTART_TIMEOUT_MS = 600;

/** An announced restart of the holder: the guard keeps its promise, and the next process finds what was left. */
export function testRestart(name: string, setup: Pick<SystemsSetup, 'systems' | 'vips' | 'group'>): void {
  labTest(`systems: ${name}: the VIP stays over a restart of the daemon`, 120_000, async () => {
    const timing = { intervalMs: 100, timeoutMs: RESTART_TIMEOUT_MS, failbackDelayMs: NO_FAILBACK_MS };
    await withSystems({ ...timing, ...setup }, async ({ pair, lab }) => {
      await until('the process on h1 to be old enough', 30_000, async () => {
        return (await pair.cluster.status('h1')).upForMs > 11 * RESTART_TIMEOUT_MS;
      });
      const { epoch } = (await pair.cluster.status('h1')).groups[0]!;
      const fromMs = Date.now();
      const said = await pair.cluster.order('h1', '/v1/restart');
      assert.match(JSON.stringify(said.body), /"left":true/);
      await until('the new process to hold', 15_000, async () => {
        const status = await pair.cluster.status('h1').catch(() => undefined);
        return (
          status !== undefined && status.upForMs < Date.now() - fromMs && status.groups[0]?.role === 'active'
        );
      });
      assert.equal((await pair.cluster.status('h1')).groups[0]?.epoch, epoch, 'nobody claimed anything');
      // For longer than the old guard would have kept them: the new one has taken them over.
      await watchFor(5_000);
      await lab.sync();
      for (const vip of lab.vips) {
        assert.equal(
          lab.timeline('h1', vip).within(windowFrom(fromMs)).length,
          1,
          `${vip} left h1 in between`,
        );
        assert.equal(lab.timeline('h2', vip).arrivals(windowFrom(fromMs)), 0, `h2 took ${vip}`);
      }
    });
  });
}

async function losesPower({ pair, powerOff }: SystemsPair): Promise<void> {
  await powerOff('h1');
  await pair.untilServedBy('h2');
  assert.match((await pair.cluster.status('h2')).groups[0]?.why ?? '', /h1/);
}

async function comesBack({ pair, lab, start }: SystemsPair): Promise<void> {
  const fromMs = Date.now();
  lab.faults.plugIn('h1');
  await start('h1');
  await pair.untilServedBy('h1');
  await neverOnBoth(pair, fromMs);
}

async function movesByOrder({ pair }: SystemsPair, from: HostName, to: HostName): Promise<void> {
  const moved = await pair.cluster.order(from, '/v1/groups/web/switchover', { to });
  assert.equal(moved.status, 200, JSON.stringify(moved.body));
  await pair.untilServedBy(to);
}

/** The guard outlives the agent, and takes the address down at once. */
async function isKilled({ pair, lab, start }: SystemsPair): Promise<void> {
  const killedMs = Date.now();
  pair.agent('h1').signal('SIGKILL');
  await until('the guard to have acted', LEASE_BOUND_MS + SLACK_MS, () => {
    return lab.vips.every((vip) => !lab.holdersNow(vip).includes('h1'));
  });
  await pair.untilServedBy('h2');
  await neverOnBoth(pair, killedMs);
  await start('h1');
  await pair.cluster.untilSettled(['h1', 'h2'], 15_000);
}

/** Nobody renews: the address is gone a lease and a second later, before the other one may take it. */
async function isFrozen({ pair, lab }: SystemsPair): Promise<void> {
  const frozenMs = Date.now();
  pair.agent('h2').signal('SIGSTOP');
  await pair.untilServedBy('h1');
  await neverOnBoth(pair, frozenMs);
  for (const vip of lab.vips) {
    const [span] = lab.timeline('h2', vip).within(windowFrom(frozenMs));
    assert.ok(span !== undefined && span.toMs - frozenMs <= LEASE_BOUND_MS + SLACK_MS);
  }
  pair.agent('h2').signal('SIGCONT');
  await pair.cluster.untilSettled(['h1', 'h2'], 15_000);
}
