import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Cluster, Contender } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { SealbeatCluster } from '../../test/lab/sealbeat.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS, countsText } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const SIZES = [2, 3, 5] as const;
/** Who else claims does so soon after the first, if at all. */
const AFTERWARDS_MS = 1_000;

interface Seen {
  readonly outage: number[];
  /** Survivors that got the VIP, and those that said they wanted it, where the contender can tell. */
  readonly arrivals: number[];
  readonly claims: number[];
  readonly successors: string[];
}

interface Measured<C extends Cluster> {
  readonly contender: Contender<C>;
  readonly setup: AgentSetup;
  readonly claimsOf?: (pair: Pair<C>, hosts: readonly string[]) => Promise<number>;
}

async function claimsOf({ cluster }: Pair<SealbeatCluster>, hosts: readonly string[]): Promise<number> {
  const events = await Promise.all(hosts.map((host) => cluster.events(host)));
  return events.flat().filter(({ kind, text }) => kind === 'role' && text.endsWith('→ claiming')).length;
}

const hostsOf = (size: number): readonly string[] =>
  Array.from({ length: size }, (_, place) => `h${place + 1}`);

/** h1 is the best, h2 the next, and so on. */
const setupWith = (setup: AgentSetup, hosts: readonly string[]): AgentSetup => ({
  ...setup,
  priorities: Object.fromEntries(hosts.map((host, place) => [host, 254 - place])),
});

/** One death in a lab of its own, so that the sizes can take turns without waiting beside each other. */
async function die<C extends Cluster>(
  { contender, setup, claimsOf }: Measured<C>,
  hosts: readonly string[],
  seen: Seen,
): Promise<void> {
  await withLab({ hosts }, async (lab) => {
    const pair = await Pair.prepare(lab, contender, setupWith(setup, hosts));
    await pair.startAll();
    const survivors = hosts.slice(1);
    const claimsBefore = await claimsOf?.(pair, survivors);
    await watchFor(Math.random() * setup.intervalMs); // any phase of the heartbeat
    const fromMs = Date.now();
    lab.faults.unplug('h1');
    const successor = await pair.untilAnsweredByOneOf(survivors);
    const outage = await lab.client.longestGapMs(VIP4, { fromMs, toMs: Date.now() });
    await watchFor(AFTERWARDS_MS);
    await lab.sync();
    const window = { fromMs, toMs: Date.now() };
    seen.outage.push(outage);
    seen.successors.push(successor);
    seen.arrivals.push(survivors.reduce((sum, host) => sum + lab.timeline(host).arrivals(window), 0));
    const claims = await claimsOf?.(pair, survivors);
    if (claims !== undefined) seen.claims.push(claims - (claimsBefore ?? 0));
    await pair.stopAll();
  });
}

async function rowsFor<C extends Cluster>(options: BenchOptions, measured: Measured<C>): Promise<Row[]> {
  const { contender, setup } = measured;
  const none = (): Seen => ({ outage: [], arrivals: [], claims: [], successors: [] });
  const seen = new Map(SIZES.map((size) => [size, none()] as const));
  for (let run = 1; run <= options.runs; run += 1) {
    for (const [size, sizeSeen] of seen) {
      const what = `${size} nodes, ${contender.name}, turn ${run} of ${options.runs}`;
      await repeat(options, what, 1, () => die(measured, hostsOf(size), sizeSeen));
    }
  }
  return [...seen].flatMap(([size, { outage, arrivals, claims, successors }]): Row[] => {
    const base = { contender: contender.name, failedRuns: options.runs - outage.length } as const;
    const what = `host death with ${size} nodes, ${timing(setup)}`;
    return [
      {
        ...{ ...base, measure: what, unit: 'ms', values: outage },
        ...{ resolution: GAP_RESOLUTION_MS, note: `by ${countsText(successors)}` },
      },
      { ...base, measure: `${what}: times that a survivor got the VIP`, unit: 'count', values: arrivals },
      ...(measured.claimsOf === undefined
        ? []
        : [{ ...base, measure: `${what}: claims`, unit: 'count', values: claims } as const]),
    ];
  });
}

export const nodesScenario: Scenario = {
  name: 'nodes',
  title: 'Outage when the holder dies, with more nodes',
  method:
    'The port of h1, which holds, goes down at the switch at a random moment between two heartbeats. Longest gap between ' +
    'two answers that the client gets, and who gives them then: h2 has the highest priority of those left. Every time that ' +
    `a survivor gets the VIP until ${AFTERWARDS_MS} ms later counts, as its kernel tells, and every claim that sealbeat tells. ` +
    'The sizes take turns, each in a lab of its own.',
  async run(options) {
    const rows: Row[] = [];
    const setup = setupFor(100, 300);
    for (const contender of options.keepalived) rows.push(...(await rowsFor(options, { contender, setup })));
    for (const contender of options.sealbeat)
      rows.push(...(await rowsFor(options, { contender, setup, claimsOf })));
    return rows;
  },
};
