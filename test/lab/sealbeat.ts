import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventRecord, StatusReport } from '../../src/core/report.ts';
import { address4 } from './addresses.ts';
import type { Network } from './addresses.ts';
import type { AgentSetup, Cluster, Contender } from './agent.ts';
import { runTool } from './host-tool.ts';
import type { Lab } from './lab.ts';
import { startProgram } from './program.ts';
import { until } from './wait.ts';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
export const OWN_PROGRAM = join(PROJECT, 'bin/sealbeat');
/** The program under test: this checkout's as built, or the one that SEALBEAT_PROGRAM names, such as an installed one. */
export const SEALBEAT = process.env['SEALBEAT_PROGRAM'] ?? OWN_PROGRAM;
const PORT = 7112;

/** A path over one of the lab's networks. */
export const pathTo = (host: string, network: Network = 'lan', transport: 'udp' | 'tcp' = 'udp'): string =>
  `${transport}://${address4(host, network)}:${PORT}`;

export interface SealbeatOptions {
  /** Seconds, or `off`; left out for the program's default. */
  readonly lease?: string;
  /** Ways to a host, the one over UDP on the LAN unless said otherwise; see `pathTo`. */
  readonly paths?: (host: string) => readonly string[];
  /** Several groups instead of `web` with all VIPs: what each has beyond or instead of its settings. */
  readonly groups?: Readonly<Record<string, object>>;
  /** Settings beyond those that every run has, as they stand in the file: at the top, and in every group. */
  readonly extra?: { readonly top?: object; readonly group?: object };
  /** Replaces values of the generated configuration, to see it refused or to try something else. */
  readonly change?: (config: SealbeatConfig) => unknown;
}

/** The configuration as the lab writes it: JSON, which is YAML too. */
export interface SealbeatConfig {
  cluster: string;
  heartbeat: { interval: string; timeout: string };
  lease?: string;
  nodes: Record<string, { key: string; paths: readonly string[]; priority: number }>;
  groups: Record<
    string,
    { interface: string; vips: readonly string[]; failback: { mode: string; delay: string } }
  >;
}

/** For `change`: the same paths over TCP. */
export const overTcp = ({ nodes }: SealbeatConfig): void => {
  for (const node of Object.values(nodes))
    node.paths = node.paths.map((path) => path.replace('udp://', 'tcp://'));
};

export interface SealbeatCluster extends Cluster {
  readonly configPath: string;
  /** Throws when nobody answers behind the control socket. */
  status(host: string): Promise<StatusReport>;
  /** Every transition that the agent remembers. */
  events(host: string): Promise<readonly EventRecord[]>;
  /** POST to the control socket; the answer's status and JSON. */
  order(host: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** What `sealbeat check` finds wrong with the configuration on this host; undefined for nothing. */
  refusal(host: string): string | undefined;
  /** Writes the configuration again: as it was at first, with other values. */
  rewrite(change: (config: SealbeatConfig) => unknown): void;
}

/** sealbeat as built: `bin/sealbeat run`, one configuration for all hosts, fresh identities for every lab. */
export function sealbeat(options: SealbeatOptions = {}): Contender<SealbeatCluster> {
  return {
    name: 'sealbeat',
    // Over UDP both ends use this port, so one field says it. Over TCP it stands on the side that was called.
    heartbeats: [`udp dport ${PORT}`, `tcp dport ${PORT}`, `tcp sport ${PORT}`],
    prepare: async (lab, setup) => clusterOf(lab, setup, options),
  };
}

let foundBuilt = false;

/** Throws unless the program was built from the sources as they are: an old one would be tested in silence. */
export function requireBuilt(): void {
  if (foundBuilt || SEALBEAT !== OWN_PROGRAM) return;
  const built = join(PROJECT, 'dist/sealbeat.cjs');
  const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((name) => statSync(join(PROJECT, 'src', name)).mtimeMs));
  foundBuilt = existsSync(built) && statSync(built).mtimeMs >= newest;
  if (!foundBuilt) throw new Error('dist/sealbeat.cjs is missing or older than src/: run "npm run setup"');
}

