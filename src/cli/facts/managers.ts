import type { ConfigFile, ManagerFacts, NetworkdLink } from '../../doctor/facts.ts';
import { saidBy, type World } from './world.ts';

const NETWORKD_FOLDERS = [
  '/usr/lib/systemd/network',
  '/lib/systemd/network',
  '/run/systemd/network',
  '/etc/systemd/network',
];

/** Undefined in a network namespace of one's own: whatever manages the host's network does not manage this one. */
export async function managerFacts(
  world: World,
  links: readonly string[],
): Promise<ManagerFacts | undefined> {
  const [init, own] = ['1', 'self'].map((pid) => world.readLink(`/proc/${pid}/ns/net`));
  if (init !== undefined && own !== undefined && init !== own) return undefined;
  const filesIn = (folder: string, end: RegExp): readonly ConfigFile[] =>
    world
      .list(folder)
      .filter((name) => end.test(name))
      .flatMap((name) => fileAt(world, `${folder}/${name}`));
  return {
    networkManager: await networkManager(world, links),
    networkd: new Map(links.flatMap((link) => networkd(world, link))),
    netplan: ['/etc/netplan', '/run/netplan', '/lib/netplan'].flatMap((folder) => filesIn(folder, /\.yaml$/)),
    ifupdown: [
      ...fileAt(world, '/etc/network/interfaces'),
      ...filesIn('/etc/network/interfaces.d', /^[\w.-]+$/),
    ],
    connections: filesIn('/etc/NetworkManager/system-connections', /\.nmconnection$/),
    dhcpcd:
      world.list('/run').includes('dhcpcd.pid') ||
      world.list('/run/dhcpcd').some((name) => name.endsWith('pid')),
  };
}

const fileAt = (world: World, path: string): readonly ConfigFile[] => {
  const text = world.readText(path);
  return text === undefined ? [] : [{ path, text }];
};

async function networkManager(
  world: World,
  links: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (world.list('/run/NetworkManager').length === 0) return undefined;
  const ran = await saidBy(world, 'nmcli', ['-t', '-f', 'DEVICE,STATE', 'device']);
  if (ran !== undefined) {
    if (ran.exitCode !== 0) return undefined; // its folder is left behind, and it does not run
    const rows = ran.stdout.split('\n').map((row) => /^((?:\\.|[^:\\])+):(.+)$/.exec(row));
    return new Map(rows.flatMap((row) => (row ? [[row[1]!.replaceAll('\\', ''), row[2]!] as const] : [])));
  }
  const states = links.flatMap((link) => {
    const index = world.readText(`/sys/class/net/${link}/ifindex`)?.trim();
    const device = world.readText(`/run/NetworkManager/devices/${index ?? ''}`) ?? '';
    const managed = /^managed=(\S+)/m.exec(device)?.[1];
    return managed === undefined ? [] : [[link, managed === 'unmanaged' ? managed : 'managed'] as const];
  });
  return new Map(states);
}

/** What systemd-networkd keeps in /run: documented nowhere, and read by its own libraries since many years. */
function networkd(world: World, link: string): readonly (readonly [string, NetworkdLink])[] {
  if (world.list('/run/systemd/system').length === 0) return [];
  const index = world.readText(`/sys/class/net/${link}/ifindex`)?.trim();
  const text = index === undefined ? undefined : world.readText(`/run/systemd/netif/links/${index}`);
  const state = /^ADMIN_STATE=(\S+)/m.exec(text ?? '')?.[1];
  if (text === undefined || state === undefined) return [];
  const path = /^NETWORK_FILE=(\S+)/m.exec(text)?.[1];
  const [file] = path === undefined ? [] : fileAt(world, path);
  const name = path?.split('/').at(-1);
  const dropIns =
    name === undefined
      ? []
      : NETWORKD_FOLDERS.flatMap((folder) =>
          world
            .list(`${folder}/${name}.d`)
            .filter((one) => one.endsWith('.conf'))
            .flatMap((one) => fileAt(world, `${folder}/${name}.d/${one}`)),
        );
  const keep = [...(file === undefined ? [] : [file]), ...dropIns]
    .flatMap((one) => [...one.text.matchAll(/^\s*KeepConfiguration\s*=\s*(\S+)/gm)])
    .at(-1)?.[1];
  return [[link, { state, file, keep: keep === 'true' || keep === '1' ? 'yes' : keep }]];
}
