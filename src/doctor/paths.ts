import type { PathReport, PeerReport, StatusReport } from '../core/report.ts';
import type { Facts, WayFacts } from './facts.ts';
import { refusedSends } from './firewall.ts';
import { fine, type Finding } from './finding.ts';

const LOSS_PERCENT_BAD = 10;
/** Loss is counted over 64 frames, and those from before the peer was there got lost too. */
export const FRAMES_FOR_LOSS = 128;

/** What the agent and its peers know of the ways between them, in both directions. */
export function pathFindings(facts: Facts): readonly Finding[] {
  const { agent, ways } = facts;
  const unreachable = ways.flatMap(wayFinding);
  if (agent.status === undefined) return [...unreachable, ...(agent.refusal ? notAsked(facts) : [])];
  const { status, before } = agent;
  return [
    ...unreachable,
    ...status.peers.flatMap((peer) => {
      const old = before?.peers.find(({ name }) => name === peer.name);
      return [...peerFindings(peer, facts, status), ...rejectFindings(peer, old)];
    }),
  ];
}

/**
 * It would take a session in this node's name to ask the others, and they would then count a node as alive that has no
 * agent: a peer could name it heir, or wait for it. So the kernel is asked for a route and an echo, and that is all.
 */
function notAsked({ ways }: Facts): readonly Finding[] {
  const pinged = ways.filter(({ ping }) => ping !== undefined);
  const words = pinged.map(
    ({ peer, address, ping }) =>
      `${peer} (${address ?? ''}) ${ping === 'answered' ? 'answers ping' : 'does not answer ping'}`,
  );
  return [
    {
      ...{ id: 'paths-not-asked', level: 'note', subject: '' },
      what: `whether heartbeats get through was not asked: no agent answers here${words.length === 0 ? '' : `; ${words.join(', ')}`}`,
      why: 'only a running agent can prove to the others who it is',
      fix: 'start the agent, then: sealbeat doctor',
    },
  ];
}

function wayFinding({ peer, url, address, route }: WayFacts): readonly Finding[] {
  const bad = { level: 'problem', subject: peer } as const;
  if (address === undefined) {
    const why = 'nothing can be sent there';
    const fix = 'write an address instead of the name, or put it into /etc/hosts';
    return [{ ...bad, id: 'peer-name', what: `the name in ${url} has no address`, why, fix }];
  }
  if (route !== 'none') return [];
  const why = 'nothing can be sent there';
  return [
    {
      ...bad,
      id: 'peer-no-route',
      what: `there is no route to ${address}`,
      why,
      fix: `ip route get ${address}`,
    },
  ];
}

function peerFindings(peer: PeerReport, facts: Facts, status: StatusReport): readonly Finding[] {
  const { name, state, hearsUs, paths } = peer;
  if (state === 'silent') return [silent(peer, facts)];
  if (state === 'unproven' || !hearsUs) {
    // The kernel's own refusal says it better, and where to look.
    return refusedSends(facts.agent) > 0 ? [] : [unheard(name, paths, status.node)];
  }
  const left = paths.filter(({ up }) => up).length;
  return paths.flatMap((path) => {
    if (!path.up && left > 0) return [downPath(name, path, status.node)];
    if (path.lossPercent === 100)
      return refusedSends(facts.agent) > 0 ? [] : [unheardPath(name, path, status.node)];
    return [...lossFinding(name, path), fine('path', name, pathWords(path))];
  });
}

function pathWords({ url, rttMs, lossPercent }: PathReport): string {
  const time = rttMs === undefined ? 'no round trip yet' : `${rttMs.toFixed(1)} ms there and back`;
  const loss =
    lossPercent === undefined || lossPercent === 0 ? 'nothing lost' : `${Math.round(lossPercent)} % lost`;
  return `${url}: both ways, ${time}, ${loss}`;
}

