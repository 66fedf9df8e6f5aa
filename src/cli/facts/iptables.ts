import type { FirewallChain, FirewallRule } from '../../doctor/facts.ts';

/** What `iptables -S` prints of the chains that see packets to and from this host. */
export function parseIptables(text: string, tool: string): readonly FirewallChain[] {
  const lines = text.split('\n');
  return (['INPUT', 'OUTPUT'] as const).map((chain) => ({
    name: `${tool} ${chain}`,
    hook: chain === 'INPUT' ? 'input' : 'output',
    drops: lines.includes(`-P ${chain} DROP`),
    rules: lines.filter((line) => line.startsWith(`-A ${chain} `)).map(ruleOf),
  }));
}

/** Options that only say in which module the next one is, or what is counted and written down. */
const HARMLESS =
  /^(-A|-m|-j|-p|--dport|--dports|--destination-port|--comment|--reject-with|--ctstate|--state|-i)$/;

function ruleOf(line: string): FirewallRule {
  const words = line.split(' ');
  const valueOf = (...options: readonly string[]): string | undefined => {
    const at = words.findIndex((word) => options.includes(word));
    return at < 0 ? undefined : words[at + 1];
  };
  const target = valueOf('-j', '-g') ?? '';
  const protocol = valueOf('-p');
  const dports = valueOf('--dport', '--dports', '--destination-port');
  const state = valueOf('--ctstate', '--state');
  const link = valueOf('-i');
  const transport = protocol === 'udp' || protocol === 'tcp' ? protocol : undefined;
  const ranges = (dports ?? '0:65535').split(',').map((range) => range.split(':').map(Number));
  return {
    text: line.replace(/^-A \S+ /, ''),
    verdict: target === 'ACCEPT' ? 'accept' : /^(DROP|REJECT)$/.test(target) ? 'drop' : 'other',
    ports:
      protocol === undefined
        ? undefined
        : transport === undefined
          ? []
          : ranges.map(([from = 0, to = from]) => ({ transport, from, to })),
    conditional:
      words.includes('!') ||
      (link !== undefined && link !== 'lo') ||
      (state !== undefined && !state.includes('NEW')) ||
      words.some((word) => word.startsWith('-') && !HARMLESS.test(word)),
    answersOnly: link === 'lo' || (state !== undefined && !state.includes('NEW')),
  };
}
