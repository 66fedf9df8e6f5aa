import { Pair } from '../../test/lab/agent.ts';
import type { AgentSetup, Contender } from '../../test/lab/agent.ts';
import { cpuMethod, newCpuMeter } from '../../test/lab/cpu-meter.ts';
import type { CpuMeter } from '../../test/lab/cpu-meter.ts';
import { withLab } from '../../test/lab/lab.ts';
import { descendantsOf, memoryOf } from '../../test/lab/process-tree.ts';
import { watchFor } from '../../test/lab/wait.ts';
import type { Row } from './row.ts';
import { setupFor, timing } from './scenario.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

const HOSTS = [
  { host: 'h1', role: 'holder' },
  { host: 'h2', role: 'standby' },
] as const;

async function rowsFor(options: BenchOptions, contender: Contender, setup: AgentSetup): Promise<Row[]> {
  return await withLab({ clientEveryMs: 100 }, async (lab) => {
    const meters = new Map<string, CpuMeter>(
      HOSTS.map(({ host }) => [host, newCpuMeter(`${lab.name}-${host}`)] as const),
    );
    const pair = await Pair.prepare(lab, contender, setup);
    const groupOf = (host: string) => ({ cgroupProcs: meters.get(host)?.cgroupProcs });
    await pair.startAll({ h1: groupOf('h1'), h2: groupOf('h2') });
    // After the start has been paid for: compiled, sessions open, first announcements made.
    await watchFor(options.settleSeconds * 1_000);
    const usedMicros = (host: string): number => meters.get(host)?.usedMicros(pair.agent(host).pid) ?? NaN;
    const before = HOSTS.map(({ host }) => usedMicros(host));
    const startMs = performance.now();
    await watchFor(options.cpuSeconds * 1_000);
    const seconds = (performance.now() - startMs) / 1_000;
    const rows = HOSTS.flatMap(({ host, role }, index): Row[] => {
      const percent = (usedMicros(host) - (before[index] ?? NaN)) / 1e6 / seconds;
      const pids = [pair.agent(host).pid, ...descendantsOf(pair.agent(host).pid)];
      const memory = memoryOf(pids);
      const base = { contender: contender.name, unit: 'kB' } as const;
      const what = `${role}, ${timing(setup)}`;
      const processes = `${pids.length} processes`;
      return [
        { ...base, measure: `CPU of ${what}`, unit: '%', values: [percent * 100] },
        { ...base, measure: `memory of ${what}: RSS`, values: [memory.rssKb], note: processes },
        { ...base, measure: `memory of ${what}: PSS`, values: [memory.pssKb] },
        { ...base, measure: `memory of ${what}: anonymous`, values: [memory.anonymousKb] },
      ];
    });
    await pair.stopAll();
    for (const meter of meters.values()) meter.close();
    return rows;
  });
}

export const costScenario: Scenario = {
  name: 'cost',
  title: 'CPU and memory',
  method:
    'CPU time of each agent with all of its children, ended ones included, as percent of one core, counted by ' +
    `${cpuMethod()}. Memory is the sum over its processes, at the end. The client asks ten times a second.`,
  async run(options) {
    const rows: Row[] = [];
    for (const setup of [
      setupFor(1_000, 3_000),
      setupFor(250, 3_000),
      setupFor(100, 300),
      setupFor(50, 300),
    ]) {
      for (const contender of [...options.keepalived, ...options.sealbeat]) {
        options.say(`cost, ${contender.name}, ${timing(setup)}: ${options.cpuSeconds} s`);
        rows.push(...(await rowsFor(options, contender, setup)));
      }
    }
    return rows;
  },
};
