import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Vip } from '../../src/core/ports.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { simulatedVip } from '../../src/vip/simulated/simulated.ts';
import { SEALBEAT } from '../../test/lab/sealbeat.ts';
import { PORT, type Running, type Stage } from './stage.ts';
import { Tap } from './tap.ts';

const VIP = '10.77.0.100';
const LOOK_EVERY_MS = 5;
const quiet = (): void => undefined; // only looks; there is nothing to say
const KEPT_OUTPUT_CHARS = 64 * 1024;

/** Two daemons that really talk to each other, and interfaces that are folders: for those who are not root. */
export function stageOnLoopback(why: string): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-demo-'));
  const hosts = ['n1', 'n2'] as const;
  const interfaceOf = (host: string): string => join(folder, `${host}-eth0`);
  const portOf = (host: string): number => PORT + Number(host.slice(1));
  const children = new Set<ChildProcess>();
  const tap = new Tap();
  for (const host of hosts) mkdirSync(interfaceOf(host));

  const looker = simulatedVip({
    spawn: systemSpawn,
    clock: systemClock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    onProblem: quiet,
    guarded: false,
  });
  const vipOn = (host: string): Vip => ({
    address: VIP,
    family: 4,
    prefixLength: 32,
    link: interfaceOf(host),
    label: '',
  });
  const holders = async (): Promise<readonly string[]> => {
    const found = await Promise.all(hosts.map(async (host) => (await looker.look([vipOn(host)])).length > 0));
    return hosts.filter((_, index) => found[index]);
  };
  const gaps: { fromMs: number; toMs: number }[] = [];
  let lastHeldMs = Date.now();
  const watching = setInterval(() => {
    void holders().then((found) => {
      const now = Date.now();
      if (found.length === 0) return;
      if (now - lastHeldMs > 3 * LOOK_EVERY_MS) gaps.push({ fromMs: lastHeldMs, toMs: now });
      lastHeldMs = now;
    });
  }, LOOK_EVERY_MS);

  const dispose = (): void => {
    clearInterval(watching);
    tap.dispose();
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', dispose);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

  return {
    what: `${why}, so two daemons talk over loopback and their interfaces are simulated: folders, with a file for a VIP`,
    vip: VIP,
    hosts: ['n1', 'n2'],
    groupLines: [
      `interface: { ${hosts.map((host) => `${host}: ${interfaceOf(host)}`).join(', ')} }`,
      'adapter: simulated',
    ],
    folder,
    outage: 'the address was nowhere',
    resolutionMs: 3 * LOOK_EVERY_MS,
    path: (host) => `udp://127.0.0.1:${portOf(host)}`,
    start(host, args) {
      const child = spawn(SEALBEAT, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      children.add(child);
      child.once('exit', () => children.delete(child));
      return running(host, child);
    },
    holders,
    answeredBy: async () => (await holders())[0] ?? 'nobody',
    longestGapMs: (fromMs) => {
      const lengths = gaps.filter(({ toMs }) => toMs > fromMs).map((gap) => gap.toMs - gap.fromMs);
      return Promise.resolve(Math.max(0, ...lengths));
    },
    record: (host, count) => tap.record([], '127.0.0.1', portOf(host), count),
    inject: (host, frames) => tap.inject([], '127.0.0.1', portOf(host), frames),
    dispose,
  };
}

function running(host: string, child: ChildProcess): Running {
  let output = '';
  const keep = (chunk: string): void => {
    output = (output + chunk).slice(-KEPT_OUTPUT_CHARS);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  const { pid } = child;
  if (pid === undefined) throw new Error(`the daemon of ${host} could not be started`);
  return {
    pid,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    get output() {
      return output;
    },
    signal: (name) => void child.kill(name),
  };
}
