import type { SealbeatConfig } from '../lab/sealbeat.ts';
import { BOTH_SIZES, handedOver, stays } from './fault.ts';
import type { Fault } from './fault.ts';
import type { Stage } from './stage.ts';

/** One node alone reads a changed file. */
async function drift(stage: Stage, host: string, change: (config: SealbeatConfig) => unknown): Promise<void> {
  stage.pair.cluster.rewrite(change);
  await stage.order(host, '/v1/reload');
}

/** The file differs between nodes, or is no good. */
export const CONFIG_FAULTS: readonly Fault[] = [
  {
    name: 'drift-interval-holder',
    title: 'The holder alone reloads a file with an interval of 1 s',
    sizes: BOTH_SIZES,
    strike: (stage) => drift(stage, 'h1', (config) => (config.heartbeat.interval = '1s')),
    expected: () => stays('Nothing moves; all say that the configs differ.'),
  },
  {
    name: 'drift-timeout-standby',
    title: 'The standby alone reloads a file with a timeout of 1 s',
    sizes: BOTH_SIZES,
    strike: (stage) => drift(stage, 'h2', (config) => (config.heartbeat.timeout = '1s')),
    expected: () => stays('Nothing moves; all say that the configs differ.'),
  },
  {
    name: 'drift-priority',
    title: 'The standby alone reloads a file in which its priority is the highest',
    sizes: BOTH_SIZES,
    lastsMs: 8_000,
    strike: (stage) => drift(stage, 'h2', ({ nodes }) => Object.assign(nodes['h2'] ?? {}, { priority: 120 })),
    expected: () => handedOver('h2 is given the VIP after the failback delay, as if both had the new file.'),
  },
  {
    name: 'drift-address',
    title: 'The standby alone reloads a file with another address for the VIP',
    sizes: BOTH_SIZES,
    strike: (stage) =>
      drift(stage, 'h2', ({ groups }) => Object.assign(groups['web'] ?? {}, { vips: ['10.77.0.101'] })),
    expected: () => stays('Nothing moves; all say that the configs differ.'),
  },
  {
    name: 'bad-file',
    title: 'Every node is told to reload a file with an unknown key',
    sizes: BOTH_SIZES,
    async strike(stage) {
      stage.pair.cluster.rewrite((config) => Object.assign(config.heartbeat, { intervall: '1s' }));
      for (const host of stage.hosts) {
        const { status } = await stage.pair.cluster.order(host, '/v1/reload');
        if (status === 200) throw new Error(`${host} took a file with an unknown key`);
      }
    },
    expected: () => stays('The file is refused by all; nothing moves.'),
  },
];