function silent({ name, heardAgoMs, awayForMs }: PeerReport, { ways }: Facts): Finding {
  if (awayForMs !== undefined) {
    const why = `it said so, and is waited for another ${Math.ceil(awayForMs / 1_000)} s`;
    return { id: 'peer-away', level: 'note', subject: name, what: 'it restarts', why, fix: '' };
  }
  const since =
    heardAgoMs === undefined
      ? 'nothing was ever heard of it'
      : `nothing is heard of it for ${Math.round(heardAgoMs / 1_000)} s`;
  const asked = ways.filter(({ peer, ping }) => peer === name && ping !== undefined);
  const answers = asked.some(({ ping }) => ping === 'answered');
  const port = asked[0]?.port ?? ways.find(({ peer }) => peer === name)?.port ?? 7112;
  return {
    ...{ id: 'peer-silent', level: 'problem', subject: name },
    what: `${since}, over any path${asked.length === 0 ? '' : answers ? '; its host answers ping' : '; its host does not answer ping either'}`,
    why: answers
      ? `its agent does not run, or what it sends is dropped: by a filter there, on the way, or here`
      : 'the host is down, or the network between is cut',
    fix: answers
      ? `on ${name}: sealbeat doctor\nhere, whether its frames arrive at the interface: tcpdump -ni any port ${port}`
      : `see the host ${name} and the network to it`,
  };
}

const unheard = (name: string, paths: readonly PathReport[], self: string): Finding => ({
  ...{ id: 'path-out', level: 'problem', subject: name },
  what: `it is heard, and does not hear this node: the direction ${self} → ${name} is cut (${paths.map(({ url }) => url).join(', ')})`,
  why: `both may end up with the same addresses. The kernel here takes what is sent, so it is dropped on the way or by a filter on ${name}`,
  fix: lookOn(name, paths[0]),
});

const unheardPath = (name: string, path: PathReport, self: string): Finding => ({
  ...{ id: 'path-out', level: 'warning', subject: name },
  what: `over ${path.url} the direction ${self} → ${name} is cut; other paths are left`,
  why: 'nobody notices until the last one fails too',
  fix: lookOn(name, path),
});

const downPath = (name: string, path: PathReport, self: string): Finding => ({
  ...{ id: 'path-in', level: 'warning', subject: name },
  what: `over ${path.url} nothing comes any more: the direction ${name} → ${self} is cut; other paths are left`,
  why: 'nobody notices until the last one fails too',
  fix: `on ${name}: sealbeat doctor (does its kernel refuse to send?)\nhere: tcpdump -ni any port ${portOf(path)}`,
});

const lookOn = (name: string, path: PathReport | undefined): string =>
  `on ${name}, whether it arrives: tcpdump -ni any port ${portOf(path)}; if so, a filter there drops it: nft list ruleset\non ${name}: sealbeat doctor`;

const portOf = (path: PathReport | undefined): string => /:(\d+)(?: |$)/.exec(path?.url ?? '')?.[1] ?? '7112';

function lossFinding(name: string, { url, lossPercent = 0, sent }: PathReport): readonly Finding[] {
  if (lossPercent < LOSS_PERCENT_BAD || sent < FRAMES_FOR_LOSS) return [];
  return [
    {
      ...{ id: 'path-loss', level: 'warning', subject: name },
      what: `over ${url} ${Math.round(lossPercent)} % of what is sent does not arrive`,
      why: 'heartbeats are lost as well, and a few in a row look like a dead node',
      fix: 'ethtool -S IF | grep -i -e drop -e err; a second path helps (paths in the config)',
    },
  ];
}

function rejectFindings({ name, rejects }: PeerReport, old: PeerReport | undefined): readonly Finding[] {
  const grown = Object.entries(rejects).filter(([reason, count]) => count > (old?.rejects[reason] ?? count));
  if (grown.length === 0) return [];
  return [
    {
      ...{ id: 'peer-rejects', level: 'warning', subject: name },
      what: `frames in its name are refused just now: ${grown.map(([reason]) => reason).join(', ')}`,
      why: 'somebody replays what it once sent, a second agent uses its identity, or the keys differ between the configs',
      fix: `on ${name}: sealbeat check; here: sealbeat key show, and compare`,
    },
  ];
}
