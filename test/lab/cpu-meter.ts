import { mkdirSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { descendantsOf } from './process-tree.ts';

/** Counts the CPU time of a program and everything that it ever starts. */
export interface CpuMeter {
  /** What a program must write its pid to before it starts; undefined where there is no writable control group. */
  readonly cgroupProcs: string | undefined;
  /** CPU microseconds of the program's tree so far, ended children included. */
  usedMicros(programPid: number): number;
  /** Removes the control group; its processes must have ended. */
  close(): void;
}

/** Where control groups with a CPU count live: version 2 anywhere, else cpuacct of version 1. */
function cgroupRoot(): { path: string; read: (folder: string) => number; method: string } | undefined {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const v2 = mounts.find(([, , type]) => type === 'cgroup2')?.[1];
  if (v2 !== undefined) {
    const read = (folder: string): number =>
      Number(/^usage_usec (\d+)/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1]);
    return { path: v2, read, method: 'cgroup v2 usage_usec' };
  }
  const v1 = mounts.find(
    ([, , type, options]) => type === 'cgroup' && /\bcpuacct\b/.test(options ?? ''),
  )?.[1];
  if (v1 === undefined) return undefined;
  const read = (folder: string): number =>
    Number(readFileSync(join(folder, 'cpuacct.usage'), 'utf8')) / 1_000;
  return { path: v1, read, method: 'cgroup v1 cpuacct.usage' };
}

/** Precise for what runs (schedstat, ns), in ticks of 10 ms for children that have ended. */
function treeMicros(programPid: number): number {
  let micros = 0;
  for (const pid of [programPid, ...descendantsOf(programPid)]) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      micros += (Number(fields[13]) + Number(fields[14])) * 10_000;
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        micros += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1_000;
      }
    } catch {
      // ended while we looked; its parent counts it
    }
  }
  return micros;
}

/** How CPU is counted on this machine, for the report. */
export const cpuMethod = (): string =>
  cgroupRoot()?.method ?? '/proc: running threads exactly, ended children in ticks of 10 ms';

export function newCpuMeter(name: string): CpuMeter {
  const fallback: CpuMeter = {
    cgroupProcs: undefined,
    usedMicros: treeMicros,
    close: () => undefined,
  };
  const root = cgroupRoot();
  if (root === undefined) return fallback;
  const folder = join(root.path, name);
  try {
    mkdirSync(folder);
  } catch {
    return fallback; // read-only, as in most containers
  }
  return {
    cgroupProcs: join(folder, 'cgroup.procs'),
    usedMicros: () => root.read(folder),
    close: () => rmdirSync(folder),
  };
}

/** The names of all control groups beside those that `newCpuMeter` makes. */
export function cgroupNames(): string[] {
  const root = cgroupRoot();
  return root === undefined ? [] : readdirSync(root.path);
}

export function removeCgroup(name: string): void {
  const root = cgroupRoot();
  try {
    if (root !== undefined) rmdirSync(join(root.path, name));
  } catch {
    // a killed process is not yet gone from it: the next lab's sweep will find the group empty
  }
}
