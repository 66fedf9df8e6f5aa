import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Contender } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { Lab } from '../../test/lab/lab.ts';
import type { Span } from '../../test/lab/timeline.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, sideBySide, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

interface Cut {
  readonly name: string;
  readonly make: (lab: Lab) => void;
  readonly forMs: number;
  readonly watchMs: number;
}

/** Both hosts live and the client reaches both; only they do not reach each other for a while. */
async function rowsFor(
  options: BenchOptions,
  contender: Contender,
  setup: AgentSetup,
  cut: Cut,
): Promise<Row[]> {
  const seen = {
    bothDuring: [] as number[],
    bothAfter: [] as number[],
    gap: [] as number[],
    takeovers: [] as number[],
  };
  const what = `${cut.name}, ${timing(setup)}`;
  const failedRuns = await withLab({}, async (lab) => {
    const pair = await Pair.prepare(lab, contender, setup);
    return await repeat(options, `${what}, ${contender.name}`, options.runs, async () => {
      try {
        await pair.startAll();
        await watchFor(Math.random() * setup.intervalMs);
        const cutMs = Date.now();
        cut.make(lab);
        await watchFor(cut.forMs);
        lab.faults.heal();
        const healedMs = Date.now();
        await watchFor(cut.watchMs);
        const during: Span = { fromMs: cutMs, toMs: healedMs };
        const afterwards: Span = { fromMs: healedMs, toMs: healedMs + cut.watchMs };
        const all: Span = { fromMs: cutMs, toMs: afterwards.toMs };
        seen.bothDuring.push(await lab.heldByBoth(during));
        seen.bothAfter.push(await lab.heldByBoth(afterwards));
        seen.gap.push(await lab.client.longestGapMs(VIP4, all));
        seen.takeovers.push(lab.timeline('h2').arrivals(all));
      } finally {
        await pair.stopAll();
      }
    });
  });
  const base = { contender: contender.name, unit: 'ms', failedRuns } as const;
  return [
    { ...base, measure: `${what}: VIP on both while cut (${cut.forMs} ms)`, values: seen.bothDuring },
    { ...base, measure: `${what}: VIP on both after the heal`, values: seen.bothAfter },
    {
      ...base,
      measure: `${what}: client's longest gap, watched until ${cut.watchMs} ms after the heal`,
      values: seen.gap,
      resolution: GAP_RESOLUTION_MS,
    },
    { ...base, measure: `${what}: takeovers by h2`, unit: 'count', values: seen.takeovers },
  ];
}

const cutsFor = (setup: AgentSetup, watchMs: number): readonly Cut[] => [
  {
    name: 'partition, both directions',
    make: (lab) => lab.faults.cutBoth('h1', 'h2'),
    forMs: 4_000,
    watchMs: watchMs + 4_000,
  },
  {
    name: 'false takeover (heartbeats lost for half a timeout too long)',
    make: (lab) => lab.faults.cutBoth('h1', 'h2', 'heartbeats'),
    forMs: 1.5 * setup.timeoutMs,
    watchMs: watchMs + 4_000,
  },
  { name: 'one-way cut, h2 deaf', make: (lab) => lab.faults.cut('h1', 'h2'), forMs: 5_000, watchMs },
  { name: 'one-way cut, h1 deaf', make: (lab) => lab.faults.cut('h2', 'h1'), forMs: 5_000, watchMs },
];

export const partitionScenario: Scenario = {
  name: 'partition',
  title: 'Network cut between the hosts, then healed',
  method:
    'Packets between h1 and h2 are dropped at the switch; both keep their carrier and the client reaches both. A cut in ' +
    'both directions must end with both holding: neither can know. What counts is what happens afterwards. The contenders are measured at the same time, in a lab each.',
  async run(options) {
    const setup = setupFor(100, 300);
    const rows: Row[] = [];
    for (const cut of cutsFor(setup, options.watchMs)) {
      const all = [...options.keepalived, ...options.sealbeat];
      rows.push(...(await sideBySide(all, (contender) => rowsFor(options, contender, setup, cut))));
    }
    return rows;
  },
};
