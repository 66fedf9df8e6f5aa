import { VIP4, address4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import { startEtcd } from '../../test/lab/etcd.ts';
import type { EtcdCluster } from '../../test/lab/etcd.ts';
import { hasTool } from '../../test/lab/host-tool.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { sealbeat } from '../../test/lab/sealbeat.ts';
import type { SealbeatCluster } from '../../test/lab/sealbeat.ts';
import type { HeldStretch } from '../../test/lab/timeline.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS, countsText } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const HOSTS = ['h1', 'h2', 'h3'];
const TTL_SECONDS = 5;
const CUT_MS = 2 * TTL_SECONDS * 1_000;
/** A lock of which nobody knows must run out, and etcd counts leases anew when it has a new leader. */
const HEAL_MS = 3 * TTL_SECONDS * 1_000;
/** Going back would be a planned handover, in which both have the VIP on purpose. */
const SETUP = { ...setupFor(250, 3_000), failbackMode: 'manual' } as const;

/** Sides that do not reach each other; the client reaches all of them. */
interface Partition {
  readonly sides: readonly (readonly string[])[];
  readonly holder: string;
}

const PARTITIONS: readonly Partition[] = [
  [['h1'], ['h2', 'h3']],
  [['h2'], ['h1', 'h3']],
  [['h1', 'h2'], ['h3']],
  [['h1'], ['h2'], ['h3']],
].flatMap((sides) => ['h1', 'h2'].map((holder) => ({ sides, holder })));

const nameOf = ({ sides, holder }: Partition): string =>
  `${sides.map((side) => side.join('+')).join(' / ')}, ${holder} holds`;

interface Seen {
  readonly holders: number[];
  readonly both: number[];
  readonly nobody: number[];
  readonly majority: number[];
  readonly gap: number[];
  readonly settled: number[];
  /** Who led the etcd when it was cut: a new leader counts the locks' time anew. */
  readonly leaders: string[];
}

const majorityOf = ({ sides }: Partition): readonly string[] => sides.find((side) => side.length > 1) ?? [];

function cut(lab: Lab, sides: Partition['sides']): void {
  for (const [place, side] of sides.entries())
    for (const one of side) for (const other of sides.slice(place + 1).flat()) lab.faults.cutBoth(one, other);
}

/** When an agent on the side with two of the three etcd members first had the VIP, in ms since the cut. */
function servedAfterMs(during: readonly HeldStretch[], majority: readonly string[]): number | undefined {
  const first = during.find(({ holders }) => holders.some((host) => majority.includes(host)));
  return first === undefined ? undefined : first.fromMs - (during[0]?.fromMs ?? NaN);
}

/** From when on exactly one host had it, in ms since the beginning; undefined while it is not so at the end. */
function settledAfterMs(stretches: readonly HeldStretch[]): number | undefined {
  const last = stretches.findLast(({ holders }) => holders.length !== 1);
  if (last === stretches.at(-1)) return undefined;
  return last === undefined ? 0 : last.toMs - (stretches[0]?.fromMs ?? NaN);
}

/** The member that last said so; its words go with it, so soon after the start none are lost. */
function leaderOf(etcd: EtcdCluster): string | undefined {
  const terms = HOSTS.map((host) => {
    const said = [...etcd.programOf(host).output.matchAll(/became leader at term (\d+)/g)];
    return { host, term: Number(said.at(-1)?.[1] ?? 0) };
  });
  return terms.sort((a, b) => b.term - a.term)[0]?.host;
}

async function letHold(pair: Pair<SealbeatCluster>, holder: string): Promise<void> {
  if (holder === pair.best) return;
  const body = { to: holder };
  const { status } = await pair.cluster.order(pair.best, '/v1/groups/web/switchover', body);
  if (status !== 200) throw new Error(`the switchover to ${holder} was refused`);
  await pair.untilServedBy(holder);
}

async function play(
  pair: Pair<SealbeatCluster>,
  etcd: EtcdCluster,
  partition: Partition,
  seen: Seen,
): Promise<void> {
  const { lab } = pair;
  await pair.startAll();
  await letHold(pair, partition.holder);
  await watchFor(Math.random() * TTL_SECONDS * 1_000); // any age of the lock
  seen.leaders.push(`led by ${leaderOf(etcd)}`);
  const fromMs = Date.now();
  cut(lab, partition.sides);
  await watchFor(CUT_MS);
  lab.faults.heal();
  const healedMs = Date.now();
  await watchFor(HEAL_MS);
  const all = { fromMs, toMs: Date.now() };
  const during = { fromMs, toMs: healedMs };
  seen.both.push(await lab.heldByBoth(all));
  seen.nobody.push(await lab.heldByNobody(during));
  seen.holders.push(Math.max(...lab.holdersWithin(all).map(({ holders }) => holders.length)));
  seen.gap.push(await lab.client.longestGapMs(VIP4, all));
  const served = servedAfterMs(lab.holdersWithin(during), majorityOf(partition));
  if (served !== undefined) seen.majority.push(served);
  const settled = settledAfterMs(lab.holdersWithin({ fromMs: healedMs, toMs: all.toMs }));
  if (settled !== undefined) seen.settled.push(settled);
}

async function rowsFor(options: BenchOptions, partition: Partition): Promise<Row[]> {
  const seen: Seen = { holders: [], both: [], nobody: [], majority: [], gap: [], settled: [], leaders: [] };
  const what = nameOf(partition);
  // A lab for each run: who leads the etcd, and what its disks know, is another one's chance each time.
  await repeat(options, what, options.runs, () =>
    withLab({ hosts: HOSTS }, async (lab) => {
      const members = HOSTS.map((name) => {
        return { name, namespace: lab.namespace(name), address: address4(name) };
      });
      const etcd = await startEtcd({ members, folder: lab.folder });
      try {
        const arbiter = { etcd: etcd.endpoints, ttl: `${TTL_SECONDS}s` };
        const contender = sealbeat({ extra: { top: { arbiter } } });
        await play(await Pair.prepare(lab, contender, SETUP), etcd, partition, seen);
      } finally {
        await etcd.dispose();
      }
    }),
  );
  const row = (measure: string, values: readonly number[], unit: Row['unit'] = 'ms'): Row => {
    const base = { contender: 'sealbeat', unit, values, failedRuns: options.runs - values.length } as const;
    return { ...base, measure: `${what}: ${measure}` };
  };
  const note = `etcd ${countsText(seen.leaders)}`;
  const majority = majorityOf(partition);
  const hasSuccessor = majority.length > 0 && !majority.includes(partition.holder);
  return [
    row('most holders at any moment', seen.holders, 'count'),
    row('VIP on two hosts', seen.both),
    row(`VIP on no host, of ${CUT_MS} ms of cut`, seen.nobody),
    ...(hasSuccessor ? [{ ...row('from the cut until the majority has the VIP', seen.majority), note }] : []),
    { ...row("client's longest gap", seen.gap), resolution: GAP_RESOLUTION_MS },
    row('from the heal until exactly one has the VIP', seen.settled),
  ];
}

export const arbiterScenario: Scenario = {
  name: 'arbiter',
  title: 'Partitions with an etcd as arbiter',
  method:
    `h1 and h2 run sealbeat (${timing(SETUP)}, arbiter with a ttl of ${TTL_SECONDS} s, no failback by itself), and with h3 an etcd ` +
    `member each. Everything between the sides is dropped at the switch for ${CUT_MS / 1_000} s, at a random age of the lock, then ` +
    `healed and watched for ${HEAL_MS / 1_000} s; the client reaches all sides. Holders are told by the kernels' address events. ` +
    'A run that failed is one in which it did not come to that. keepalived has no arbiter.',
  async run(options) {
    if (options.sealbeat.length === 0) return [];
    if (!hasTool('etcd')) {
      options.say('arbiter: left out, etcd is not installed');
      return [];
    }
    const rows: Row[] = [];
    for (const partition of PARTITIONS) rows.push(...(await rowsFor(options, partition)));
    return rows;
  },
};
