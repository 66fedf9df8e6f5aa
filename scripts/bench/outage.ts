import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Contender } from '../../test/lab/agent.ts';
import { overTcp, sealbeat } from '../../test/lab/sealbeat.ts';
import { withLab } from '../../test/lab/lab.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

interface Outage {
  readonly measure: string;
  readonly contender: Contender;
  readonly setup: AgentSetup;
  readonly fault: (pair: Pair) => void;
}

/** The longest silence that the client sees while the VIP moves from h1 to h2, from fresh agents each time. */
async function outageRow(options: BenchOptions, { measure, contender, setup, fault }: Outage): Promise<Row> {
  const values: number[] = [];
  const failedRuns = await withLab({}, async (lab) => {
    const pair = await Pair.prepare(lab, contender, setup);
    return await repeat(options, `${measure}, ${contender.name}`, options.runs, async () => {
      try {
        await pair.startAll();
        await watchFor(Math.random() * setup.intervalMs); // any phase of the heartbeat
        const fromMs = Date.now();
        fault(pair);
        await lab.client.state(VIP4);
        await pair.untilAnsweredBy('h2');
        values.push(await lab.client.longestGapMs(VIP4, { fromMs, toMs: Date.now() }));
      } finally {
        await pair.stopAll();
      }
    });
  });
  const base = { measure, contender: contender.name, unit: 'ms', values } as const;
  return { ...base, resolution: GAP_RESOLUTION_MS, failedRuns };
}

const unplugged = (pair: Pair): void => pair.lab.faults.unplug('h1');
const terminated = (pair: Pair): void => pair.agent('h1').signal('SIGTERM');

export const deathScenario: Scenario = {
  name: 'death',
  title: 'Outage when the holder dies',
  method:
    'The port of h1 at the switch goes down at a random moment between two heartbeats. Longest gap between two answers ' +
    'that the client gets (it asks every 2 ms). keepalived has no timeout setting: it is three intervals and a little.',
  async run(options) {
    const equal = setupFor(100, 300);
    // The second has an interval at which 180 ms is really waited for: sealbeat waits 2.5 intervals at the least.
    const short = [setupFor(100, 180), setupFor(60, 180)];
    const wanted = [
      ...[...options.keepalived, ...options.sealbeat].map((contender) => ({ contender, setup: equal })),
      ...short.flatMap((setup) => options.sealbeat.map((contender) => ({ contender, setup }))),
    ];
    const rows: Row[] = [];
    for (const { contender, setup } of wanted) {
      const measure = `host death, ${timing(setup)}`;
      rows.push(await outageRow(options, { measure, contender, setup, fault: unplugged }));
    }
    if (options.sealbeat.length > 0) {
      const measure = `host death, heartbeats over TCP, ${timing(equal)}`;
      const contender = sealbeat({ change: overTcp });
      rows.push(await outageRow(options, { measure, contender, setup: equal, fault: unplugged }));
    }
    return rows;
  },
};

export const stopScenario: Scenario = {
  name: 'stop',
  title: 'Outage when the holder is stopped (SIGTERM)',
  method: 'SIGTERM to the agent on h1. Longest gap between two answers that the client gets.',
  async run(options) {
    const rows: Row[] = [];
    for (const setup of [setupFor(100, 300), setupFor(1_000, 3_000)]) {
      for (const contender of [...options.keepalived, ...options.sealbeat]) {
        const measure = `SIGTERM, ${timing(setup)}`;
        rows.push(await outageRow(options, { measure, contender, setup, fault: terminated }));
      }
    }
    return rows;
  },
};
