import { isIPv6 } from 'node:net';
import type { NodeSettings, Settings } from '../../core/settings.ts';
import type { Echo, WayFacts } from '../../doctor/facts.ts';
import { largestFrameBytes } from '../../doctor/mtu.ts';
import { jsonFrom, objectsIn, saidBy, textOf, type World } from './world.ts';

/** What an echo carries beyond what an UDP header would take: nothing, both headers have 8 bytes. */
const SMALL_BYTES = 56;

export async function wayFacts(
  world: World,
  settings: Settings | undefined,
  self: NodeSettings | undefined,
): Promise<readonly WayFacts[]> {
  if (settings === undefined || self === undefined) return [];
  const bytes = largestFrameBytes(settings);
  const peers = settings.nodes.filter(({ name }) => name !== self.name);
  const once = new Map<string, Promise<Seen>>();
  const paths = peers.flatMap(({ name, paths }) => paths.map((path) => ({ name, path })));
  return await Promise.all(
    paths.map(async ({ name, path: { url, transport, host, port } }): Promise<WayFacts> => {
      const address = await world.resolve(host);
      const seen = address === undefined ? undefined : (once.get(address) ?? see(world, address, bytes));
      if (address !== undefined && seen !== undefined) once.set(address, seen);
      return { ...{ peer: name, url, transport, port, address }, ...((await seen) ?? UNSEEN) };
    }),
  );
}

type Seen = Pick<WayFacts, 'route' | 'ping' | 'largePing'>;
const UNSEEN: Seen = { route: undefined, ping: undefined, largePing: undefined };

async function see(world: World, address: string, bytes: number): Promise<Seen> {
  if (world.platform !== 'linux') return UNSEEN;
  const [route, ping, largePing] = await Promise.all([
    routeTo(world, address),
    echo(world, address, SMALL_BYTES),
    echo(world, address, bytes, ['-M', 'do']),
  ]);
  return { route, ping, largePing };
}

async function routeTo(world: World, address: string): Promise<WayFacts['route']> {
  const ran = await saidBy(world, 'ip', ['-json', 'route', 'get', address]);
  if (ran === undefined) return undefined;
  if (/unreachable|No route to host|prohibit/i.test(ran.stderr)) return 'none';
  const [route] = objectsIn(jsonFrom(ran.stdout));
  if (route === undefined) return undefined;
  const mtu = objectsIn(route['metrics'])
    .map((one) => one['mtu'])
    .find((one) => typeof one === 'number');
  return { link: textOf(route['dev']), mtu: typeof mtu === 'number' ? mtu : undefined };
}

/** Undefined when it can't be told: no ping, one that does not know the option, or one that may not send. */
async function echo(
  world: World,
  address: string,
  bytes: number,
  more: readonly string[] = [],
): Promise<Echo | undefined> {
  const family = isIPv6(address) ? ['-6'] : [];
  const ran = await saidBy(world, 'ping', [
    ...family,
    '-n',
    '-c',
    '1',
    '-W',
    '1',
    ...more,
    '-s',
    `${bytes}`,
    address,
  ]);
  if (ran === undefined || !/ packets? transmitted/.test(ran.stdout)) return undefined;
  return /\b1 (packets )?received/.test(ran.stdout) ? 'answered' : 'silent';
}
