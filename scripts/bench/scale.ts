import type { Cluster } from '../../test/lab/agent.ts';
import { cpuMethod } from '../../test/lab/cpu-meter.ts';
import { keepalivedMoves } from './keepalived-moves.ts';
import { manyVipsSetup } from './many-vips.ts';
import { GAP_RESOLUTION_MS, median } from './row.ts';
import type { Row } from './row.ts';
import { beats, death, moves, rest } from './scale-measures.ts';
import type { Measured, Shown } from './scale-measures.ts';
import { sealbeatMoves } from './sealbeat-moves.ts';
import { repeat } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

interface Taken {
  readonly contender: string;
  readonly measure: string;
  readonly unit: Row['unit'];
  readonly values: number[];
}

/** One measurement of one contender, whatever kind of cluster that is. */
interface Part {
  readonly contender: string;
  readonly what: string;
  readonly runs: number;
  readonly run: () => Promise<Shown>;
}

function partsOf<C extends Cluster>(options: BenchOptions, measured: Measured<C>, vips: number): Part[] {
  const { runs, settleSeconds, cpuSeconds } = options;
  const contender = measured.contender.name;
  const few = Math.max(1, Math.ceil(runs / 3));
  return [
    { contender, what: `host death, ${vips} VIPs`, runs, run: () => death(measured, { vips }) },
    { contender, what: `beats, ${vips} VIPs`, runs: few, run: () => beats(measured, { vips }) },
    { contender, what: `moves, ${vips} VIPs`, runs: few, run: () => moves(measured, { vips }) },
    {
      contender,
      what: `rest, ${vips} VIPs`,
      runs: 1,
      run: () => rest(measured, { vips, settleSeconds, cpuSeconds }),
    },
  ];
}

/** Contenders take turns run by run: whatever else the machine does, it does to both. */
async function inTurns(options: BenchOptions, parts: readonly Part[], taken: Taken[]): Promise<number> {
  let failed = 0;
  for (let run = 1; run <= Math.max(0, ...parts.map(({ runs }) => runs)); run += 1) {
    for (const { contender, what, run: measure } of parts.filter(({ runs }) => run <= runs)) {
      failed += await repeat(options, `${what}, ${contender}, turn ${run}`, 1, async () => {
        for (const { measure: name, unit, value } of await measure())
          note(taken, { contender, measure: name, unit }, value);
      });
    }
  }
  return failed;
}

function note(taken: Taken[], what: Omit<Taken, 'values'>, value: number): void {
  const known = taken.find(
    ({ contender, measure }) => contender === what.contender && measure === what.measure,
  );
  if (known === undefined) taken.push({ ...what, values: [value] });
  else known.values.push(value);
}

/** Beside each of ours how it compares: in one run on one machine that says more than either figure. */
function rowsOf(taken: readonly Taken[]): Row[] {
  return taken.map((row) => {
    const resolution = /outage$/.test(row.measure) ? { resolution: GAP_RESOLUTION_MS } : {};
    const peer = taken.find(
      ({ contender, measure }) => contender !== row.contender && measure === row.measure,
    );
    if (row.contender !== 'sealbeat' || peer === undefined || row.unit === 'count')
      return { ...row, ...resolution };
    const [ours, theirs] = [median(row.values), median(peer.values)];
    if (row.unit === 'ms' && theirs < GAP_RESOLUTION_MS) return { ...row, ...resolution };
    return { ...row, ...resolution, note: `${(ours / theirs).toFixed(2)} times` };
  });
}

export const scaleScenario: Scenario = {
  name: 'scale',
  title: 'Many VIPs in one group',
  method:
    '100 ms / 300 ms. Host death: the port of h1 at the switch goes down and its agent is killed; from that moment until the ' +
    "kernel of h2 has the first and the last VIP, and until the client's interface has seen a gratuitous ARP for the last one. " +
    'The client asks up to four of the VIPs every 2 ms. The latest beat: how much later than an interval after the one before, ' +
    `at a third host, until 6.5 s after the takeover. CPU: percent of one core, counted by ${cpuMethod()}. ` +
    'Contenders take turns.',
  async run(options) {
    const setup = manyVipsSetup(['h1', 'h2'], []);
    // By multicast its beats are the same whatever the number of hosts.
    const peers = options.keepalived.filter(({ name }) => name.endsWith('multicast'));
    const taken: Taken[] = [];
    let failedRuns = 0;
    for (const vips of options.vipCounts) {
      const parts = [
        ...peers.map((contender) =>
          partsOf(options, { contender, moves: keepalivedMoves(setup), beats: ['ip', 'proto', '112'] }, vips),
        ),
        ...options.sealbeat.map((contender) =>
          partsOf(options, { contender, moves: sealbeatMoves(setup), beats: ['udp', 'port', '7112'] }, vips),
        ),
      ].flat();
      for (const what of new Set(parts.map((part) => part.what)))
        failedRuns += await inTurns(
          options,
          parts.filter((part) => part.what === what),
          taken,
        );
    }
    const [first, ...others] = rowsOf(taken);
    return first === undefined ? [] : [{ ...first, failedRuns }, ...others];
  },
};
