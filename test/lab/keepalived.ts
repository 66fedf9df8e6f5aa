import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { address4 } from './addresses.ts';
import type { AgentSetup, Cluster, Contender } from './agent.ts';
import { hasTool } from './host-tool.ts';
import type { Lab } from './lab.ts';
import { startProgram } from './program.ts';
import { until } from './wait.ts';

export type KeepalivedMode = 'multicast' | 'unicast';

export const hasKeepalived = (): boolean => hasTool('keepalived');

/** What its configuration is made of, beyond what all contenders are told. */
export interface KeepalivedSetup extends AgentSetup {
  /** Where the VIPs are. */
  readonly device: string;
}

export interface KeepalivedCluster extends Cluster {
  /** Writes the configuration of one host again, as it was at first but for `change`. SIGHUP makes it read that. */
  rewrite(host: string, change: Partial<KeepalivedSetup>): void;
}

/** VRRPv3. With it the timeout is not a setting: a backup waits three intervals and up to one more by its priority. */
export function keepalived(mode: KeepalivedMode): Contender<KeepalivedCluster> {
  return {
    name: `keepalived ${mode}`,
    heartbeats: ['meta l4proto 112'],
    prepare: async (lab, setup) => clusterOf(lab, setup, mode),
  };
}

function clusterOf(lab: Lab, setup: AgentSetup, mode: KeepalivedMode): KeepalivedCluster {
  const fileOf = (host: string, name: string): string => join(lab.folder, `${host}.keepalived.${name}`);
  const rewrite = (host: string, change: Partial<KeepalivedSetup>): void => {
    const text = configFor(host, { ...setup, device: 'eth0', ...change }, mode);
    writeFileSync(fileOf(host, 'conf'), text, { mode: 0o600 });
  };
  return {
    rewrite,
    async start(host, { cgroupProcs } = {}) {
      const file = (name: string): string => fileOf(host, name);
      rewrite(host, {});
      const program = startProgram({
        namespace: lab.namespace(host),
        file: 'keepalived',
        args: [
          ...['--dont-fork', '--log-console', '--vrrp', '--use-file', file('conf')],
          ...['--pid', file('pid'), '--vrrp_pid', file('vrrp.pid')],
        ],
        cgroupProcs,
      });
      await until(
        `keepalived on ${host} to run`,
        10_000,
        () => {
          if (!program.isRunning) throw new Error(`keepalived on ${host} ended: ${program.output}`);
          return /Entering (BACKUP|MASTER) STATE/.test(program.output);
        },
        () => program.output,
      );
      return program;
    },
    // It does not say whom it hears; that nobody but the best one is master is all that can be seen, and waited for.
    untilSettled: async () => undefined,
  };
}

function configFor(
  host: string,
  { intervalMs, priorities, vips, device }: KeepalivedSetup,
  mode: KeepalivedMode,
): string {
  const others = Object.keys(priorities).filter((name) => name !== host);
  const unicast = [
    `  unicast_src_ip ${address4(host)}`,
    '  unicast_peer {',
    ...others.map((name) => `    ${address4(name)}`),
    '  }',
  ];
  const addresses = (name: string, list: readonly string[]): string[] =>
    list.length === 0
      ? []
      : [`  ${name} {`, ...list.map((vip) => `    ${vip}/${isIPv6(vip) ? 128 : 32} dev ${device}`), '  }'];
  // One instance has one family; the other one rides along as "excluded".
  return [
    'global_defs {',
    '  vrrp_version 3',
    '}',
    'vrrp_instance web {',
    '  state BACKUP',
    '  interface eth0',
    '  virtual_router_id 77',
    `  priority ${priorities[host] ?? 100}`,
    `  advert_int ${intervalMs / 1_000}`,
    ...(mode === 'unicast' ? unicast : []),
    ...addresses(
      'virtual_ipaddress',
      vips.filter((vip) => !isIPv6(vip)),
    ),
    ...addresses(
      'virtual_ipaddress_excluded',
      vips.filter((vip) => isIPv6(vip)),
    ),
    '}',
    '',
  ].join('\n');
}
