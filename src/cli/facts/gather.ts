import { linksHere, type Facts } from '../../doctor/facts.ts';
import type { CliHost } from '../host.ts';
import { answerFacts } from './answers.ts';
import { agentFacts, configFacts, onHostFacts, whoAmI } from './cluster.ts';
import { firewallFacts } from './firewall.ts';
import { adviceFacts, cloudFacts, rightsFacts, serviceFacts, toolFacts } from './host.ts';
import { linkFacts } from './links.ts';
import { managerFacts } from './managers.ts';
import { wayFacts } from './ways.ts';
import type { World } from './world.ts';

export interface Places {
  readonly config: string;
  readonly identity: string;
  readonly control: string;
}

/** Looks at everything, side by side where one does not need the other. Never throws for what the host is like. */
export async function gather(host: CliHost, world: World, files: Places): Promise<Facts> {
  const isLinux = world.platform === 'linux';
  const [read, agent, links] = await Promise.all([
    configFacts(files.config),
    agentFacts(world, files.control),
    isLinux ? linkFacts(world) : undefined,
  ]);
  const rights = isLinux ? rightsFacts(world, agent.pid) : undefined;
  const euid = rights?.of === 'agent' && world.euid === 0 ? rights.uid : world.euid;
  const { self, refusal } = await whoAmI(files.identity, { settings: read.settings, euid, agent });
  const config = { ...read, onHost: await onHostFacts(host, read, self) };
  const ways = await wayFacts(world, config.settings, self);
  const known = { config, self, links, ways };
  const absent = agent.refusal !== undefined && agent.refusal.errno !== 'EACCES';
  const [managers, firewall, tools, answers, service, advice, portProblems] = await Promise.all([
    isLinux ? managerFacts(world, linksHere(known)) : undefined,
    isLinux ? firewallFacts(world) : undefined,
    isLinux ? toolFacts(world) : undefined,
    answerFacts(world, known),
    isLinux ? serviceFacts(world) : undefined,
    adviceFacts(world),
    absent ? portProblemsOf(world, self?.paths ?? []) : [],
  ]);
  return {
    ...{ platform: world.platform, euid: world.euid, files, ...known, identity: { refusal }, agent, rights },
    ...{ managers, firewall, tools, answers, service, advice, portProblems },
    cloud: cloudFacts(world),
    sysctl: (path) => world.readText(`/proc/sys/${path}`)?.trim(),
  };
}

async function portProblemsOf(
  world: World,
  paths: NonNullable<Facts['self']>['paths'],
): Promise<Facts['portProblems']> {
  const found = await Promise.all(
    paths.map(async (path) => ({ url: path.url, code: await world.portProblem(path) })),
  );
  return found.flatMap(({ url, code }) => (code === undefined ? [] : [{ url, code }]));
}
