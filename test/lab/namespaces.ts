import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cgroupNames, removeCgroup } from './cpu-meter.ts';
import { runTool } from './host-tool.ts';
import { signalQuietly } from './program.ts';

/*
 * Every lab's namespaces, folder and control groups begin with `sbl-PID-START-RANDOM`. PID and start time name the
 * process that made it, so whatever a killed process left behind can be told from what belongs to a running one.
 */
const PREFIX = 'sbl';

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]).toString(36);
  } catch {
    return undefined; // no such process
  }
}

/** A name for one lab of this process. */
export function newLabName(): string {
  return `${PREFIX}-${process.pid}-${startTimeOf(process.pid) ?? '0'}-${randomBytes(3).toString('hex')}`;
}

function isOrphan(name: string): boolean {
  const [, pid, start] = new RegExp(`^${PREFIX}-(\\d+)-([0-9a-z]+)-[0-9a-f]{6}`).exec(name) ?? [];
  return pid !== undefined && startTimeOf(Number(pid)) !== start;
}

function namespaces(): string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return []; // no namespace has ever been made on this machine
  }
}

export function processesIn(namespace: string): number[] {
  try {
    return runTool('ip', ['netns', 'pids', namespace]).split('\n').filter(Boolean).map(Number);
  } catch (error) {
    if (namespaces().includes(namespace)) throw error;
    return []; // another process swept it at the same moment
  }
}

/** Ends every process in the namespaces whose name begins with `labName`, and removes them and the lab's folder. */
export function removeLab(labName: string): void {
  for (const namespace of namespaces().filter((name) => name.startsWith(labName))) {
    for (const pid of processesIn(namespace)) signalQuietly(pid, 'SIGKILL');
    try {
      runTool('ip', ['netns', 'del', namespace]);
    } catch (error) {
      if (namespaces().includes(namespace)) throw error;
    }
  }
  for (const name of cgroupNames()) if (name.startsWith(labName)) removeCgroup(name);
  rmSync(labFolder(labName), { recursive: true, force: true });
}

export function labFolder(labName: string): string {
  return join(tmpdir(), labName);
}

/** Removes the labs of processes that no longer exist. */
export function removeOrphans(): void {
  const left = [...namespaces(), ...readdirSync(tmpdir()), ...cgroupNames()].filter(isOrphan);
  for (const labName of new Set(left.map((name) => name.split('-').slice(0, 4).join('-'))))
    removeLab(labName);
}

const alive = new Set<string>();

function removeAll(): void {
  for (const labName of alive) removeLab(labName);
  alive.clear();
}

function endBySignal(signal: NodeJS.Signals): void {
  removeAll();
  process.kill(process.pid, signal); // the `once` handler is gone, so this ends the process as it would have ended
}

/** Makes sure that the lab goes when this process does, also by an exception, SIGINT, SIGTERM or SIGHUP. */
export function guardLab(labName: string): void {
  if (alive.size === 0) {
    process.on('exit', removeAll);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, endBySignal);
  }
  alive.add(labName);
}

export function unguardLab(labName: string): void {
  alive.delete(labName);
  if (alive.size > 0) return;
  process.off('exit', removeAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, endBySignal);
}
