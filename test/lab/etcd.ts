import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { startProgram, type Program } from './program.ts';
import { until } from './wait.ts';

const CLIENT_PORT = 2379;
const PEER_PORT = 2380;
const START_BOUND_MS = 20_000;
const STOP_BOUND_MS = 10_000;

export interface EtcdMember {
  /** Also the name of its folder below `folder`. */
  readonly name: string;
  /** Where it runs; undefined for where we are ourselves. */
  readonly namespace?: string | undefined;
  /** What the others and the clients reach it by. */
  readonly address: string;
  readonly clientPort?: number;
  readonly peerPort?: number;
}

export interface EtcdOptions {
  readonly members: readonly EtcdMember[];
  /** For their data; it must be there, and is left as it is. */
  readonly folder: string;
  /** An election begins after this long without a leader. Leases are not granted for less than 1.5 of it. */
  readonly electionMs?: number;
}

/** etcd from Debian's etcd-server. Ends with the process that started it, however that ends. */
export interface EtcdCluster {
  /** Of all members, in their order. */
  readonly endpoints: readonly string[];
  programOf(name: string): Program;
  /** SIGTERM, and waits for its end. */
  stop(name: string): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(name: string): Promise<void>;
  /** Starts one anew, with the data that it left, and waits until it serves. */
  start(name: string): Promise<void>;
  /** Ends all that still run. */
  dispose(): Promise<void>;
}

/** Starts all members at once, and settles when each of them serves: they have a leader and have agreed on something. */
export async function startEtcd(options: EtcdOptions): Promise<EtcdCluster> {
  const programs = new Map<string, Program>();
  const memberOf = (name: string): EtcdMember => {
    const found = options.members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`no etcd ${name} in this cluster`);
    return found;
  };
  const programOf = (name: string): Program => {
    const found = programs.get(memberOf(name).name);
    if (found === undefined) throw new Error(`etcd ${name} has not been started`);
    return found;
  };
  const start = async (name: string): Promise<void> => {
    const program = startMember(memberOf(name), options);
    programs.set(name, program);
    await untilServing(name, program);
  };
  const cluster: EtcdCluster = {
    endpoints: options.members.map(clientUrl),
    programOf,
    start,
    stop: (name) => programOf(name).stop(STOP_BOUND_MS),
    async kill(name) {
      programOf(name).signal('SIGKILL');
      await until(`etcd ${name} to end`, STOP_BOUND_MS, () => !programOf(name).isRunning);
    },
    async dispose() {
      await Promise.all([...programs.keys()].map((name) => cluster.kill(name)));
    },
  };
  try {
    await Promise.all(options.members.map(({ name }) => start(name)));
    return cluster;
  } catch (error) {
    await cluster.dispose();
    throw error;
  }
}

function startMember(member: EtcdMember, { members, folder, electionMs = 1_000 }: EtcdOptions): Program {
  const { name, namespace } = member;
  return startProgram({
    namespace,
    file: 'setpriv', // nothing else ends it when this process is killed
    args: [
      ...['--pdeathsig', 'KILL', 'etcd'],
      ...['--name', name, '--data-dir', join(folder, name)],
      ...['--listen-client-urls', clientUrl(member), '--advertise-client-urls', clientUrl(member)],
      ...['--listen-peer-urls', peerUrl(member), '--initial-advertise-peer-urls', peerUrl(member)],
      ...['--initial-cluster', members.map((each) => `${each.name}=${peerUrl(each)}`).join()],
      ...['--election-timeout', `${electionMs}`, '--heartbeat-interval', `${Math.round(electionMs / 10)}`],
    ],
    env: { ETCD_UNSUPPORTED_ARCH: process.arch }, // it starts only on amd64 unless it is told
  });
}

async function untilServing(name: string, program: Program): Promise<void> {
  await until(
    `etcd ${name} to serve`,
    START_BOUND_MS,
    () => {
      if (!program.isRunning) throw new Error(`etcd ${name} ended: ${program.output.slice(-2_000)}`);
      return program.output.includes('ready to serve client requests');
    },
    () => program.output.slice(-2_000),
  );
}

const urlOf = (address: string, port: number): string =>
  `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
const clientUrl = ({ address, clientPort = CLIENT_PORT }: EtcdMember): string => urlOf(address, clientPort);
const peerUrl = ({ address, peerPort = PEER_PORT }: EtcdMember): string => urlOf(address, peerPort);
