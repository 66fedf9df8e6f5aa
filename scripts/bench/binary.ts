import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { VIP4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import { cpuMethod, newCpuMeter } from '../../test/lab/cpu-meter.ts';
import { runTool } from '../../test/lab/host-tool.ts';
import { withLab } from '../../test/lab/lab.ts';
import { memoryOf } from '../../test/lab/process-tree.ts';
import { startProgram } from '../../test/lab/program.ts';
import { PROJECT, sealbeat } from '../../test/lab/sealbeat.ts';
import { watchFor } from '../../test/lab/wait.ts';
import type { Row } from './row.ts';
import type { BenchOptions, Scenario } from './scenario.ts';
import { setupFor } from './scenario.ts';

const BINARY = join(PROJECT, `dist/sealbeat-${process.platform}-${process.arch}`);
const BUNDLE = join(PROJECT, 'dist/sealbeat.cjs');
const STARTS = 20;
const MINUTE_SECONDS = 60;

/** The least that a daemon of this kind does under Node: a datagram out and one in at every interval. */
const BARE = `
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', () => {});
socket.bind(7113, () => setInterval(() => socket.send(Buffer.alloc(300), 7113, '127.0.0.1'), Number(process.argv[1])));
`;

const started = (file: string, args: readonly string[]): number => {
  const startMs = performance.now();
  const ran = spawnSync(file, args, { stdio: 'ignore' });
  if (ran.status !== 0) throw new Error(`${file} ${args.join(' ')} failed`);
  return performance.now() - startMs;
};

/** In turns, so that whatever else the machine does meets both. */
function versionRows(): readonly Row[] {
  const binary: number[] = [];
  const node: number[] = [];
  for (let run = 0; run < STARTS; run += 1) {
    binary.push(started(BINARY, ['--version']));
    node.push(started(execPath, [BUNDLE, '--version']));
  }
  const measure = '--version';
  return [
    { measure, contender: 'binary', unit: 'ms', values: binary },
    { measure, contender: 'node', unit: 'ms', values: node, note: 'with the bundle' },
  ];
}

/** From the start of the process to the arrival of its first frame at a peer that says nothing, over loopback. */
async function firstBeatMs(folder: string): Promise<number> {
  const peer = createSocket('udp4');
  peer.bind(0, '127.0.0.1');
  await once(peer, 'listening');
  const first = once(peer, 'message');
  const args = [
    'run',
    ...['-c', configIn(folder, peer.address().port), '--identity', join(folder, 'identity')],
    ...['--state', folder, '--control', join(folder, 'sock'), '--log-level', 'error'],
  ];
  const startMs = performance.now();
  const daemon = spawn(BINARY, args, { stdio: 'ignore' });
  const ended = once(daemon, 'exit');
  try {
    await Promise.race([first, ended.then(() => Promise.reject(new Error('the daemon ended')))]);
    return performance.now() - startMs;
  } finally {
    daemon.kill('SIGTERM');
    await ended;
    peer.close();
  }
}

/** Two nodes, of which the second is a port that listens; the interface is a folder, so no rights are needed. */
function configIn(folder: string, port: number): string {
  const path = join(folder, 'sealbeat.yaml');
  const key = (name: string): string => {
    const file = join(folder, name);
    return existsSync(file)
      ? runTool(BINARY, ['key', 'show', '--identity', file]).trim()
      : runTool(BINARY, ['keygen', '-o', file]).trim();
  };
  mkdirSync(join(folder, 'eth0'), { recursive: true });
  const config = {
    cluster: 'bench',
    nodes: {
      a: { key: key('identity'), paths: ['udp://127.0.0.1:7199'] },
      b: { key: key('identity-b'), paths: [`udp://127.0.0.1:${port}`] },
    },
    groups: { web: { interface: join(folder, 'eth0'), vips: [VIP4], adapter: 'simulated' } },
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

async function startRows({ runs, say }: BenchOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-bench-'));
  try {
    const values: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`binary: first beat, run ${run} of ${runs}`);
      values.push(await firstBeatMs(folder));
    }
    return [{ measure: 'start until the first beat has arrived', contender: 'binary', unit: 'ms', values }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A pair at rest: what the holder's agent costs, beside the bare Node on the same host at the same time. */
async function restRows(
  options: BenchOptions,
  intervalMs: number,
  timeoutMs: number,
): Promise<readonly Row[]> {
  const { settleSeconds, cpuSeconds, restMinutes, say } = options;
  return await withLab({ clientEveryMs: 1_000 }, async (lab) => {
    const pair = await Pair.prepare(lab, sealbeat(), setupFor(intervalMs, timeoutMs));
    const meters = { binary: newCpuMeter(`${lab.name}-binary`), node: newCpuMeter(`${lab.name}-node`) };
    await pair.startAll({ h1: { cgroupProcs: meters.binary.cgroupProcs } });
    const bare = startProgram({
      namespace: lab.namespace('h1'),
      file: execPath,
      args: ['-e', BARE, String(intervalMs)],
      cgroupProcs: meters.node.cgroupProcs,
    });
    const pids = { binary: pair.agent('h1').pid, node: bare.pid };
    say(
      `binary: at rest, ${intervalMs} ms: ${settleSeconds} s to settle, ${cpuSeconds} s, ${restMinutes} min`,
    );
    await watchFor(settleSeconds * 1_000);
    const used = (who: 'binary' | 'node'): number => meters[who].usedMicros(pids[who]);
    const before = { binary: used('binary'), node: used('node') };
    const startMs = performance.now();
    await watchFor(cpuSeconds * 1_000);
    const micros = (performance.now() - startMs) * 1_000;
    const rows: Row[] = [];
    const memory = { binary: [memoryOf([pids.binary])], node: [memoryOf([pids.node])] };
    for (const who of ['binary', 'node'] as const) {
      const values = [((used(who) - before[who]) / micros) * 100];
      rows.push({ measure: `CPU at ${intervalMs} ms`, contender: who, unit: '%', values });
    }
    for (let minute = 0; minute < restMinutes; minute += 1) {
      await watchFor(MINUTE_SECONDS * 1_000);
      for (const who of ['binary', 'node'] as const) memory[who].push(memoryOf([pids[who]]));
    }
    for (const who of ['binary', 'node'] as const) {
      const note = `first ${memory[who][0]?.anonymousKb}, last ${memory[who].at(-1)?.anonymousKb}`;
      const row = { contender: who, unit: 'kB' } as const;
      rows.push(
        {
          ...row,
          measure: `anonymous memory at ${intervalMs} ms`,
          values: memory[who].map((one) => one.anonymousKb),
          note,
        },
        { ...row, measure: `RSS at ${intervalMs} ms`, values: memory[who].map((one) => one.rssKb) },
      );
    }
    await bare.stop(5_000);
    await pair.stopAll();
    for (const meter of Object.values(meters)) meter.close();
    return rows;
  });
}

export const binaryScenario: Scenario = {
  name: 'binary',
  title: 'The single file',
  method:
    'The binary that `npm run package` made, beside plain Node: `--version` in turns with Node on the bundle, and at rest ' +
    'beside a Node that sends and receives one datagram per interval, on the same host at the same time. CPU is percent of ' +
    `one core by ${cpuMethod()}, children included; memory is that of the agent's process, once a minute.`,
  async run(options) {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run "npm run package" first`);
    if (process.env['SEALBEAT_PROGRAM'] !== BINARY)
      throw new Error(`run it with SEALBEAT_PROGRAM=${BINARY}, so that the pair is made of binaries`);
    return [
      ...versionRows(),
      ...(await startRows(options)),
      ...(await restRows({ ...options, restMinutes: 0 }, 1_000, 3_000)),
      ...(await restRows(options, 100, 3_000)),
    ];
  },
};
