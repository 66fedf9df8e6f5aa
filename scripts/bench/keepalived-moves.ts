import type { AgentSetup, Pair } from '../../test/lab/agent.ts';
import { runTool } from '../../test/lab/host-tool.ts';
import type { KeepalivedCluster, KeepalivedSetup } from '../../test/lab/keepalived.ts';
import { until } from '../../test/lab/wait.ts';
import { ADDED_VIP, SECOND_DEVICE } from './move.ts';
import type { Move } from './move.ts';

type KeepalivedPair = Pair<KeepalivedCluster>;

const BOUND_MS = 15_000;

/** Settles when each host says that it has read the changed file. */
async function reload(
  pair: KeepalivedPair,
  hosts: readonly string[],
  change: Partial<KeepalivedSetup>,
): Promise<void> {
  for (const host of hosts) {
    pair.cluster.rewrite(host, change);
    const agent = pair.agent(host);
    const finished = (): number => agent.output.split(/Reload (?:complete|finished)/).length;
    const before = finished();
    agent.signal('SIGHUP');
    await until(`keepalived on ${host} to reload`, BOUND_MS, () => finished() > before);
  }
}

async function untilPresent(pair: KeepalivedPair, wanted: readonly string[]): Promise<void> {
  await until(`h1 with ${wanted.join()}`, BOUND_MS, () => {
    const lines = runTool('ip', ['-n', pair.lab.namespace('h1'), '-o', '-4', 'address', 'show']);
    const found = [...lines.matchAll(/^\d+: (\S+)\s+inet (\S+)\/32 /gm)];
    return (
      found
        .map(([, device, address]) => `${address} on ${device}`)
        .sort()
        .join() === [...wanted].sort().join()
    );
  });
  await pair.untilServedBy('h1');
}

/** It has no orders: a holder gives way when its priority falls below another one's. */
const handovers = ({ priorities }: AgentSetup): readonly Move<KeepalivedCluster>[] => [
  {
    name: 'switchover',
    async make(pair) {
      await reload(pair, ['h1'], { priorities: { ...priorities, h1: 100 } });
      await pair.untilServedBy('h2');
    },
  },
  {
    name: 'failback',
    async make(pair) {
      await reload(pair, ['h1'], {});
      await pair.untilServedBy('h1');
    },
  },
];

const reloads = ({ intervalMs, vips }: AgentSetup): readonly Move<KeepalivedCluster>[] => {
  const onEth0 = vips.map((vip) => `${vip} on eth0`);
  const changed = (
    name: string,
    change: Partial<KeepalivedSetup>,
    wanted: readonly string[],
  ): Move<KeepalivedCluster> => ({
    ...{ name, staysOn: 'h1' },
    async make(pair) {
      await reload(pair, pair.lab.hosts, change);
      await untilPresent(pair, wanted);
    },
    async after(pair) {
      await reload(pair, pair.lab.hosts, {});
      await untilPresent(pair, onEth0);
    },
  });
  return [
    changed('reload with another interval', { intervalMs: 1.5 * intervalMs }, onEth0),
    changed('reload that adds a VIP', { vips: [...vips, ADDED_VIP] }, [...onEth0, `${ADDED_VIP} on eth0`]),
    changed(
      'reload that moves the VIP to another interface',
      { device: SECOND_DEVICE },
      vips.map((vip) => `${vip} on ${SECOND_DEVICE}`),
    ),
  ];
};

/** From h1 as the holder; the last one ends its agent. */
export const keepalivedMoves = (setup: AgentSetup): readonly Move<KeepalivedCluster>[] => [
  ...handovers(setup),
  ...reloads(setup),
  {
    ...{ name: 'restart by exit and start', staysOn: 'h1' },
    async make(pair) {
      await pair.stop('h1');
      await pair.start('h1');
      await pair.untilServedBy('h1');
    },
  },
  {
    name: 'SIGTERM',
    async make(pair) {
      pair.agent('h1').signal('SIGTERM');
      await pair.untilServedBy('h2');
    },
  },
];
