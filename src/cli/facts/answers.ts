import { vipsOnLan, type Facts, type LinkFacts, type VipAnswer, type VipHere } from '../../doctor/facts.ts';
import { isOnLink } from '../../doctor/same-network.ts';
import { findArping, type Arping } from '../../vip/announce/arping.ts';
import { jsonFrom, objectsIn, saidBy, textOf, type World } from './world.ts';

/** A look into a cluster of a thousand addresses need not ask for each. */
const VIPS_MAX = 16;

type Known = Pick<Facts, 'config' | 'self' | 'links' | 'ways'>;

/**
 * Asks the LAN who has the VIPs, in the way of every host that is about to send: an ARP request from an address of our own. Never one
 * from the VIP itself, which would be an announcement.
 */
export async function answerFacts(world: World, known: Known): Promise<readonly VipAnswer[]> {
  const { links } = known;
  if (links === undefined) return [];
  const vips = vipsOnLan(known).filter(({ link }) => links.get(link)?.carrier === true);
  if (vips.length === 0) return [];
  const arping = await findArping(world.exec);
  const asker = askerOf(world, arping);
  return await Promise.all(
    vips.slice(0, VIPS_MAX).map((vip) => answerFor(vip, asker, known, links.get(vip.link)!)),
  );
}

async function answerFor(
  { vip, link, group }: VipHere,
  ask: Asker,
  known: Known,
  facts: LinkFacts,
): Promise<VipAnswer> {
  const { address, family } = vip;
  const virtual = new Set(
    known.config.settings?.groups.flatMap(({ vips }) => vips.map((one) => one.address)),
  );
  const own = facts.addresses.find((one) => one.address.includes('.') && !virtual.has(one.address))?.address;
  const here = facts.addresses.some((one) => one.address === address);
  const neighbours = known.ways.flatMap(({ peer, address: at }) =>
    at !== undefined && at.includes(':') === (family === 6) && isOnLink(at, facts) ? [{ peer, at }] : [],
  );
  const [said, ...theirs] = await Promise.all([
    ask({ link, address, own, here }),
    ...neighbours.map(({ at }) => ask({ link, address: at, own, here: false })),
  ]);
  const peers = neighbours.map(({ peer: name, at }, place) => ({
    name,
    address: at,
    macs: theirs[place]?.macs ?? [],
  }));
  return { ...{ address, group: group.name, link, here, peers }, by: said.by, macs: said.macs };
}

interface Question {
  readonly link: string;
  readonly address: string;
  /** An IPv4 address of this host on the interface, which is none of the VIPs. */
  readonly own: string | undefined;
  readonly here: boolean;
}
type Asker = (question: Question) => Promise<Pick<VipAnswer, 'by' | 'macs'>>;

function askerOf(world: World, arping: Arping | undefined): Asker {
  return async (question) => {
    const isIpv4 = question.address.includes('.');
    const macs = isIpv4 && arping !== undefined ? await byArping(world, arping, question) : undefined;
    if (macs !== undefined) return { by: 'arping', macs };
    // Our own kernel would answer.
    if (question.here) return { by: 'ping', macs: [] };
    return await byPing(world, question);
  };
}

/** Two broadcasts within a second; undefined when it could not send. */
async function byArping(
  world: World,
  { breed, command: [file, ...first] }: Arping,
  { link, address, own }: Question,
): Promise<readonly string[] | undefined> {
  // Without an address of our own, as a probe for duplicates, which puts nothing into any cache.
  const from =
    own === undefined ? (breed === 'habets' ? ['-0'] : ['-D']) : [breed === 'habets' ? '-S' : '-s', own];
  const how = breed === 'habets' ? ['-i', link] : ['-b', '-I', link];
  const ran = await saidBy(world, file, [
    ...first,
    ...how,
    ...from,
    '-c',
    '2',
    '-w',
    breed === 'habets' ? '2' : '1',
    address,
  ]);
  if (ran === undefined || !/Sent \d+ probe|packets transmitted/.test(ran.stdout)) return undefined;
  const found = [...ran.stdout.matchAll(/(?:\[|from )([0-9a-f]{2}(?::[0-9a-f]{2}){5})\b/gi)];
  return [...new Set(found.map(([, mac = '']) => mac.toLowerCase()))];
}

/** The kernel asks for us when it wants to send, and keeps the answer. */
async function byPing(world: World, { link, address }: Question): Promise<Pick<VipAnswer, 'by' | 'macs'>> {
  const family = address.includes(':') ? ['-6'] : [];
  const ping = await saidBy(world, 'ping', [...family, '-n', '-c', '1', '-W', '1', '-I', link, address]);
  if (ping === undefined || !/ transmitted/.test(ping.stdout)) return { by: 'nothing', macs: [] };
  const table = await saidBy(world, 'ip', [...family, '-json', 'neigh', 'show', 'to', address, 'dev', link]);
  const rows = objectsIn(jsonFrom(table?.stdout ?? ''));
  const isStale = !/\b[1-9]\d* (packets )?received/.test(ping.stdout);
  const macs = rows
    .filter((row) => !isStale || isFresh(row))
    .map((row) => textOf(row['lladdr']).toLowerCase());
  return { by: 'ping', macs: [...new Set(macs.filter((mac) => mac !== ''))] };
}

/** A host with a filter may answer for its address and not to a ping. */
const isFresh = (row: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(row['state']) && (row['state'] as readonly unknown[]).includes('REACHABLE');
