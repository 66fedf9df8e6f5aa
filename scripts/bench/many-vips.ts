import type { AgentSetup, Cluster, Contender } from '../../test/lab/agent.ts';
import { Pair } from '../../test/lab/agent.ts';
import { CLIENT } from '../../test/lab/addresses.ts';
import { runTool } from '../../test/lab/host-tool.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { Lab, LabOptions } from '../../test/lab/lab.ts';
import { until } from '../../test/lab/wait.ts';
import { setupFor } from './scenario.ts';

/** As many as the client asks: it could not ask a thousand of them every 2 ms. */
const ASKED_MAX = 4;
const VIP_NETWORK = '10.77.4.0/22';
export const VIPS_MAX = 1_000;
export const INTERVAL_MS = 100;
const TIMEOUT_MS = 300;

/** Beside the hosts' own network, so that they are as many as wanted; `10.77.4.1`, `10.77.4.2`, … */
export const vipsFor = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, place) => `10.77.${4 + Math.floor(place / 250)}.${(place % 250) + 1}`);

/** The first, the last and some in between at equal distances. */
export function sampleOf(vips: readonly string[]): readonly string[] {
  if (vips.length <= ASKED_MAX) return vips;
  const step = (vips.length - 1) / (ASKED_MAX - 1);
  return Array.from({ length: ASKED_MAX }, (_, place) => vips[Math.round(place * step)] ?? '');
}

/** h1 is the best, h2 the next, and so on. */
export function manyVipsSetup(hosts: readonly string[], vips: readonly string[]): AgentSetup {
  const priorities = Object.fromEntries(hosts.map((host, place) => [host, 254 - place]));
  return { ...setupFor(INTERVAL_MS, TIMEOUT_MS), priorities, vips };
}

export interface ManyVips<C extends Cluster> {
  readonly lab: Lab;
  readonly pair: Pair<C>;
  readonly vips: readonly string[];
  readonly asked: readonly string[];
  /** Settles when `host` has every VIP and nobody else but `andPerhaps` has any. */
  untilAllOn(host: string, andPerhaps?: string): Promise<void>;
  /** The longest silence of any VIP that the client asks. */
  worstGapMs(window: { fromMs: number; toMs: number }): Promise<number>;
}

/** A fresh lab with one group of `count` VIPs, which nobody serves yet; it is gone afterwards. */
export async function withManyVips<C extends Cluster, T>(
  contender: Contender<C>,
  count: number,
  body: (many: ManyVips<C>) => Promise<T>,
  options: LabOptions = {},
): Promise<T> {
  const vips = vipsFor(count);
  const asked = sampleOf(vips);
  return await withLab({ ...options, vips: asked }, async (lab) => {
    runTool('ip', ['-n', lab.namespace(CLIENT), 'route', 'add', VIP_NETWORK, 'dev', 'eth0']);
    const pair = await Pair.prepare(lab, contender, manyVipsSetup(lab.hosts, vips));
    return await body({
      ...{ lab, pair, vips, asked },
      async untilAllOn(host, andPerhaps) {
        const has = (other: string, vip: string): boolean => lab.timeline(other, vip).isHeld;
        const others = lab.hosts.filter((each) => each !== host && each !== andPerhaps);
        const isMissing = (vip: string): boolean =>
          !has(host, vip) || others.some((other) => has(other, vip));
        // Ends at the first that is missing: looking at a thousand 200 times a second would slow down what is measured.
        await until(
          `all VIPs on ${host}`,
          pair.boundMs,
          () => !vips.some(isMissing),
          () => `${vips.filter(isMissing).length} are not\n${pair.lastWords()}`,
        );
      },
      async worstGapMs(window) {
        const gaps = await Promise.all(asked.map((vip) => lab.client.longestGapMs(vip, window)));
        return Math.max(0, ...gaps);
      },
    });
  });
}
