import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Cluster, Contender } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { Lab } from '../../test/lab/lab.ts';
import type { Span } from '../../test/lab/timeline.ts';
import { until, watchFor } from '../../test/lab/wait.ts';
import { wireSecondPort } from '../../test/lab/wiring.ts';
import { keepalivedMoves } from './keepalived-moves.ts';
import { SECOND_DEVICE } from './move.ts';
import type { Move } from './move.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { sealbeatMoves } from './sealbeat-moves.ts';
import { repeat, setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

/** A move and its control are watched for this long at least: what is late belongs to it too. */
const WATCH_MS = 2_000;
/** Longer gaps are told on stderr with their circumstances. */
const TOLD_GAP_MS = 80;

interface Seen {
  readonly gaps: number[];
  readonly quiet: number[];
  readonly departures: number[];
  readonly away: number[];
}

/** Looks at the client as often as the wait for the end of a move does, so that both disturb the machine alike. */
async function watchIdly(lab: Lab, ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  await until('the end of the control', ms + 5_000, async () => {
    await lab.client.answeredBy(VIP4);
    return performance.now() >= endMs;
  });
}

/** Where a long gap was, and whether the client itself was late: a busy machine looks like an outage. */
async function tellGaps({ say }: BenchOptions, lab: Lab, window: Span): Promise<void> {
  for (const gap of await lab.client.gaps(VIP4, window)) {
    if (gap.lengthMs < TOLD_GAP_MS) continue;
    const [from, to, stall] = [gap.fromMs - window.fromMs, gap.toMs - window.fromMs, gap.ownStallMs];
    const who = `${gap.before} before and ${gap.after} after`;
    say(
      `    dark from ${from.toFixed()} to ${to.toFixed()} ms, ${who}, client late by ${stall.toFixed()} ms`,
    );
  }
}

async function measure<C extends Cluster>(
  options: BenchOptions,
  pair: Pair<C>,
  move: Move<C>,
  seen: Seen,
): Promise<void> {
  const { lab } = pair;
  await move.before?.(pair);
  await watchIdly(lab, 500); // what came before has come to rest
  const fromMs = Date.now();
  await move.make(pair);
  await watchFor(Math.max(0, fromMs + WATCH_MS - Date.now()));
  const window: Span = { fromMs, toMs: Date.now() };
  seen.gaps.push(await lab.client.longestGapMs(VIP4, window));
  await tellGaps(options, lab, window);
  await lab.sync();
  if (move.staysOn !== undefined) {
    seen.departures.push(lab.timeline(move.staysOn).departures(window));
    seen.away.push(await lab.heldByNobody(window));
  }
  await move.after?.(pair);
  await watchIdly(lab, 500);
  const quietMs = Date.now();
  await watchIdly(lab, window.toMs - window.fromMs);
  seen.quiet.push(await lab.client.longestGapMs(VIP4, { fromMs: quietMs, toMs: Date.now() }));
}

/** All moves one after the other on the same agents, as often as there are runs. */
async function rowsFor<C extends Cluster>(
  options: BenchOptions,
  contender: Contender<C>,
  setup: AgentSetup,
  moves: readonly Move<C>[],
): Promise<Row[]> {
  const seen = moves.map((): Seen => ({ gaps: [], quiet: [], departures: [], away: [] }));
  await withLab({}, async (lab) => {
    for (const host of lab.hosts) wireSecondPort(lab, host, SECOND_DEVICE);
    const pair = await Pair.prepare(lab, contender, setup);
    await repeat(options, `planned, ${timing(setup)}, ${contender.name}`, options.runs, async () => {
      try {
        await pair.startAll();
        for (const [place, move] of moves.entries()) {
          options.say(`  ${move.name}`);
          await measure(options, pair, move, seen[place]!).catch((error: unknown) => {
            throw new Error(`${move.name}: ${String(error)}\n${pair.lastWords()}`, { cause: error });
          });
        }
      } finally {
        await pair.stopAll();
      }
    });
  });
  return moves.flatMap(({ name, staysOn }, place): Row[] => {
    const { gaps, quiet, departures, away } = seen[place]!;
    const base = { contender: contender.name, unit: 'ms', failedRuns: options.runs - quiet.length } as const;
    const what = `${name}, ${timing(setup)}`;
    const rows: Row[] = [
      { ...base, measure: what, values: gaps, resolution: GAP_RESOLUTION_MS },
      { ...base, measure: `${what}: as long without it`, values: quiet, resolution: GAP_RESOLUTION_MS },
    ];
    if (staysOn === undefined) return rows;
    return [
      ...rows,
      { ...base, measure: `${what}: times that the VIP left the holder`, unit: 'count', values: departures },
      { ...base, measure: `${what}: VIP on no host`, values: away },
    ];
  });
}

export const plannedScenario: Scenario = {
  name: 'planned',
  title: 'Outage when something is done on purpose',
  method:
    'Longest gap between two answers that the client gets (it asks every 2 ms) from the order until the end of ' +
    `${WATCH_MS} ms, or until it is over. After each follows an undisturbed time of the same length on the same agents: ` +
    'what is seen there is the machine. Which addresses leave a host is told by its kernel. keepalived has no orders: it ' +
    'is given a configuration with other values and SIGHUP, or SIGTERM and a new start.',
  async run(options) {
    const rows: Row[] = [];
    for (const setup of [setupFor(100, 300), setupFor(250, 3_000)]) {
      for (const contender of options.keepalived)
        rows.push(...(await rowsFor(options, contender, setup, keepalivedMoves(setup))));
      for (const contender of options.sealbeat)
        rows.push(...(await rowsFor(options, contender, setup, sealbeatMoves(setup))));
    }
    return rows;
  },
};
