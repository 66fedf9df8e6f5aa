import { join } from 'node:path';
import type { EventRecord, StatusReport } from '../../src/core/report.ts';
import { machineAt, type Daemon, type Machine } from './machine.ts';
import { PROJECT, requireBuilt, SEALBEAT } from './sealbeat.ts';
import type { Site } from './site.ts';
import { insideOf } from './systemd.ts';
import { until } from './wait.ts';

const PROGRAM = insideOf(SEALBEAT);
const CONFIG = '/etc/sealbeat/sealbeat.yaml';
const BOUND_MS = 30_000;

/** Whom a package's service runs it as, and with what rights: all that a hook or a check may count on. */
const AS_SERVICE = [
  ...[
    'nice',
    '-n',
    '-10',
    'setpriv',
    '--reuid',
    'sealbeat',
    '--regid',
    'sealbeat',
    '--clear-groups',
    '--no-new-privs',
  ],
  ...['--inh-caps', '+net_admin,+net_raw', '--ambient-caps', '+net_admin,+net_raw'],
  ...['--bounding-set', '-all,+net_admin,+net_raw'],
];
/** What a package does at its installation, on a host that has not seen sealbeat before. */
const INSTALL = `
rm -rf /etc/sealbeat /var/lib/sealbeat
id -u sealbeat >/dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin sealbeat
install -d -m 0750 -o root -g sealbeat /etc/sealbeat
install -d -m 0750 -o sealbeat -g sealbeat /run/sealbeat /var/lib/sealbeat`;
/** What its service does before each start. */
const LET_READ = `chgrp sealbeat ${CONFIG} && chmod 0640 ${CONFIG} && chown sealbeat:sealbeat /etc/sealbeat/identity`;

/** A node of a story: a machine on which sealbeat keeps its files where a real one does. */
export interface StoryNode extends Machine {
  readonly name: string;
  sealbeat(...words: readonly string[]): Promise<string>;
  status(): Promise<StatusReport>;
  events(): Promise<readonly EventRecord[]>;
  /** Settles when it answers. */
  run(): Promise<Daemon>;
}

/** A file of `config/stories`, as it is called inside a machine. */
export const storyFile = (path: string): string => insideOf(join(PROJECT, 'config/stories', path));

async function storyNode(site: Site, name: string): Promise<StoryNode> {
  const machine = await machineAt(site, name);
  const sealbeat = (...words: readonly string[]): Promise<string> => machine.type(PROGRAM, ...words);
  const status = async (): Promise<StatusReport> =>
    JSON.parse(await sealbeat('status', '--json')) as StatusReport;
  return {
    ...machine,
    name,
    sealbeat,
    status,
    async events() {
      const lines = (await sealbeat('events', '--json')).split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as EventRecord);
    },
    async run() {
      await machine.type('sh', '-c', LET_READ);
      const daemon = await machine.start(...AS_SERVICE, PROGRAM, 'run');
      await until(
        `sealbeat on ${name} to answer`,
        BOUND_MS,
        async () => {
          if (daemon.end !== undefined) throw new Error(`${name}: ${daemon.end}: ${daemon.output}`);
          return await status().then(
            () => true,
            () => false,
          );
        },
        () => daemon.output,
      );
      return daemon;
    },
  };
}

/** Makes the nodes with a story's config and keys of their own, by the commands of its page. */
export async function storyNodes<Name extends string>(
  site: Site,
  story: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, StoryNode>>> {
  requireBuilt();
  const nodes = await Promise.all(names.map((name) => storyNode(site, name)));
  const lines = await Promise.all(
    nodes.map(async (node) => {
      await node.type('sh', '-ec', INSTALL);
      await node.type('install', '-m', '0600', storyFile(`${story}/sealbeat.yaml`), CONFIG);
      return [node.name, await node.sealbeat('keygen', '-o', '/etc/sealbeat/identity')] as const;
    }),
  );
  for (const [name, line] of lines)
    await Promise.all(nodes.map((node) => node.sealbeat('key', 'trust', name, line, '--replace', '--yes')));
  return Object.fromEntries(nodes.map((node) => [node.name, node])) as Readonly<Record<Name, StoryNode>>;
}

/** An error of `body` is told with what these have printed. */
export async function withWords(
  daemons: Readonly<Record<string, Daemon>>,
  body: () => Promise<void>,
): Promise<void> {
  try {
    await body();
  } catch (error) {
    const words = Object.entries(daemons).map(
      ([name, { end, output }]) => `--- ${name} (${end ?? 'running'}):\n${output.slice(-4_000)}`,
    );
    const what = error instanceof Error ? error.message : String(error);
    throw new Error([what, ...words].join('\n'), { cause: error });
  }
}
