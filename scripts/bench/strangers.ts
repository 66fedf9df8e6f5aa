import { CLIENT, address4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import { startNamespaceChild } from '../../test/lab/namespace-child.ts';
import { hasTcpdump } from '../../test/lab/packet-capture.ts';
import { overTcp, sealbeat } from '../../test/lab/sealbeat.ts';
import type { SealbeatConfig } from '../../test/lab/sealbeat.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { beatTimes, lateness } from './beat-times.ts';
import type { Row } from './row.ts';
import { setupFor, timing } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const PORT = 7112;
const STRANGERS = 1_000;
const LATE_MS = 20;
const INTERVAL_MS = 100;

const overBoth = (config: SealbeatConfig): void => {
  const udp = Object.values(config.nodes).map(({ paths }) => paths);
  overTcp(config);
  for (const [place, node] of Object.values(config.nodes).entries())
    node.paths = [...(udp[place] ?? []), ...node.paths];
};

export const strangersScenario: Scenario = {
  name: 'strangers',
  title: `${STRANGERS} TCP connections of strangers to the holder`,
  method:
    `From the client, to the heartbeat port of h1: a third say nothing, a third a byte a second, a third say nonsense and ` +
    'never read; who is turned away comes again after a second. Beats go over UDP and TCP; when those over UDP leave h1 is seen ' +
    `at the switch. A beat is late by what passes beyond one interval since the one before; over ${LATE_MS} ms is too late.`,
  async run(options) {
    if (!hasTcpdump()) {
      options.say('strangers: left out, tcpdump is not installed');
      return [];
    }
    if (options.sealbeat.length === 0) return [];
    const setup = setupFor(INTERVAL_MS, 300);
    const seconds = options.lossSeconds;
    return await withLab({ clientEveryMs: 100 }, async (lab): Promise<Row[]> => {
      const pair = await Pair.prepare(lab, sealbeat({ change: overBoth }), setup);
      await pair.startAll();
      await watchFor(2_000); // past the start's bursts and announcements
      const watched = (): Promise<number[]> => beatTimes(lab, () => watchFor(seconds * 1_000));
      options.say(`strangers: ${seconds} s without`);
      const quiet = lateness(await watched(), INTERVAL_MS);
      const crowd = await startNamespaceChild(lab.namespace(CLIENT), 'crowd.ts', [
        ...[address4('h1'), `${PORT}`, `${STRANGERS}`],
      ]);
      let seen = { open: 0, attempts: 0 };
      crowd.on('message', (message) => (seen = message as typeof seen));
      options.say(`strangers: ${seconds} s with them`);
      let attempts = 0;
      const flooded = lateness(
        await beatTimes(lab, async () => {
          crowd.send('go');
          await watchFor(seconds * 1_000);
          attempts = seen.attempts;
        }),
        INTERVAL_MS,
      );
      const { peers, counters } = await pair.cluster.status('h1');
      const down = peers.flatMap(({ paths }) => paths.filter(({ up }) => !up).map(({ url }) => url));
      options.say(`strangers: counters ${JSON.stringify(counters)}`);
      const base = { contender: 'sealbeat', unit: 'ms' } as const;
      const rowsOf = (what: string, late: readonly number[]): Row[] => [
        { ...base, measure: `latest beat ${what}, ${timing(setup)}`, values: [Math.max(0, ...late)] },
        {
          ...{ ...base, unit: 'count', measure: `beats late by more than ${LATE_MS} ms ${what}` },
          values: [late.filter((ms) => ms > LATE_MS).length],
          note: `of ${late.length}`,
        },
      ];
      return [
        ...rowsOf('without strangers', quiet),
        ...rowsOf('with strangers', flooded),
        {
          ...base,
          unit: 'per s',
          measure: 'connections that strangers ask for',
          values: [attempts / seconds],
        },
        {
          ...base,
          unit: 'count',
          measure: 'paths between the nodes that are down at the end',
          values: [down.length],
        },
      ];
    });
  },
};
