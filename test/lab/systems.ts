import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startHost } from '../systems/start-host.ts';
import type { RunningHost } from '../systems/start-host.ts';
import { VIP4 } from './addresses.ts';
import { Pair } from './agent.ts';
import { withLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { sealbeat } from './sealbeat.ts';
import type { SealbeatCluster } from './sealbeat.ts';
import { until } from './wait.ts';

/*
 * Pairs of hosts that run other systems than this one: the program as built finds their commands first on its PATH, and
 * what these commands do to addresses happens on the real interfaces of the lab.
 */

export type SystemName = 'linux' | 'illumos' | 'freebsd' | 'openbsd' | 'netbsd';

/** What each system calls its first network card. */
export const LINK: Readonly<Record<SystemName, string>> = {
  linux: 'eth0',
  illumos: 'e1000g0',
  freebsd: 'em0',
  openbsd: 'em0',
  netbsd: 'wm0',
};

/** And the others: `e1000g1`, `em1`. */
export const linkAt = (system: SystemName, at: number): string => LINK[system].replace(/0$/, `${at}`);

const HOSTS = ['h1', 'h2'] as const;
export type HostName = (typeof HOSTS)[number];

export interface SystemsSetup {
  /** What h1 and h2 run. */
  readonly systems: readonly [SystemName, SystemName];
  readonly vips?: readonly string[];
  /** What the group has beyond its interface and VIPs: an adapter, its section. */
  readonly group?: object;
  /** For the models. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failbackDelayMs: number;
}

export interface SystemsPair {
  readonly pair: Pair<SealbeatCluster>;
  readonly lab: Lab;
  /** The stand-in on a host; throws for one that runs Linux. */
  host(name: HostName): RunningHost;
  start(name: HostName): Promise<void>;
  /** The host loses its power: cable out, everything of ours dead, nothing left when it boots. */
  powerOff(name: HostName): Promise<void>;
  /** Milliseconds for which the client got no answer at all, the longest such stretch since `fromMs`. */
  longestGapMs(fromMs: number): Promise<number>;
}

/** Two running agents with h1 serving; afterwards both are stopped and must have left nothing behind. */
export async function withSystems(
  setup: SystemsSetup,
  body: (systems: SystemsPair) => Promise<void>,
): Promise<void> {
  const { vips = [VIP4], intervalMs, timeoutMs, failbackDelayMs } = setup;
  await withLab({ hosts: HOSTS, vips }, async (lab) => {
    const running = new Map<HostName, RunningHost>();
    try {
      for (const [place, name] of HOSTS.entries()) {
        const system = setup.systems[place]!;
        if (system !== 'linux') running.set(name, await standIn(lab, name, system, setup.options));
      }
      const interfaces = { h1: LINK[setup.systems[0]], h2: LINK[setup.systems[1]] };
      const agents = sealbeat({ extra: { group: { interface: interfaces, ...setup.group } } });
      const pair = await Pair.prepare(lab, agents, {
        ...{ intervalMs, timeoutMs, vips, failbackDelayMs, priorities: { h1: 101, h2: 100 } },
      });
      const envOf = (name: HostName) => environmentOf(setup.systems[HOSTS.indexOf(name)]!, running.get(name));
      await pair.startAll({ h1: { env: envOf('h1') }, h2: { env: envOf('h2') } });
      await body({
        ...{ pair, lab },
        host(name) {
          const found = running.get(name);
          if (found === undefined) throw new Error(`${name} is no stand-in`);
          return found;
        },
        start: async (name) => void (await pair.start(name, { env: envOf(name) })),
        async powerOff(name) {
          lab.faults.unplug(name);
          pair.agent(name).signalTree('SIGKILL');
          await until(`the agent of ${name} to be dead`, 10_000, () => !pair.isRunning(name));
          await running.get(name)?.order('reboot');
        },
        longestGapMs: (fromMs) =>
          Promise.all(vips.map((vip) => lab.client.longestGapMs(vip, { fromMs, toMs: Date.now() }))).then(
            (gaps) => Math.max(...gaps),
          ),
      });
      await stopsClean(pair, running);
    } finally {
      for (const host of running.values()) await host.close();
    }
  });
}

/** A host of another system on a lab's host. */
export const standIn = (
  lab: Lab,
  name: string,
  system: SystemName,
  options: Readonly<Record<string, unknown>> = {},
): Promise<RunningHost> =>
  startHost({
    ...{ system, options, namespace: lab.namespace(name) },
    links: [{ device: 'eth0', name: LINK[system] }],
    folder: join(lab.folder, `${name}.${system}`),
  });

/** For programs on it: its commands come first, and sealbeat takes the system for its own. */
export function environmentOf(system: SystemName, host: RunningHost | undefined): Record<string, string> {
  if (host === undefined) return {};
  return { SEALBEAT_PLATFORM: system, PATH: `${host.binFolder}:${process.env['PATH'] ?? ''}` };
}

async function stopsClean(pair: Pair<SealbeatCluster>, running: Map<HostName, RunningHost>): Promise<void> {
  for (const name of HOSTS) {
    if (!pair.isRunning(name)) continue;
    const agent = await pair.stop(name);
    assert.equal(agent.end, 'exit 0', `${name} after SIGTERM:\n${agent.output}`);
  }
  const holders = (): string => pair.lab.vips.map((vip) => pair.lab.holdersNow(vip).join()).join(' ');
  await until('no VIP to be left', 10_000, () => holders().trim() === '', holders);
  for (const host of running.values()) await host.close();
  running.clear();
  const left = (): string =>
    HOSTS.flatMap((name) => pair.lab.processesOn(name).map(({ command }) => `${name}: ${command}`)).join(
      '; ',
    );
  await until('no process to be left', 10_000, () => left() === '', left);
}
