import assert from 'node:assert/strict';
import { VIP4 } from '../lab/addresses.ts';
import { Pair } from '../lab/agent.ts';
import type { AgentSetup } from '../lab/agent.ts';
import { withLab } from '../lab/lab.ts';
import { sealbeat } from '../lab/sealbeat.ts';
import type { SealbeatCluster, SealbeatOptions } from '../lab/sealbeat.ts';
import { until } from '../lab/wait.ts';

export type SealbeatPair = Pair<SealbeatCluster>;

/** With a lease of 1 s this is the shortest timeout at which no two nodes hold a VIP after a crash: 1 + 1.2 + 3 x 0.1 s. */
export const SAFE_TIMEOUT_MS = 2_500;
/** The kernel takes a VIP away at most this long after its last renewal: the lease, and its own rounding. */
export const LEASE_BOUND_MS = 2_000;
/** What a busy machine may add to anything before it counts as wrong. */
export const SLACK_MS = 1_000;
/** So long that no VIP goes back on its own during a test. */
export const NO_FAILBACK_MS = 600_000;

const HOSTS = ['h1', 'h2'];

/** Two running agents with h1 serving; afterwards both are stopped in good order and must have left nothing behind. */
export async function withPair(
  change: Partial<AgentSetup>,
  body: (pair: SealbeatPair) => Promise<void>,
  options: SealbeatOptions = {},
): Promise<void> {
  const setup: AgentSetup = {
    intervalMs: 100,
    timeoutMs: SAFE_TIMEOUT_MS,
    priorities: { h1: 101, h2: 100 },
    vips: [VIP4],
    failbackDelayMs: NO_FAILBACK_MS,
    ...change,
  };
  await withLab({ hosts: HOSTS, vips: setup.vips }, async (lab) => {
    const pair = await Pair.prepare(lab, sealbeat(options), setup);
    await pair.startAll();
    await body(pair);
    await leavesNothing(pair);
  });
}

/** Stops what still runs, and looks at what is left on the hosts. */
export async function leavesNothing(pair: SealbeatPair): Promise<void> {
  for (const host of HOSTS) {
    if (!pair.isRunning(host)) continue;
    const agent = await pair.stop(host);
    assert.equal(agent.end, 'exit 0', `${host} after SIGTERM:\n${agent.output}`);
    assert.doesNotMatch(agent.output, /could not be taken down/);
  }
  const left = (): string =>
    HOSTS.map(
      (host) =>
        `${host}: ${pair.lab
          .processesOn(host)
          .map(({ command }) => command)
          .join(', ')}; holders: ${pair.lab.holdersNow().join()}`,
    ).join(' / ');
  await until(
    'no process and no VIP to be left',
    5_000,
    () =>
      HOSTS.every((host) => pair.lab.processesOn(host).length === 0) &&
      pair.lab.vips.every((vip) => pair.lab.holdersNow(vip).length === 0),
    left,
  );
}

/** From now on; ends whenever it is asked. */
export function windowFrom(fromMs: number): { fromMs: number; toMs: number } {
  return { fromMs, toMs: Date.now() };
}

/** Fails if two hosts held any VIP at one moment since `fromMs`. */
export async function neverOnBoth(pair: SealbeatPair, fromMs: number): Promise<void> {
  for (const vip of pair.lab.vips) {
    const both = await pair.lab.heldByBoth(windowFrom(fromMs), vip);
    assert.equal(both, 0, `${vip} was on both hosts for ${both} ms\n${pair.lastWords()}`);
  }
}

/** Fails if h2 held any VIP at one moment since `fromMs`. */
export async function neverOnStandby(pair: SealbeatPair, fromMs: number): Promise<void> {
  await pair.lab.sync();
  for (const vip of pair.lab.vips) {
    const arrivals = pair.lab.timeline('h2', vip).arrivals(windowFrom(fromMs));
    assert.equal(arrivals, 0, `h2 took ${vip}\n${pair.lastWords()}`);
  }
}
