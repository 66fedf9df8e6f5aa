import type { LinkFacts } from '../../doctor/facts.ts';
import { jsonFrom, objectsIn, saidBy, textOf, type Json, type World } from './world.ts';

/** Of the kernel: an address that does not end. */
const FOREVER = 0xffff_ffff;

export async function linkFacts(world: World): Promise<ReadonlyMap<string, LinkFacts> | undefined> {
  const ran = await saidBy(world, 'ip', ['-json', 'address', 'show']);
  return ran === undefined ? undefined : parseLinks(ran.stdout);
}

/** Undefined when it is not the JSON of iproute2. */
export function parseLinks(json: string): ReadonlyMap<string, LinkFacts> | undefined {
  const links = objectsIn(jsonFrom(json)).filter(({ ifname }) => typeof ifname === 'string');
  if (links.length === 0) return undefined;
  return new Map(links.map((link) => [textOf(link['ifname']), linkOf(link)]));
}

function linkOf(link: Json): LinkFacts {
  const flags = Array.isArray(link['flags']) ? (link['flags'] as readonly unknown[]) : [];
  return {
    up: flags.includes('UP'),
    carrier: flags.includes('UP') && !flags.includes('NO-CARRIER'),
    mtu: Number(link['mtu']),
    mac: textOf(link['address']),
    addresses: objectsIn(link['addr_info'])
      .filter(({ local }) => typeof local === 'string')
      .map((one) => ({
        address: textOf(one['local']),
        prefixLength: Number(one['prefixlen']),
        leased: Number(one['valid_life_time'] ?? FOREVER) < FOREVER,
      })),
  };
}
