import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Contender } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, sideBySide, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

interface Fault {
  readonly name: string;
  readonly strike: (pair: Pair) => void;
}

/** Everything below the agent is hit too, so nothing of it is left to clean up. */
const killTree: Fault = {
  name: 'SIGKILL to all its processes',
  strike: (pair) => pair.agent('h1').signalTree('SIGKILL'),
};
const stopTree: Fault = {
  name: 'SIGSTOP to all its processes',
  strike: (pair) => pair.agent('h1').signalTree('SIGSTOP'),
};
const killAgent: Fault = {
  name: 'SIGKILL to the main process',
  strike: (pair) => pair.agent('h1').signal('SIGKILL'),
};
const stopAgent: Fault = {
  name: 'SIGSTOP to the main process',
  strike: (pair) => pair.agent('h1').signal('SIGSTOP'),
};

async function rowsFor(
  options: BenchOptions,
  contender: Contender,
  setup: AgentSetup,
  fault: Fault,
): Promise<Row[]> {
  const both: number[] = [];
  const outage: number[] = [];
  const watchMs = options.watchMs + 2 * setup.timeoutMs;
  const what = `${fault.name}, ${timing(setup)}`;
  const failedRuns = await withLab({}, async (lab) => {
    const pair = await Pair.prepare(lab, contender, setup);
    return await repeat(options, `${what}, ${contender.name}`, options.runs, async () => {
      try {
        await pair.startAll();
        await watchFor(Math.random() * setup.intervalMs);
        const fromMs = Date.now();
        fault.strike(pair);
        await watchFor(watchMs);
        const window = { fromMs, toMs: fromMs + watchMs };
        both.push(await lab.heldByBoth(window));
        outage.push(await lab.client.longestGapMs(VIP4, window));
      } finally {
        await pair.stopAll();
      }
    });
  });
  const base = { contender: contender.name, unit: 'ms', failedRuns } as const;
  return [
    { ...base, measure: `${what}: VIP on both, of ${watchMs} ms watched`, values: both },
    { ...base, measure: `${what}: longest gap`, values: outage, resolution: GAP_RESOLUTION_MS },
  ];
}

export const duplicatesScenario: Scenario = {
  name: 'duplicates',
  title: 'The VIP on two hosts after a crash or a freeze of the agent',
  method:
    "Kernel address events of both hosts. The agent's host lives on. With all of its processes killed or frozen, nothing " +
    'in user space is left that could take the VIP down. The contenders are measured at the same time, in a lab each.',
  async run(options) {
    const rows: Row[] = [];
    for (const setup of [setupFor(250, 3_000), setupFor(100, 300)]) {
      for (const fault of [killTree, stopTree]) {
        const all = [...options.keepalived, ...options.sealbeat];
        rows.push(...(await sideBySide(all, (contender) => rowsFor(options, contender, setup, fault))));
      }
      for (const fault of [killAgent, stopAgent]) {
        rows.push(
          ...(await sideBySide(options.sealbeat, (contender) => rowsFor(options, contender, setup, fault))),
        );
      }
    }
    return rows;
  },
};
