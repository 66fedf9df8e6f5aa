import { withSystems } from '../../test/lab/systems.ts';
import type { HostName, SystemName, SystemsPair } from '../../test/lab/systems.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { repeat } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const INTERVAL_MS = 100;
const TIMEOUT_MS = 300;

interface Contenders {
  readonly name: string;
  readonly systems: readonly [SystemName, SystemName];
  readonly group?: object;
}

const PAIRS: readonly Contenders[] = [
  { name: 'Linux, Linux', systems: ['linux', 'linux'] },
  { name: 'illumos, illumos', systems: ['illumos', 'illumos'] },
  { name: 'Linux, illumos', systems: ['linux', 'illumos'] },
  { name: 'illumos, Linux', systems: ['illumos', 'linux'] },
  { name: 'FreeBSD, OpenBSD', systems: ['freebsd', 'openbsd'] },
  {
    name: 'CARP, FreeBSD',
    systems: ['freebsd', 'freebsd'],
    group: { adapter: 'carp', carp: { vhid: 42 } },
  },
  {
    name: 'CARP, OpenBSD',
    systems: ['openbsd', 'openbsd'],
    group: { adapter: 'carp', carp: { vhid: 42, interface: 'carp0' } },
  },
];

/** The client's longest silence from the fault until the other host serves. */
async function gapOf(systems: SystemsPair, to: HostName, fault: () => Promise<unknown>): Promise<number> {
  await watchFor(Math.random() * INTERVAL_MS + 500); // at rest, and at any phase of the heartbeat
  const fromMs = Date.now();
  await fault();
  await systems.pair.untilAnsweredBy(to);
  return await systems.longestGapMs(fromMs);
}

async function rowsFor(options: BenchOptions, { name, ...setup }: Contenders): Promise<Row[]> {
  const [died, handed]: [number[], number[]] = [[], []];
  const failedRuns = await repeat(options, `systems, ${name}`, options.runs, async () => {
    const timing = { intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, failbackDelayMs: 600_000 };
    await withSystems({ ...timing, ...setup }, async (systems) => {
      const order = (from: HostName, to: HostName) =>
        systems.pair.cluster.order(from, '/v1/groups/web/switchover', { to });
      handed.push(await gapOf(systems, 'h2', () => order('h1', 'h2')));
      handed.push(await gapOf(systems, 'h1', () => order('h2', 'h1')));
      died.push(await gapOf(systems, 'h2', () => systems.powerOff('h1')));
    });
  });
  const base = { contender: name, unit: 'ms', resolution: GAP_RESOLUTION_MS, failedRuns } as const;
  const when = `${INTERVAL_MS} ms / ${TIMEOUT_MS} ms`;
  return [
    { ...base, measure: `host death, ${when}`, values: died },
    { ...base, measure: `switchover there and back, ${when}`, values: handed },
  ];
}

export const systemsScenario: Scenario = {
  name: 'systems',
  title: 'Outage on other systems, with commands that stand in for theirs',
  method:
    'Longest gap between two answers that the client gets (it asks every 2 ms). What stands in for a system waits as its ' +
    'kernel does: illumos probes for duplicates before an address works, 0.45 to 0.55 s with common drivers.',
  async run(options) {
    const rows: Row[] = [];
    for (const pair of PAIRS) rows.push(...(await rowsFor(options, pair)));
    return rows;
  },
};
