import type { FirewallFacts } from '../../doctor/facts.ts';
import { parseIptables } from './iptables.ts';
import { parseNft } from './nft.ts';
import { saidBy, type World } from './world.ts';

/** Undefined when it could not be read, which takes root. */
export async function firewallFacts(world: World): Promise<FirewallFacts | undefined> {
  const nft = await saidBy(world, 'nft', ['-j', 'list', 'ruleset']);
  const chains = nft?.exitCode === 0 ? parseNft(nft.stdout) : undefined;
  if (chains !== undefined && chains.length > 0) return { chains };
  const [v4, v6] = await Promise.all(
    ['iptables', 'ip6tables'].map(async (tool) => await saidBy(world, tool, ['-S'])),
  );
  const old = [v4, v6].flatMap((ran, place) =>
    ran?.exitCode === 0 ? parseIptables(ran.stdout, place === 0 ? 'iptables' : 'ip6tables') : [],
  );
  if (chains === undefined && v4?.exitCode !== 0) return undefined;
  return { chains: old };
}
