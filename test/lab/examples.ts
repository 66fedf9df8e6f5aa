import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CLIENT, interfaceOn } from './addresses.ts';
import type { Network } from './addresses.ts';
import { runTool } from './host-tool.ts';
import { Lab } from './lab.ts';
import { OWN_PROGRAM, PROJECT, requireBuilt, SEALBEAT } from './sealbeat.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { environmentOf, linkAt } from './systems.ts';
import type { SystemName } from './systems.ts';
import { startHost } from '../systems/start-host.ts';
import type { RunningHost } from '../systems/start-host.ts';
import { terminalOf, type Terminal } from './terminal.ts';

/** Two hosts of a story, with the names, interfaces and addresses that its page and its files have. */
export interface Example {
  readonly system: SystemName;
  /** Of h1 and h2. */
  readonly names: readonly [string, string];
  /** Networks in the order of the interfaces, the one with the client first; N stands for 1 and 2. */
  readonly networks: readonly string[];
  /** On the first network. */
  readonly vip: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

const firewalls = (system: 'openbsd' | 'freebsd'): Example => ({
  ...{ system, names: ['fw1', 'fw2'], vip: '10.10.10.254' },
  networks: ['10.10.10.N/24', '203.0.113.1N/24', '192.168.77.N/24'],
});

export const EXAMPLES = {
  omnios: {
    ...{ system: 'illumos', names: ['om1', 'om2'], vip: '10.10.10.42' },
    networks: ['10.10.10.N/24'],
  },
  'carp-openbsd': firewalls('openbsd'),
  'carp-freebsd': firewalls('freebsd'),
} as const satisfies Readonly<Record<string, Example>>;
export type ExampleName = keyof typeof EXAMPLES;

export interface ExampleHost extends Terminal {
  readonly name: string;
  /** In the lab: h1, h2. */
  readonly labName: string;
  readonly system: RunningHost;
  sealbeat(...words: readonly string[]): Promise<string>;
}

export interface RunningExample {
  readonly lab: Lab;
  readonly hosts: readonly [ExampleHost, ExampleHost];
  close(): Promise<void>;
}

const HOSTS = ['h1', 'h2'] as const;
/** Gaps of tenths of a second are what these systems have. */
const CLIENT_EVERY_MS = 10;
const NETWORKS: readonly Network[] = ['lan', 'cross'];
/** A cable between the two that no switch knows. */
const DIRECT = 'eth2';

/** Everything but sealbeat runs: an SSH server says its name on both, as on hosts that somebody looks after. */
export async function startExample(name: ExampleName): Promise<RunningExample> {
  requireBuilt();
  const example: Example = EXAMPLES[name];
  const lab = await Lab.create({
    ...{ hosts: HOSTS, vips: [example.vip], clientEveryMs: CLIENT_EVERY_MS },
    networks: example.networks.length > 1 ? 2 : 1,
  });
  const running: RunningHost[] = [];
  const close = async (): Promise<void> => {
    for (const host of running) await host.close();
    lab.dispose();
  };
  try {
    readdress(lab, example);
    const started = HOSTS.map(async (labName, at) => {
      const host = await hostOf(lab, labName, { example, name: example.names[at]! });
      running.push(host.system);
      sshBanner(lab, labName);
      return host;
    });
    const [one, other] = await Promise.all(started);
    return { lab, hosts: [one!, other!], close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function withExample(
  name: ExampleName,
  body: (example: RunningExample) => Promise<void>,
): Promise<void> {
  const example = await startExample(name);
  try {
    await body(example);
  } finally {
    await example.close();
  }
}

/** What packages put into the folder of examples. */
export const EXAMPLE_FILES = join(PROJECT, 'config');

async function hostOf(
  lab: Lab,
  labName: string,
  { example: { system, networks, options = {} }, name }: { example: Example; name: string },
): Promise<ExampleHost> {
  const links = networks.map((_, at) => ({ device: `eth${at}`, name: linkAt(system, at) }));
  const model = await startHost({
    ...{ system, options, links, namespace: lab.namespace(labName) },
    folder: join(lab.folder, `${labName}.${system}`),
  });
  const env = environmentOf(system, model);
  const path = `${folderOfProgram(lab)}:${env['PATH'] ?? ''}`;
  const terminal = terminalOf(lab, labName, { node: true, name, env: { ...env, PATH: path } });
  return {
    ...{ ...terminal, name, labName, system: model },
    sealbeat: (...words) => terminal.type(SEALBEAT, ...words),
  };
}

/** Where it is called `sealbeat`, whatever the file under test is called. */
function folderOfProgram(lab: Lab): string {
  if (SEALBEAT === OWN_PROGRAM) return dirname(OWN_PROGRAM);
  const folder = join(lab.folder, 'program');
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'sealbeat');
  if (!existsSync(link)) symlinkSync(SEALBEAT, link);
  return folder;
}

/** The addresses of the example in the place of the lab's own. */
function readdress(lab: Lab, { networks }: Example): void {
  if (networks.length > NETWORKS.length)
    runTool('ip', [
      ...['link', 'add', DIRECT, 'netns', lab.namespace('h1'), 'type', 'veth'],
      ...['peer', 'name', DIRECT, 'netns', lab.namespace('h2')],
    ]);
  const ends = [...HOSTS.map((host, at) => [host, `${at + 1}`] as const), [CLIENT, '9'] as const];
  for (const [end, number] of ends) {
    const own = end === CLIENT ? networks.slice(0, 1) : networks;
    const lines = own.flatMap((address, at) => {
      const device = at < NETWORKS.length ? interfaceOn(NETWORKS[at]!) : DIRECT;
      return [
        `address flush dev ${device} scope global`,
        `address add ${address.replace('N', number)} dev ${device}`,
        `link set ${device} up`,
      ];
    });
    runTool('ip', ['-n', lab.namespace(end), '-batch', '-'], lines.map((line) => `${line}\n`).join(''));
  }
}

const BANNER =
  "require('node:net').createServer((c) => { c.on('error', () => {}); c.end('SSH-2.0-OpenSSH_9.6\\r\\n'); }).listen(22)";

/** What a question to port 22 hears first of an SSH server. */
const sshBanner = (lab: Lab, labName: string): Program =>
  startProgram({ namespace: lab.namespace(labName), file: process.execPath, args: ['-e', BANNER] });
