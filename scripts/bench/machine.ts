import { spawnSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { SEALBEAT } from '../../test/lab/sealbeat.ts';

/** Where and with what was measured: without it a figure means nothing. */
export interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly iproute2: string;
  readonly keepalived: string;
  readonly sealbeat: string;
  /** Load average of the last minute: other work makes gaps that are no outage. */
  readonly load: number;
}

function firstLine(file: string, args: readonly string[]): string {
  const ran = spawnSync(file, args, { encoding: 'utf8', timeout: 10_000 });
  if (ran.error !== undefined) return 'not installed';
  return `${ran.stdout}\n${ran.stderr}`.trim().split('\n')[0] ?? '';
}

export function thisMachine(): Machine {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    iproute2: firstLine('ip', ['-V']),
    keepalived: firstLine('keepalived', ['--version']),
    sealbeat: firstLine(SEALBEAT, ['--version']),
    load: loadavg()[0] ?? 0,
  };
}

export function machineText(machine: Machine): string {
  return [
    `Measured ${machine.at} on ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, Linux ${machine.kernel}, ` +
      `load ${machine.load.toFixed(2)} at the start.`,
    `${machine.sealbeat} on Node ${machine.node}; ${machine.keepalived}; ${machine.iproute2}.`,
    'Hosts, switch and client are network namespaces of one machine, so nothing here includes a real network. ' +
      'With other work on the machine single gaps of 20 to 60 ms occur without any fault.',
    '',
  ].join('\n');
}
