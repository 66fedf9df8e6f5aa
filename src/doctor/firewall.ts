import type { AgentFacts, Facts, FirewallChain, FirewallRule } from './facts.ts';
import { fine, type Finding } from './finding.ts';

/** What the kernel says for a packet that a filter at its own output drops. */
const REFUSED = 'send failed: EPERM';

/** How many sends the kernel refused between two looks: more than none means that it refuses now. */
export function refusedSends({ status, before }: AgentFacts): number {
  const now = status?.counters[REFUSED] ?? 0;
  return now - (before?.counters[REFUSED] ?? now);
}

interface Wanted {
  readonly hook: 'input' | 'output';
  readonly transport: 'udp' | 'tcp';
  readonly port: number;
}

export function firewallFindings(facts: Facts): readonly Finding[] {
  const { firewall } = facts;
  const wanted = portsOf(facts);
  const chains = firewall?.chains ?? [];
  const output = outputFindings(facts, wanted, chains);
  const isSaid = output.some(({ level }) => level === 'problem');
  const rules = wanted
    .filter(({ hook }) => !isSaid || hook === 'input')
    .flatMap((port) => chains.flatMap((chain) => chainFindings(chain, port)));
  const found = [...output, ...rules];
  if (found.length > 0 || firewall === undefined || wanted.length === 0) return found;
  const what =
    chains.length === 0 ? 'this host filters nothing' : 'no rule that could be read stops the heartbeats';
  return [fine('firewall', '', what)];
}

/** Where the others send to, and where we do. */
function portsOf({ self, ways }: Facts): readonly Wanted[] {
  const wanted: readonly Wanted[] = [
    ...(self?.paths ?? []).map(({ transport, port }) => ({ hook: 'input', transport, port }) as const),
    ...ways.map(({ transport, port }) => ({ hook: 'output', transport, port }) as const),
  ];
  return [...new Map(wanted.map((one) => [`${one.hook} ${one.transport} ${one.port}`, one])).values()];
}

function outputFindings(
  { agent }: Facts,
  wanted: readonly Wanted[],
  chains: readonly FirewallChain[],
): readonly Finding[] {
  const total = agent.status?.counters[REFUSED] ?? 0;
  if (total === 0) return [];
  const now = refusedSends(agent);
  if (now === 0) {
    const why = 'it has stopped; it happens while rules are being loaded';
    return [
      {
        id: 'firewall-output',
        level: 'note',
        subject: '',
        what: `the kernel refused ${total} frames of the agent (EPERM)`,
        why,
        fix: '',
      },
    ];
  }
  const culprits = wanted
    .filter(({ hook }) => hook === 'output')
    .flatMap((port) =>
      chains.flatMap((chain) => stopping(chain, port).map((text) => `${chain.name}: ${text}`)),
    );
  return [
    {
      ...{ id: 'firewall-output', level: 'problem', subject: '' },
      what: `the kernel refuses what the agent sends (EPERM, ${now} frames just now, ${total} in all)`,
      why: `a filter of this host's own output drops it${culprits.length === 0 ? '' : ` (${[...new Set(culprits)].join('; ')})`}, and the others do not hear this node`,
      fix: `nft list ruleset, or iptables -S OUTPUT; let ${portList(wanted, 'output')} out`,
    },
  ];
}

function chainFindings(chain: FirewallChain, wanted: Wanted): readonly Finding[] {
  const { transport, port, hook } = wanted;
  const subject = `${transport}/${port}`;
  const whose = hook === 'input' ? 'the others are not heard' : 'the others do not hear this node';
  const [rule] = stopping(chain, wanted);
  if (rule !== undefined) {
    return [
      {
        ...{ id: 'firewall-rule', level: 'problem', subject },
        what: `a rule of this host drops it at its ${hook}: ${chain.name}: ${rule}`,
        why: whose,
        fix: 'nft -a list ruleset, then: nft delete rule FAMILY TABLE CHAIN handle N; and where it is loaded from at boot',
      },
    ];
  }
  if (!chain.drops || hook !== chain.hook || chain.rules.some((one) => letsIn(one, wanted))) return [];
  return [
    {
      ...{ id: 'firewall-input', level: 'warning', subject },
      what: `${chain.name} drops by default at its ${hook}, and no rule of it mentions this port`,
      why: `${whose}, unless another rule lets it through in a way that could not be read`,
      fix: `nft insert rule ${chain.name} ${transport} dport ${port} accept; firewalld: firewall-cmd --permanent --add-port=${port}/${transport} && firewall-cmd --reload; ufw: ufw allow ${port}/${transport}`,
    },
  ];
}

/** Rules of the chain that drop the port whatever else is true, unless one before lets it through. */
function stopping(chain: FirewallChain, wanted: Wanted): readonly string[] {
  if (chain.hook !== wanted.hook) return [];
  const deciding = chain.rules.find(
    (rule) => rule.verdict !== 'other' && !rule.conditional && !rule.answersOnly && covers(rule, wanted),
  );
  // A bare drop at the end is a policy written as a rule: what comes before it may let the port in under a condition.
  if (deciding?.verdict !== 'drop' || deciding.ports === undefined) return [];
  return [deciding.text];
}

function letsIn(rule: FirewallRule, wanted: Wanted): boolean {
  // A jump leads to rules that were not followed.
  if (rule.verdict === 'other') return /\b(jump|goto)\b/.test(rule.text);
  return rule.verdict === 'accept' && !rule.answersOnly && covers(rule, wanted);
}

const covers = ({ ports }: FirewallRule, { transport, port }: Wanted): boolean =>
  ports === undefined ||
  ports.some(
    (one) => (one.transport === 'any' || one.transport === transport) && one.from <= port && port <= one.to,
  );

const portList = (wanted: readonly Wanted[], hook: Wanted['hook']): string =>
  wanted
    .filter((one) => one.hook === hook)
    .map(({ transport, port }) => `${transport} port ${port}`)
    .join(', ') || 'its port';
