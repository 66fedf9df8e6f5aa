import { clusterWith, type Cluster, type Common, type Member } from '../../src/pairing/cluster.ts';
import { identities } from '../config/example-file.ts';

export const common: Common = {
  ...{ cluster: 'main', group: 'web', vips: ['10.10.10.42'] },
  ...{ intervalMs: 250, timeoutMs: 3_000 },
};

type Name = keyof typeof identities;

export const member = (name: Name, change: Partial<Member> = {}): Member => ({
  ...{ name, key: identities[name].public, link: 'eth0' },
  paths: [`udp://10.10.10.${name.slice(2)}:7112`],
  priority: name === 'lb1' ? 101 : 100,
  ...change,
});

export const clusterOf = (...members: readonly Member[]): Cluster => clusterWith(common, members);
