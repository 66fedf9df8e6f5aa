import { mkdirSync } from 'node:fs';
import { AddressWatch } from './address-watch.ts';
import { runTool } from './host-tool.ts';
import { guardLab, labFolder, newLabName, removeLab, removeOrphans, unguardLab } from './namespaces.ts';

/** A host of a site: its cables, and the router that it asks for everything else. */
export interface HostPlan {
  /** By interface: the network that it is plugged into, and its addresses there, with their length. */
  readonly cables: Readonly<Record<string, readonly [network: string, ...addresses: string[]]>>;
  readonly gateway?: string;
}

export type SitePlan = Readonly<Record<string, HostPlan>>;

/**
 * Hosts on networks of one's own choice, with the addresses that an example's files name, so that these files run as they are. A
 * Lab is for everything that can do with its addresses.
 */
export interface Site {
  readonly hosts: readonly string[];
  /** For files of this site; removed with it. */
  readonly folder: string;
  namespace(host: string): string;
  /** Which addresses are on the host, and since when. */
  watch(host: string): AddressWatch;
  /** All cables of a host, pulled at the switch or put back. */
  setCables(host: string, state: 'up' | 'down'): void;
}

const SWITCH = 'sw';
const portOf = (host: string, device: string): string => `${host}-${device}`;
const batch = (namespace: string, lines: readonly string[]): string =>
  runTool('ip', ['-n', namespace, '-batch', '-'], lines.map((line) => `${line}\n`).join(''));

/** Runs `body` with a site, which is gone afterwards with all its processes, whatever happens. */
export async function withSite<T>(plan: SitePlan, body: (site: Site) => Promise<T>): Promise<T> {
  removeOrphans();
  const name = newLabName();
  const namespace = (host: string): string => `${name}-${host}`;
  const watches = new Map<string, AddressWatch>();
  guardLab(name);
  try {
    mkdirSync(labFolder(name), { mode: 0o700 });
    wire(plan, namespace);
    for (const host of Object.keys(plan)) watches.set(host, new AddressWatch(namespace(host)));
    await Promise.all([...watches.values()].map((watch) => watch.sync()));
    return await body({
      hosts: Object.keys(plan),
      folder: labFolder(name),
      namespace,
      watch: (host) => watches.get(host) ?? noSuch(host),
      setCables: (host, state) => {
        const devices = Object.keys((plan[host] ?? noSuch(host)).cables);
        batch(
          namespace(SWITCH),
          devices.map((device) => `link set ${portOf(host, device)} ${state}`),
        );
      },
    });
  } finally {
    for (const watch of watches.values()) watch.close();
    removeLab(name);
    unguardLab(name);
  }
}

function noSuch(host: string): never {
  throw new Error(`no host ${host} on this site`);
}

function wire(plan: SitePlan, namespace: (host: string) => string): void {
  const hosts = Object.entries(plan);
  const [quiet, names] = [namespace(SWITCH), [SWITCH, ...hosts.map(([host]) => host)]];
  runTool('ip', ['-batch', '-'], names.map((host) => `netns add ${namespace(host)}\n`).join(''));
  // A switch says nothing of its own.
  const silent = ['all', 'default'].map((which) => `net.ipv6.conf.${which}.disable_ipv6=1`);
  runTool('ip', ['netns', 'exec', quiet, 'sysctl', '-qw', ...silent]);
  const networks = new Set(
    hosts.flatMap(([, { cables }]) => Object.values(cables).map(([network]) => network)),
  );
  for (const network of networks)
    batch(quiet, [
      `link add name ${network} type bridge stp_state 0 mcast_snooping 0`,
      `link set dev ${network} up`,
    ]);
  for (const [host, { cables, gateway }] of hosts) {
    batch(namespace(host), ['link set lo up']);
    for (const [device, [network, ...addresses]] of Object.entries(cables)) {
      const port = portOf(host, device);
      runTool('ip', [
        ...['link', 'add', device, 'netns', namespace(host), 'type', 'veth'],
        ...['peer', 'name', port, 'netns', quiet],
      ]);
      batch(quiet, [`link set dev ${port} master ${network} up`]);
      const own = addresses.map((address) => `address add ${address} dev ${device}`);
      batch(namespace(host), [...own, `link set ${device} up`]);
    }
    if (gateway !== undefined) batch(namespace(host), [`route add default via ${gateway}`]);
  }
}
