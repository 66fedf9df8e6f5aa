/*
 * Two hosts of other systems in network namespaces, to try the README on: their own commands, on a network of their own.
 *   npm run rehearse -- illumos linux
 */
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VIP4 } from '../test/lab/addresses.ts';
import { Lab } from '../test/lab/lab.ts';
import { labProblem } from '../test/lab/requirement.ts';
import { PROJECT } from '../test/lab/sealbeat.ts';
import { environmentOf, LINK, standIn } from '../test/lab/systems.ts';
import type { SystemName } from '../test/lab/systems.ts';
import type { RunningHost } from '../test/systems/start-host.ts';

const HOSTS = ['h1', 'h2'] as const;

const [first = 'illumos', second = 'illumos'] = process.argv.slice(2);
for (const name of [first, second]) {
  if (Object.hasOwn(LINK, name)) continue;
  console.error(`no system ${name}; there are ${Object.keys(LINK).join(', ')}`);
  process.exit(2);
}
const problem = labProblem();
if (problem !== undefined) {
  console.error(`this needs network namespaces: ${problem}`);
  process.exit(1);
}
const systems = [first, second] as readonly SystemName[];

const lab = await Lab.create({ hosts: HOSTS, vips: [VIP4] });
const running: RunningHost[] = [];
/** Where sealbeat looks for its files: the hosts have their own there, and this machine needs a place to put them. */
const FOLDERS = { etc: '/etc/sealbeat', lib: '/var/lib/sealbeat', run: '/run/sealbeat' } as const;
const made = Object.values(FOLDERS).filter((folder) => mkdirSync(folder, { recursive: true }) !== undefined);
const end = async (): Promise<void> => {
  for (const host of running) await host.close();
  lab.dispose();
  for (const folder of made) rmdirSync(folder);
};
process.once('SIGINT', () => void end().then(() => process.exit(0)));
process.once('SIGTERM', () => void end().then(() => process.exit(0)));

try {
  console.log(`Two hosts on one network, 10.77.0.1 and 10.77.0.2, for the VIP ${VIP4}. Enter one with`);
  for (const [place, name] of HOSTS.entries()) {
    const system = systems[place]!;
    const host = system === 'linux' ? undefined : await standIn(lab, name, system);
    if (host !== undefined) running.push(host);
    console.log(`  ${doorOf(name, system, host)}     # ${name}, ${system}, interface ${LINK[system]}`);
  }
  console.log('There sealbeat is on the PATH, and each host has files of its own. End with Ctrl-C.');
} catch (error) {
  await end();
  throw error;
}
setInterval(() => undefined, 60_000); // until somebody ends it

/** A shell on that host, as short as can be typed. */
function doorOf(name: string, system: SystemName, host: RunningHost | undefined): string {
  const folder = join(lab.folder, `${name}.home`);
  for (const own of Object.keys(FOLDERS)) mkdirSync(join(folder, own), { recursive: true });
  const mounts = Object.entries(FOLDERS).map(([own, place]) => `mount --bind ${join(folder, own)} ${place}`);
  const env = environmentOf(system, host);
  const path = `${join(PROJECT, 'bin')}:${env['PATH'] ?? process.env['PATH'] ?? ''}`;
  const lines = [
    '#!/bin/sh',
    '# The host has files of its own where sealbeat looks for them.',
    `exec unshare --mount sh -c '${mounts.join(' && ')} && exec "$@"' \\`,
    `  sh ip netns exec ${lab.namespace(name)} env PATH='${path}' PS1='${name}# ' \\`,
    `  SEALBEAT_PLATFORM=${system} "\${@:-sh}"`,
  ];
  const door = join(lab.folder, name);
  writeFileSync(door, `${lines.join('\n')}\n`, { mode: 0o755 });
  return door;
}
