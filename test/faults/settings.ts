import { join } from 'node:path';
import { CLIENT, address4 } from '../lab/addresses.ts';
import { hasTool } from '../lab/host-tool.ts';
import type { Lab } from '../lab/lab.ts';
import { startProgram } from '../lab/program.ts';
import { pathTo } from '../lab/sealbeat.ts';
import type { SealbeatOptions } from '../lab/sealbeat.ts';
import { hasSettableClocks } from '../lab/settable-clock.ts';

/** A way to set up the cluster that a fault strikes. */
export interface Setting {
  readonly title: string;
  readonly networks: 1 | 2;
  readonly options: SealbeatOptions;
  readonly settableClocks?: boolean;
  /** Starts what the agents need besides each other. It ends with the lab. */
  readonly before?: (lab: Lab) => void;
  /** What the machine lacks for it. What the program lacks it says itself, when it checks the configuration. */
  readonly missing?: () => string | undefined;
}

const twoUdp = (host: string): readonly string[] => [pathTo(host), pathTo(host, 'cross')];
const mixed = (host: string): readonly string[] => [pathTo(host), pathTo(host, 'lan', 'tcp')];

const ETCD = `http://${address4(CLIENT)}:2379`;

function startEtcd(lab: Lab): void {
  const listening = ['--listen-client-urls', ETCD, '--advertise-client-urls', ETCD];
  const data = ['--data-dir', join(lab.folder, 'etcd')];
  startProgram({ namespace: lab.namespace(CLIENT), file: 'etcd', args: [...listening, ...data] });
}

export const SETTINGS = {
  udp: { title: 'UDP', networks: 1, options: {} },
  tcp: {
    title: 'TCP',
    networks: 1,
    options: { paths: (host) => [pathTo(host, 'lan', 'tcp')] },
  },
  'udp+tcp': { title: 'UDP and TCP', networks: 1, options: { paths: mixed } },
  'two-paths': { title: 'UDP over two networks', networks: 2, options: { paths: twoUdp } },
  clocks: {
    title: 'wall clocks that can be set',
    networks: 1,
    options: {},
    settableClocks: true,
    missing: () => (hasSettableClocks() ? undefined : 'libfaketime is not installed'),
  },
  restart: { title: 'restarts announced', networks: 1, options: { extra: { top: { restart: '3s' } } } },
  witness: {
    title: 'the client as witness',
    networks: 1,
    options: {
      extra: { group: { witness: { probes: [`ping://${address4(CLIENT)}`], need: 1, timeout: '1s' } } },
    },
  },
  arbiter: {
    title: 'an etcd as arbiter',
    networks: 1,
    options: { extra: { top: { arbiter: { etcd: [ETCD], ttl: '10s' } } } },
    before: startEtcd,
    missing: () => (hasTool('etcd') ? undefined : 'etcd is not installed'),
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

/** Every way of sending heartbeats over one network. */
export const TRANSPORTS: readonly SettingName[] = ['udp', 'tcp', 'udp+tcp'];
