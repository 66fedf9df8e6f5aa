import type { IpInterface } from './interfaces.ts';
import type { IllumosSetup } from './setup.ts';

export type Facts = Pick<IpInterface, 'kind' | 'index' | 'mac' | 'group'>;

/** What can be plumbed, and what IPMP has put together. Does not change while the host lives. */
export interface Topology {
  factsOf(name: string): Facts | undefined;
  membersOf(group: string): readonly string[];
  driverOf(link: string): 'fast' | 'slow';
}

export function topologyOf({ links, groups = {} }: IllumosSetup): Topology {
  const facts = new Map<string, Facts>([['lo0', { kind: 'loopback', index: 1, mac: '', group: undefined }]]);
  const groupOf = (name: string): string | undefined =>
    Object.entries(groups).find(([, members]) => members.includes(name))?.[0];
  for (const { name, mac } of links)
    facts.set(name, { kind: 'physical', index: facts.size + 1, mac, group: groupOf(name) });
  for (const name of Object.keys(groups))
    facts.set(name, { kind: 'group', index: facts.size + 1, mac: '', group: name });
  return {
    factsOf: (name) => facts.get(name),
    membersOf: (group) => groups[group] ?? [],
    driverOf: (link) => links.find(({ name }) => name === link)?.driver ?? 'fast',
  };
}
