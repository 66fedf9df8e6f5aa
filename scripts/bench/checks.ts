import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pair } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { hasTcpdump } from '../../test/lab/packet-capture.ts';
import { memoryOf } from '../../test/lab/process-tree.ts';
import { sealbeat, type SealbeatCluster } from '../../test/lab/sealbeat.ts';
import { until, watchFor } from '../../test/lab/wait.ts';
import { beatTimes, lateness } from './beat-times.ts';
import type { Row } from './row.ts';
import { setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const INTERVAL_MS = 100;
const LATE_MS = 20;
const setup = setupFor(INTERVAL_MS, 1_000);

type Checks = Readonly<Record<string, object>>;
const some = (name: string, count: number, check: (at: number) => object): Checks =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${name}-${at}`, { weight: 1, ...check(at) }]),
  );

/** A thousand of all kinds that need no service manager: 50 take nearly as long as they may, 10 never end. */
const thousand = (file: string): Checks => ({
  ...some('file', 400, () => ({ file, is: 'well' })),
  ...some('runs', 100, () => ({ process: 'sh' })),
  ...some('gone', 100, (at) => ({ process: `not-here-${at}` })),
  ...some('link', 100, () => ({ interface: 'eth0' })),
  ...some('port', 140, () => ({ tcp: '127.0.0.1:9' })),
  ...some('program', 100, () => ({ command: ['/bin/true'], interval: '10s' })),
  ...some('slow', 50, () => ({ command: ['/bin/sleep', '0.9'], interval: '10s' })),
  ...some('hanging', 10, () => ({ command: ['/bin/sleep', '600'], interval: '2s' })),
});

const pairWith = async (lab: Lab, checks: Checks) =>
  await Pair.prepare(lab, sealbeat({ extra: { group: { checks, damping: 'off' } } }), setup);
const base = { contender: 'sealbeat', unit: 'ms' } as const;

async function thousandRows({ say, lossSeconds: seconds }: BenchOptions): Promise<readonly Row[]> {
  return await withLab({ clientEveryMs: 100 }, async (lab): Promise<Row[]> => {
    const file = join(lab.folder, 'well');
    writeFileSync(file, 'well\n');
    const pair = await pairWith(lab, {});
    await pair.startAll();
    const { cluster } = pair;
    await watchFor(2_000); // past the start's bursts and announcements
    const watched = async (): Promise<readonly number[]> =>
      lateness(await beatTimes(lab, () => watchFor(seconds * 1_000)), INTERVAL_MS);
    say(`checks: ${seconds} s without`);
    const quiet = await watched();
    say(`checks: counters ${JSON.stringify((await cluster.status('h1')).counters)}`);
    cluster.rewrite(({ groups }) => Object.assign(groups['web']!, { checks: thousand(file) }));
    for (const host of ['h1', 'h2']) await cluster.order(host, '/v1/reload', {});
    await until('every check to have run', 60_000, async () => {
      const { groups } = await cluster.status('h1');
      const checks = groups[0]?.checks ?? [];
      return checks.length === 1_000 && checks.every(({ ranAgoMs }) => ranAgoMs !== undefined);
    });
    const rssKb = (): number => memoryOf([pair.agent('h1').pid]).rssKb;
    say(`checks: ${seconds} s with a thousand`);
    const before = rssKb();
    const busy = await watched();
    const memory = rssKb();
    const { groups, counters } = await cluster.status('h1');
    const checks = groups[0]?.checks ?? [];
    const late = checks.filter(({ kind, behind }) => kind !== 'command' && behind > 0);
    say(`checks: counters ${JSON.stringify(counters)}`);
    const rowsOf = (what: string, beats: readonly number[]): Row[] => [
      { ...base, measure: `latest beat ${what}, ${timing(setup)}`, values: [Math.max(0, ...beats)] },
      {
        ...{ ...base, unit: 'count', measure: `beats late by more than ${LATE_MS} ms ${what}` },
        ...{ values: [beats.filter((ms) => ms > LATE_MS).length], note: `of ${beats.length}` },
      },
    ];
    return [
      ...rowsOf('without checks', quiet),
      ...rowsOf('with a thousand checks', busy),
      { ...base, unit: 'kB', measure: 'RSS when each has run once', values: [before] },
      { ...base, unit: 'kB', measure: `RSS ${seconds} s later`, values: [memory] },
      {
        ...base,
        unit: 'count',
        measure: 'checks without a program that were ever behind',
        values: [late.length],
      },
    ];
  });
}

/** From the result that fails to the address on the other node, by the events of both, which read the same clock. */
async function moveRows({ say, runs }: BenchOptions): Promise<readonly Row[]> {
  return await withLab({ clientEveryMs: 5 }, async (lab): Promise<Row[]> => {
    const file = join(lab.folder, 'well');
    writeFileSync(file, 'well\n');
    const check = { file, is: 'well', interval: '100ms', fall: 1, nodes: ['h1'] };
    const pair = await pairWith(lab, { well: check });
    await pair.startAll();
    const values: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`checks: move ${run} of ${runs}`);
      await until('h1 to hold it', 20_000, async () => (await roleOf(pair.cluster, 'h1')) === 'active');
      const since = Date.now();
      rmSync(file);
      await until('h2 to hold it', 20_000, async () => (await roleOf(pair.cluster, 'h2')) === 'active');
      // The same callback as the check's own event, of which the history keeps only ten a minute.
      const failed = await momentOf(pair.cluster, 'h1', since, /^active → releasing/);
      const taken = await momentOf(pair.cluster, 'h2', since, /→ active/);
      if (failed !== undefined && taken !== undefined) values.push(taken - failed);
      writeFileSync(file, 'well\n');
    }
    return [
      {
        ...base,
        measure: 'check result to active on the other node',
        values,
        failedRuns: runs - values.length,
      },
    ];
  });
}

const roleOf = async (cluster: SealbeatCluster, host: string) => (await cluster.status(host)).groups[0]?.role;
async function momentOf(
  cluster: SealbeatCluster,
  host: string,
  since: number,
  text: RegExp,
): Promise<number | undefined> {
  const events = await cluster.events(host);
  const found = events.find((event) => Date.parse(event.at) >= since && text.test(event.text));
  return found && Date.parse(found.at);
}

export const checksScenario: Scenario = {
  name: 'checks',
  title: 'A thousand health checks on each node, 50 slow, 10 hanging',
  method:
    'Files, processes (half of them not there), interfaces and ports every 2 s, programs every 10 s, 50 of which take 0.9 of the ' +
    'second that they may; ten never end and are ended after a second, every 2 s. When beats leave h1 is seen at the switch. ' +
    'Then a check fails on the holder: from its result to the other being active, by the events of both.',
  async run(options) {
    if (options.sealbeat.length === 0) return [];
    if (!hasTcpdump()) {
      options.say('checks: left out, tcpdump is not installed');
      return [];
    }
    return [...(await thousandRows(options)), ...(await moveRows(options))];
  },
};
