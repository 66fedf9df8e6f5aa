import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { pathTo, sealbeat } from '../../test/lab/sealbeat.ts';
import type { SealbeatCluster } from '../../test/lab/sealbeat.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const LOST_MS = 10_000;

interface Loss {
  readonly name: string;
  readonly make: (lab: Lab) => void;
}

/** What is dropped at the switch is lost for both; a cable is the one host's own, and so is its carrier. */
const LOSSES: readonly Loss[] = [
  {
    name: 'heartbeats on the LAN dropped',
    make: ({ faults }) => faults.cutBoth('h1', 'h2', 'heartbeats', 'lan'),
  },
  { name: "the holder's cross cable unplugged", make: ({ faults }) => faults.unplug('h1', 'cross') },
  { name: "the standby's cross cable unplugged", make: ({ faults }) => faults.unplug('h2', 'cross') },
];

interface Seen {
  readonly moves: number[];
  readonly gap: number[];
  readonly quiet: number[];
  readonly alarms: number[];
  readonly outage: number[];
}

/** Every change of a role that the agents remember. */
async function transitions({ cluster, lab }: Pair<SealbeatCluster>): Promise<number> {
  const events = await Promise.all(lab.hosts.map((host) => cluster.events(host)));
  return events.flat().filter(({ kind }) => kind === 'role').length;
}

/** How many agents say that a path is down. */
async function alarmed({ cluster, lab }: Pair<SealbeatCluster>): Promise<number> {
  const reports = await Promise.all(lab.hosts.map((host) => cluster.status(host)));
  return reports.filter(({ alarms }) => alarms.some((alarm) => /path .* is down/.test(alarm))).length;
}

async function lose(pair: Pair<SealbeatCluster>, loss: Loss, seen: Seen): Promise<void> {
  const { lab } = pair;
  const quietMs = Date.now();
  await watchFor(LOST_MS);
  const quiet = await lab.client.longestGapMs(VIP4, { fromMs: quietMs, toMs: Date.now() });
  const before = await transitions(pair);
  const lostMs = Date.now();
  loss.make(lab);
  await watchFor(LOST_MS);
  const lost = { fromMs: lostMs, toMs: Date.now() };
  await lab.sync();
  const addresses = lab.hosts.map(
    (host) => lab.timeline(host).arrivals(lost) + lab.timeline(host).departures(lost),
  );
  seen.quiet.push(quiet);
  seen.gap.push(await lab.client.longestGapMs(VIP4, lost));
  seen.moves.push((await transitions(pair)) - before + addresses.reduce((sum, count) => sum + count, 0));
  seen.alarms.push(await alarmed(pair));
  const fromMs = Date.now();
  lab.faults.unplugFrom('h1', lab.networks);
  await pair.untilAnsweredBy('h2');
  seen.outage.push(await lab.client.longestGapMs(VIP4, { fromMs, toMs: Date.now() }));
}

async function rowsFor(options: BenchOptions, setup: AgentSetup, loss: Loss): Promise<Row[]> {
  const seen: Seen = { moves: [], gap: [], quiet: [], alarms: [], outage: [] };
  const contender = sealbeat({ paths: (host) => [pathTo(host), pathTo(host, 'cross')] });
  const what = `${loss.name}, ${timing(setup)}`;
  const failedRuns = await withLab({ networks: 2 }, async (lab) => {
    const pair = await Pair.prepare(lab, contender, setup);
    return await repeat(options, what, options.runs, async () => {
      try {
        await pair.startAll();
        await lose(pair, loss, seen);
      } finally {
        await pair.stopAll();
      }
    });
  });
  const base = { contender: contender.name, failedRuns } as const;
  const gap = { ...base, unit: 'ms', resolution: GAP_RESOLUTION_MS } as const;
  return [
    { ...base, unit: 'count', measure: `${what}: changes of a role or of the VIP`, values: seen.moves },
    { ...base, unit: 'count', measure: `${what}: nodes with the alarm, of 2`, values: seen.alarms },
    { ...gap, measure: `${what}: client's longest gap`, values: seen.gap },
    { ...gap, measure: `${what}: as long before it`, values: seen.quiet },
    { ...gap, measure: `${what}: outage when the holder dies then`, values: seen.outage },
  ];
}

export const pathsScenario: Scenario = {
  name: 'paths',
  title: 'One of two paths lost',
  method:
    'Heartbeats go over two networks, the client is on the LAN. One path is lost at a random moment and stays away for ' +
    `${LOST_MS / 1_000} s; before it the same time is watched undisturbed. Every change of a role that the agents tell counts, and every ` +
    'address that comes or goes. Then the holder loses both of its cables: as a host death with one path. sealbeat only: ' +
    'keepalived sends on one interface.',
  async run(options) {
    if (options.sealbeat.length === 0) return [];
    const rows: Row[] = [];
    for (const setup of [setupFor(100, 300), setupFor(250, 3_000)])
      for (const loss of LOSSES) rows.push(...(await rowsFor(options, setup, loss)));
    return rows;
  },
};