function clusterOf(
  lab: Lab,
  setup: AgentSetup,
  {
    lease,
    paths = (host) => [pathTo(host)],
    groups = { web: {} },
    extra = {},
    change = () => undefined,
  }: SealbeatOptions,
): SealbeatCluster {
  requireBuilt();
  const { intervalMs, timeoutMs, priorities, vips, failbackDelayMs, failbackMode = 'auto' } = setup;
  const file = (host: string, name: string): string => join(lab.folder, `${host}.${name}`);
  const configPath = join(lab.folder, 'sealbeat.yaml');
  const nodes = Object.entries(priorities).map(([host, priority]) => {
    const key = runTool(SEALBEAT, ['keygen', '-o', file(host, 'identity')]).trim();
    mkdirSync(file(host, 'state'), { mode: 0o700 });
    const node: SealbeatConfig['nodes'][string] = { key, paths: paths(host), priority };
    return [host, node] as const;
  });
  const failback = { mode: failbackMode, delay: `${failbackDelayMs}ms` };
  const groupOf = (own: object) => ({ interface: 'eth0', vips, failback, ...extra.group, ...own });
  const config = (): SealbeatConfig => ({
    cluster: 'lab',
    heartbeat: { interval: `${intervalMs}ms`, timeout: `${timeoutMs}ms` },
    ...(lease === undefined ? {} : { lease }),
    nodes: Object.fromEntries(nodes.map(([host, node]) => [host, { ...node }])),
    groups: Object.fromEntries(Object.entries(groups).map(([name, own]) => [name, groupOf(own)])),
    ...extra.top,
  });
  const rewrite = (changeIt: (config: SealbeatConfig) => unknown): void => {
    const changed = config();
    changeIt(changed);
    writeFileSync(configPath, `${JSON.stringify(changed, undefined, 2)}\n`, { mode: 0o600 });
  };
  rewrite(change);

  const call = (host: string, method: string, path: string, body?: object) =>
    callControl(file(host, 'sock'), { method, path, body });
  const status = async (host: string): Promise<StatusReport> => {
    const answer = await call(host, 'GET', '/v1/status');
    if (answer.status !== 200) throw new Error(`status of ${host}: ${JSON.stringify(answer)}`);
    return answer.body as StatusReport;
  };
  /** Those that a host does not hear, or is not heard by, in words. */
  const strangersOf = async (host: string): Promise<readonly string[]> => {
    const { peers } = await status(host);
    const strangers = peers.filter((peer) => peer.state !== 'alive' || !peer.hearsUs);
    return strangers.map(
      ({ name, state, hearsUs }) => `${host}: ${name} is ${state}${hearsUs ? '' : ', deaf'}`,
    );
  };
  return {
    configPath,
    status,
    async events(host) {
      const answer = await call(host, 'GET', '/v1/events');
      if (answer.status !== 200) throw new Error(`events of ${host}: ${JSON.stringify(answer)}`);
      return answer.body as readonly EventRecord[];
    },
    refusal: (host) => refusalOf(lab.namespace(host), configPath, file(host, 'identity')),
    rewrite,
    order: (host, path, body = {}) => call(host, 'POST', path, body),
    async start(host, { cgroupProcs, env = {} } = {}) {
      const program = startProgram({
        namespace: lab.namespace(host),
        file: SEALBEAT,
        args: [
          ...['run', '-c', configPath, '--identity', file(host, 'identity')],
          ...['--control', file(host, 'sock'), '--state', file(host, 'state')],
        ],
        cgroupProcs,
        env,
      });
      await until(
        `sealbeat on ${host} to answer at its control socket`,
        15_000,
        async () => {
          if (!program.isRunning)
            throw new Error(`sealbeat on ${host} ended with ${program.end}: ${program.output}`);
          return await status(host).then(
            () => true,
            () => false,
          );
        },
        () => program.output,
      );
      return program;
    },
    async untilSettled(hosts, boundMs) {
      let strangers: readonly string[] = [];
      await until(
        'all agents to hear each other',
        boundMs,
        async () => {
          strangers = (await Promise.all(hosts.map(strangersOf))).flat();
          return strangers.length === 0;
        },
        () => strangers.join('; '),
      );
    },
  };
}

function refusalOf(namespace: string, configPath: string, identity: string): string | undefined {
  const check = ['check', '--config', configPath, '--identity', identity];
  try {
    runTool('ip', ['netns', 'exec', namespace, SEALBEAT, ...check]);
    return undefined;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return /sealbeat: error: (.*)/s.exec(words)?.[1] ?? words;
  }
}

function callControl(
  socketPath: string,
  { method, path, body }: { method: string; path: string; body?: object | undefined },
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, timeout: 10_000, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        try {
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as unknown });
        } catch (error) {
          reject(new Error(`${method} ${path} was not answered with JSON: ${text}`, { cause: error }));
        }
      });
    });
    asked.once('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer in 10 s`)));
    asked.once('error', reject);
    if (body !== undefined) asked.setHeader('content-type', 'application/json');
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
