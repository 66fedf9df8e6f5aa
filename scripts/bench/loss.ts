import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Contender } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import { watchFor } from '../../test/lab/wait.ts';
import type { Row } from './row.ts';
import { setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const LOSS_PERCENT = [10, 20, 30];
/** Shorter gaps come from the machine: several labs run on it at once. */
const DARK_GAP_MS = 100;

async function rowsFor(
  options: BenchOptions,
  contender: Contender,
  setup: AgentSetup,
  percent: number,
): Promise<Row[]> {
  return await withLab({ clientEveryMs: 5 }, async (lab) => {
    const pair = await Pair.prepare(lab, contender, setup);
    await pair.startAll();
    lab.faults.lose('h1', 'h2', percent);
    const fromMs = Date.now();
    await watchFor(options.lossSeconds * 1_000);
    const window = { fromMs, toMs: Date.now() };
    const both = await lab.heldByBoth(window);
    const gaps = (await lab.client.gaps(VIP4, window)).filter((gap) => gap.lengthMs >= DARK_GAP_MS);
    const dropped = lab.faults.dropped();
    await pair.stopAll();
    if (dropped === 0) throw new Error(`${contender.name}: not one heartbeat was dropped at ${percent} %`);
    const base = { contender: contender.name, unit: 'ms' } as const;
    const what = `${percent} % loss, ${timing(setup)}, ${options.lossSeconds} s`;
    return [
      {
        ...base,
        measure: `${what}: false takeovers`,
        unit: 'count',
        values: [lab.timeline('h2').arrivals(window)],
      },
      { ...base, measure: `${what}: VIP on both`, values: [both] },
      {
        ...base,
        measure: `${what}: client dark`,
        values: [gaps.reduce((sum, gap) => sum + gap.lengthMs, 0)],
      },
    ];
  });
}

async function rowsOrFailure(
  options: BenchOptions,
  contender: Contender,
  setup: AgentSetup,
  percent: number,
): Promise<Row[]> {
  try {
    return await rowsFor(options, contender, setup, percent);
  } catch (error) {
    options.say(`loss, ${contender.name}: ${error instanceof Error ? error.message : String(error)}`);
    const measure = `${percent} % loss, ${timing(setup)}, ${options.lossSeconds} s: false takeovers`;
    return [{ contender: contender.name, measure, unit: 'count', values: [], failedRuns: 1 }];
  }
}

export const lossScenario: Scenario = {
  name: 'loss',
  title: 'False takeovers under random loss of heartbeats',
  method:
    'Heartbeats alone are dropped at random at the switch, in both directions; nothing else is wrong, so every takeover ' +
    `is false. Client dark: sum of gaps of ${DARK_GAP_MS} ms and more. Three labs at a time, one per rate.`,
  async run(options) {
    const wanted = [
      ...[...options.keepalived, ...options.sealbeat].map((contender) => ({
        contender,
        setup: setupFor(100, 300),
      })),
      ...options.sealbeat.map((contender) => ({ contender, setup: setupFor(30, 300) })),
    ];
    const rows: Row[] = [];
    for (const { contender, setup } of wanted) {
      options.say(
        `loss, ${contender.name}, ${timing(setup)}: ${options.lossSeconds} s at ${LOSS_PERCENT.join(', ')} %`,
      );
      const rates = LOSS_PERCENT.map((percent) => rowsOrFailure(options, contender, setup, percent));
      rows.push(...(await Promise.all(rates)).flat());
    }
    return rows;
  },
};
