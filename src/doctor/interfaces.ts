import { isIP } from 'node:net';
import { linksHere, vipsHere, type Facts, type LinkFacts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

export function interfaceFindings(facts: Facts): readonly Finding[] {
  const { links } = facts;
  const ports = facts.portProblems.map(portFinding);
  if (links === undefined) return ports;
  return [
    ...linksHere(facts).map((name) => linkFinding(name, links)),
    ...ownAddressFindings(facts, links),
    ...ports,
    ...leftOverFindings(facts, links),
  ];
}

function linkFinding(name: string, links: ReadonlyMap<string, LinkFacts>): Finding {
  const link = links.get(name);
  const bad = { level: 'problem', subject: name } as const;
  if (link === undefined) {
    const there = [...links.keys()].filter((one) => one !== 'lo').join(', ');
    return {
      ...{ ...bad, id: 'interface-missing' },
      what: `there is no such interface; there ${there === '' ? 'is none but lo' : `are ${there}`}`,
      why: 'this node cannot hold what is configured for it',
      fix: 'put "interface" right in the config; per node: interface: { NODE: NAME, … }',
    };
  }
  if (!link.up) {
    const why = 'an address on it is reached by nobody';
    return {
      ...bad,
      id: 'interface-down',
      what: 'it is switched off',
      why,
      fix: `ip link set dev ${name} up`,
    };
  }
  if (!link.carrier) {
    const why = 'an address on it is reached by nobody';
    const fix = `see the cable and the switch port; ethtool ${name}`;
    return { ...bad, id: 'interface-carrier', what: 'it is up and has no carrier', why, fix };
  }
  const addresses = link.addresses
    .filter(({ address }) => !/^fe[89ab]/i.test(address))
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  return fine('interface', name, `up, with carrier; ${addresses.join(', ') || 'no address'}`);
}

function ownAddressFindings({ self }: Facts, links: ReadonlyMap<string, LinkFacts>): readonly Finding[] {
  const wanted = (self?.paths ?? []).map(({ host }) => host).filter((host) => isIP(host) !== 0);
  const here = new Set(
    [...links.values()].flatMap(({ addresses }) => addresses.map(({ address }) => address)),
  );
  if (self === undefined || wanted.length === 0 || wanted.some((address) => here.has(address))) return [];
  return [
    {
      ...{ id: 'own-address', level: 'warning', subject: self.name },
      what: `of its path addresses none is on this host: ${wanted.join(', ')}`,
      why: 'the others send their heartbeats there; right only where a router translates the address',
      fix: `put the paths of ${self.name} right in the config of every node, then: sealbeat reload`,
    },
  ];
}

function portFinding({ url, code }: { url: string; code: string }): Finding {
  const port = /:(\d+)$/.exec(url)?.[1] ?? '';
  return {
    ...{ id: 'port-taken', level: 'problem', subject: url },
    what: code === 'EADDRINUSE' ? 'another program has this port' : `it cannot be listened on (${code})`,
    why: 'the agent would not start; perhaps it runs already, with another control socket',
    fix:
      code === 'EACCES' ? 'ports below 1024 need root or CAP_NET_BIND_SERVICE' : `ss -lntup sport = :${port}`,
  };
}

function leftOverFindings(facts: Facts, links: ReadonlyMap<string, LinkFacts>): readonly Finding[] {
  const { agent } = facts;
  // Where it could not be asked it may hold them; and one that is moving a group is asked in vain.
  const absent = agent.refusal !== undefined && /^(ENOENT|ENOTDIR|ECONNREFUSED)$/.test(agent.refusal.errno);
  if (agent.status === undefined && !absent) return [];
  return vipsHere(facts).flatMap(({ vip, link, group }): Finding[] => {
    const found = links.get(link)?.addresses.find(({ address }) => address === vip.address);
    const report = agent.status?.groups.find(({ name }) => name === group.name);
    if (
      found === undefined ||
      found.leased ||
      (report !== undefined && (report.has || report.role !== 'standby'))
    )
      return [];
    return [
      {
        ...{ id: 'vip-left-over', level: 'problem', subject: vip.address },
        what: `it is on ${link}, and ${absent ? 'no agent runs here' : `the agent does not hold ${group.name}`}`,
        why: 'another node may have it too; nobody here takes it away',
        fix: `ip address del ${found.address}/${found.prefixLength} dev ${link}`,
      },
    ];
  });
}
