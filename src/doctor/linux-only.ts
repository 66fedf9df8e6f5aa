import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';

export function linuxOnlyFindings({ platform }: Facts): readonly Finding[] {
  if (platform === 'linux') return [];
  return [
    {
      ...{ id: 'linux-only', level: 'note', subject: platform === 'sunos' ? 'illumos' : platform },
      what: 'not looked at on this system: carrier, MTU, firewall, network managers, who answers for the VIPs, the service',
      why: 'what is looked at is the same as everywhere: config, identity, agent, paths, timing',
      fix: 'docs/systems has a page on this system',
    },
  ];
}
