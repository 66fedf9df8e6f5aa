/*
 * Two hosts of other systems in network namespaces, to try the README or a story on: their own commands, on a network of
 * their own. Systems by name, or the hosts of a page in docs/stories.
 *   npm run rehearse -- illumos linux
 *   npm run rehearse -- omnios
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VIP4 } from '../test/lab/addresses.ts';
import { EXAMPLES, startExample, type ExampleName } from '../test/lab/examples.ts';
import { Lab } from '../test/lab/lab.ts';
import { labProblem } from '../test/lab/requirement.ts';
import { OWN_PROGRAM, PROJECT } from '../test/lab/sealbeat.ts';
import { environmentOf, LINK, standIn } from '../test/lab/systems.ts';
import type { SystemName } from '../test/lab/systems.ts';
import { terminalOf } from '../test/lab/terminal.ts';
import type { RunningHost } from '../test/systems/start-host.ts';

const HOSTS = ['h1', 'h2'] as const;

const [first = 'illumos', second = 'illumos'] = process.argv.slice(2);
const story = Object.hasOwn(EXAMPLES, first) ? (first as ExampleName) : undefined;
for (const name of story === undefined ? [first, second] : []) {
  if (Object.hasOwn(LINK, name)) continue;
  const systems = Object.keys(LINK).join(', ');
  console.error(
    `no system ${name}; there are ${systems}, and the stories ${Object.keys(EXAMPLES).join(', ')}`,
  );
  process.exit(2);
}
const problem = labProblem();
if (problem !== undefined) {
  console.error(`this needs network namespaces: ${problem}`);
  process.exit(1);
}

const close =
  story === undefined
    ? await rehearsePair([first, second] as [SystemName, SystemName])
    : await rehearseStory(story);
console.log('There sealbeat is on the PATH, and each host has files of its own. End with Ctrl-C.');
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void close().then(() => process.exit(0)));
setInterval(() => undefined, 60_000); // until somebody ends it

async function rehearseStory(name: ExampleName): Promise<() => Promise<void>> {
  const { lab, hosts, close } = await startExample(name);
  const { system, vip } = EXAMPLES[name];
  console.log(`Two hosts as in docs/stories, for the VIP ${vip}. Enter one with`);
  for (const host of hosts) tellDoor(lab, host.name, { ...host, system });
  console.log(`  ${clientDoor(lab)}     # a client`);
  console.log(`The files of the story are in ${join(PROJECT, 'config/stories')}.`);
  return close;
}

async function rehearsePair(systems: readonly [SystemName, SystemName]): Promise<() => Promise<void>> {
  const lab = await Lab.create({ hosts: HOSTS, vips: [VIP4] });
  const running: RunningHost[] = [];
  const close = async (): Promise<void> => {
    for (const host of running) await host.close();
    lab.dispose();
  };
  try {
    console.log(`Two hosts on one network, 10.77.0.1 and 10.77.0.2, for the VIP ${VIP4}. Enter one with`);
    for (const [place, name] of HOSTS.entries()) {
      const system = systems[place]!;
      const host = system === 'linux' ? undefined : await standIn(lab, name, system);
      if (host !== undefined) running.push(host);
      const own = environmentOf(system, host);
      const env = { ...own, PATH: `${dirname(OWN_PROGRAM)}:${own['PATH'] ?? process.env['PATH'] ?? ''}` };
      tellDoor(lab, name, { ...terminalOf(lab, name, { node: true }), env, system });
    }
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

function tellDoor(
  lab: Lab,
  name: string,
  {
    enter,
    env,
    system,
  }: { enter: readonly string[]; env: Readonly<Record<string, string>>; system: SystemName },
): void {
  const door = doorTo(lab, name, { ...env, SEALBEAT_PLATFORM: system }, enter);
  console.log(`  ${door}     # ${name}, ${system}, interface ${LINK[system]}`);
}

function clientDoor(lab: Lab): string {
  const enter = ['ip', 'netns', 'exec', lab.namespace('c')];
  return doorTo(lab, 'client', { PATH: process.env['PATH'] ?? '' }, enter);
}

/** A shell on that host, as short as can be typed. */
function doorTo(
  lab: Lab,
  name: string,
  env: Readonly<Record<string, string>>,
  enter: readonly string[],
): string {
  const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const settings = Object.entries({ ...env, PS1: `${name}# ` }).map(
    ([key, value]) => `${key}=${quoted(value)}`,
  );
  const lines = ['#!/bin/sh', `exec ${enter.map(quoted).join(' ')} env ${settings.join(' ')} "\${@:-sh}"`];
  const door = join(lab.folder, `to-${name}`);
  writeFileSync(door, `${lines.join('\n')}\n`, { mode: 0o755 });
  return door;
}
