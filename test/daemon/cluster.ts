import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fetchEvents, fetchStatus } from '../../src/control/client.ts';
import type { EventRecord, StatusReport } from '../../src/core/report.ts';
import { startDaemon, type Daemon, type DaemonOptions } from '../../src/daemon/main.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { systemRandom } from '../../src/system/random.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { seededRandom } from '../fakes/seeded-random.ts';
import { until } from '../lab/wait.ts';
import { freePort } from '../net/free-port.ts';

/** What a busy machine may need for anything that takes milliseconds otherwise. */
export const PATIENCE_MS = 15_000;

/** The file as these tests write it: JSON, which is YAML too. */
export interface ClusterFile {
  cluster: string;
  heartbeat: { interval: string; timeout: string; startup?: string };
  lease: string;
  nodes: Record<string, { key: string; paths: string[]; priority: number }>;
  groups: Record<
    string,
    {
      interface: Record<string, string>;
      vips: string[];
      adapter: string;
      failback: { mode: string; delay: string };
      announce?: { method: string };
      script?: { up: string; down: string; show?: string };
      checks?: Record<string, object>;
      hooks?: Record<string, unknown>;
    }
  >;
}

export interface Started {
  readonly daemon: Daemon;
  readonly log: ReturnType<typeof collectedLog>;
}

/** Nodes on loopback, each with an interface that is a folder. */
export interface Cluster {
  readonly folder: string;
  readonly configPath: string;
  file(name: string): string;
  options(node: string): DaemonOptions;
  start(node: string, change?: Partial<DaemonOptions>): Promise<Started>;
  stop(node: string): Promise<void>;
  write(change?: (file: ClusterFile) => void): void;
  status(node: string): Promise<StatusReport>;
  events(node: string): Promise<readonly EventRecord[]>;
  /** The file that is there while the VIP is on the node's interface. */
  vipFile(node: string, address?: string): string;
  holds(node: string, address?: string): boolean;
  untilStatus(
    node: string,
    what: string,
    condition: (status: StatusReport) => boolean,
  ): Promise<StatusReport>;
  untilActive(node: string, group?: string): Promise<void>;
}

export const VIP = '10.77.0.100';

export async function newCluster(
  t: TestContext,
  nodes: readonly string[] = ['n1', 'n2'],
  transports: readonly string[] = ['udp'],
): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-daemon-'));
  const file = (name: string): string => join(folder, name);
  const running = new Map<string, Started>();
  t.after(async () => {
    await Promise.all([...running.keys()].map(stop));
    rmSync(folder, { recursive: true, force: true });
  });

  const base: ClusterFile = {
    cluster: 'test',
    heartbeat: { interval: '50ms', timeout: '1s', startup: '2s' },
    lease: '1s',
    nodes: {},
    groups: {
      web: {
        interface: {},
        vips: [VIP],
        adapter: 'simulated',
        failback: { mode: 'manual', delay: '1s' },
      },
    },
  };
  for (const [place, node] of nodes.entries()) {
    const identity = makeIdentity(seededRandom(node));
    writeFileSync(file(`${node}.identity`), formatKeyFile([identity]), { mode: 0o600 });
    mkdirSync(file(`${node}-eth0`));
    const port = await freePort();
    const paths = transports.map((transport) => `${transport}://127.0.0.1:${port}`);
    base.nodes[node] = { key: identity.public.line, paths, priority: 200 - place };
    base.groups['web']!.interface[node] = file(`${node}-eth0`);
  }
  const configPath = file('sealbeat.yaml');
  const write: Cluster['write'] = (change = () => undefined) => {
    const changed = structuredClone(base);
    change(changed);
    writeFileSync(configPath, JSON.stringify(changed, undefined, 2));
  };
  write();

  const options = (node: string): DaemonOptions => ({
    configPath,
    identityPath: file(`${node}.identity`),
    controlPath: file(`${node}.sock`),
    controlGroup: '',
    stateDirectory: file(`${node}-state`),
    version: '0.0.0-test',
    euid: process.geteuid?.() ?? 0,
  });
  async function stop(node: string): Promise<void> {
    const started = running.get(node);
    running.delete(node);
    started?.daemon.stop('the test is over');
    await started?.daemon.ended;
  }
  const status = (node: string): Promise<StatusReport> => fetchStatus(file(`${node}.sock`));
  const untilStatus: Cluster['untilStatus'] = async (node, what, condition) => {
    let seen: StatusReport | undefined;
    await until(
      `${node}: ${what}`,
      PATIENCE_MS,
      async () => condition((seen = await status(node))),
      () => JSON.stringify(seen),
    );
    assert.ok(seen);
    return seen;
  };
  const vipFile = (node: string, address = VIP): string => join(file(`${node}-eth0`), `${address}_32.vip`);
  return {
    ...{ folder, configPath, file, options, stop, write, status, untilStatus, vipFile },
    async start(node, change = {}) {
      const log = collectedLog();
      const ports = { clock: systemClock, random: systemRandom, exec: systemExec, spawn: systemSpawn, log };
      const daemon = await startDaemon({ ...options(node), ...change }, ports);
      const started = { daemon, log };
      running.set(node, started);
      return started;
    },
    events: (node) => fetchEvents(file(`${node}.sock`)),
    holds: (node, address) => existsSync(vipFile(node, address)),
    async untilActive(node, group = 'web') {
      await untilStatus(node, `active in ${group}`, ({ groups }) =>
        groups.some(({ name, role }) => name === group && role === 'active'),
      );
    },
  };
}
