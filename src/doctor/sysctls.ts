import { linksHere, vipsOnLan, type Facts, type LinkFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { sameNetwork } from './same-network.ts';

/** Kernel settings that have spoilt a failover before. */
export function sysctlFindings(facts: Facts): readonly Finding[] {
  if (facts.platform !== 'linux') return facts.advice.map(advised);
  const links = [...new Set(vipsOnLan(facts).map(({ link }) => link))];
  return [...links.flatMap((link) => ofLink(link, facts)), ...ofHost(facts)];
}

const advised = (text: string): Finding => {
  const [what = text, ...rest] = text.split(': ');
  return { id: 'kernel-setting', level: 'warning', subject: '', what, why: rest.join(': '), fix: '' };
};

/** The kernel takes the higher one of `all` and the interface. */
const highest = ({ sysctl }: Facts, family: 'ipv4' | 'ipv6', link: string, name: string): number =>
  Math.max(...['all', link].map((scope) => Number(sysctl(`net/${family}/conf/${scope}/${name}`) ?? 0)));

/** Now, and after the next boot. */
const set = (name: string, value: number): string =>
  `sysctl -w ${name}=${value}\necho '${name}=${value}' >> /etc/sysctl.d/90-sealbeat.conf`;

function ofLink(link: string, facts: Facts): readonly Finding[] {
  const vips = vipsOnLan(facts).filter((one) => one.link === link);
  const found: Finding[] = [];
  if (vips.some(({ vip }) => vip.family === 4)) {
    if (highest(facts, 'ipv4', link, 'arp_ignore') >= 8)
      found.push({
        ...{ id: 'arp-ignore', level: 'problem', subject: link, what: 'arp_ignore is 8' },
        why: 'no ARP request is answered, so nobody finds the VIP',
        fix: `${set(`net.ipv4.conf.${link}.arp_ignore`, 0)}\nsysctl -w net.ipv4.conf.all.arp_ignore=0`,
      });
    if (highest(facts, 'ipv4', link, 'drop_gratuitous_arp') >= 1)
      found.push({
        ...{ id: 'arp-gratuitous-dropped', level: 'note', subject: link, what: 'drop_gratuitous_arp is 1' },
        why: 'this host does not believe the announcement of another node: what it sends to the VIP itself goes astray for a while after a takeover',
        fix: set(`net.ipv4.conf.${link}.drop_gratuitous_arp`, 0),
      });
  }
  if (vips.some(({ vip }) => vip.family === 6) && facts.sysctl(`net/ipv6/conf/${link}/disable_ipv6`) === '1')
    found.push({
      ...{
        id: 'ipv6-disabled',
        level: 'problem',
        subject: link,
        what: 'IPv6 is switched off (disable_ipv6=1)',
      },
      why: 'its IPv6 VIPs cannot be set',
      fix: set(`net.ipv6.conf.${link}.disable_ipv6`, 0),
    });
  return found;
}

function ofHost(facts: Facts): readonly Finding[] {
  const links = linksHere(facts);
  if (links.length === 0) return [];
  const others = [...(facts.links ?? [])].filter(
    ([name, one]) => one.up && name !== 'lo' && one.addresses.length > 0,
  );
  return [
    ...links.flatMap((link) => flux(link, others, facts)),
    ...links.flatMap((link) => reversePath(link, others, facts)),
    ...nonlocal(facts),
  ];
}

function flux(
  link: string,
  others: readonly (readonly [string, LinkFacts])[],
  facts: Facts,
): readonly Finding[] {
  const own = facts.links?.get(link);
  const twin = others.find(([name, one]) => name !== link && own !== undefined && sameNetwork(own, one));
  if (twin === undefined || highest(facts, 'ipv4', link, 'arp_ignore') >= 1) return [];
  return [
    {
      ...{ id: 'arp-flux', level: 'warning', subject: link },
      what: `${twin[0]} is in the same network, and arp_ignore is 0`,
      why: `either of them answers for the VIP, so it may be looked for at ${twin[0]}`,
      fix: `${set('net.ipv4.conf.all.arp_ignore', 1)}\n${set('net.ipv4.conf.all.arp_announce', 2)}`,
    },
  ];
}

function reversePath(
  link: string,
  others: readonly (readonly [string, LinkFacts])[],
  facts: Facts,
): readonly Finding[] {
  if (highest(facts, 'ipv4', link, 'rp_filter') !== 1 || others.length < 2) return [];
  return [
    {
      ...{ id: 'rp-filter', level: 'note', subject: link },
      what: 'rp_filter is 1, and there is another interface',
      why: 'what comes for the VIP from an address that is reached through the other one is dropped',
      fix: set(`net.ipv4.conf.${link}.rp_filter`, 2),
    },
  ];
}

function nonlocal(facts: Facts): readonly Finding[] {
  const off = ([4, 6] as const).filter(
    (family) =>
      vipsOnLan(facts).some(({ vip }) => vip.family === family) &&
      facts.sysctl(`net/ipv${family}/ip_nonlocal_bind`) === '0',
  );
  if (off.length === 0) return [];
  return [
    {
      ...{ id: 'nonlocal-bind', level: 'note', subject: '' },
      what: `ip_nonlocal_bind is 0 (IPv${off.join(', IPv')})`,
      why: 'a service that binds to a VIP does not start on the standby; one that listens on all addresses does',
      fix: off.map((family) => set(`net.ipv${family}.ip_nonlocal_bind`, 1)).join('\n'),
    },
  ];
}
