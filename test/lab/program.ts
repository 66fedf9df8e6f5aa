import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { toolEnv } from './host-tool.ts';
import { descendantsOf } from './process-tree.ts';
import { until } from './wait.ts';

const KEPT_OUTPUT_CHARS = 64 * 1024;

/** A program that was started inside a namespace, or beside us. */
export interface Program {
  readonly pid: number;
  readonly isRunning: boolean;
  /** What it printed on stdout and stderr, the last 64 Ki characters. */
  readonly output: string;
  /** `exit CODE` or `signal NAME` once it has ended, else undefined. */
  readonly end: string | undefined;
  /** To the program alone. Nothing happens when it has ended. */
  signal(name: NodeJS.Signals): void;
  /** To the program and everything below it, at one moment. */
  signalTree(name: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL to what is left of the tree after `boundMs`. */
  stop(boundMs: number): Promise<void>;
}

export interface ProgramOptions {
  /** Undefined for where we are ourselves. */
  readonly namespace: string | undefined;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of a control group's `cgroup.procs` that the program enters before it starts. */
  readonly cgroupProcs?: string | undefined;
}

/** Sends a signal; nothing happens when the process has ended. */
export function signalQuietly(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended in between
  }
}

/**
 * Starts a program in a namespace. The shell and `ip netns exec` replace themselves, so `pid` is the program's own.
 * Its process group is its own too: a Ctrl-C at the terminal reaches the lab first, which then ends it.
 */
export function startProgram({ namespace, file, args, env = {}, cgroupProcs }: ProgramOptions): Program {
  const enter = [...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]), file, ...args];
  const script = 'if [ -n "$1" ]; then echo $$ > "$1" || exit 125; fi; shift; exec "$@"';
  const child = spawn('sh', ['-c', script, 'sh', cgroupProcs ?? '', ...enter], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...toolEnv, ...env },
    detached: true,
  });
  return programOf(child, file);
}

function programOf(child: ChildProcess, file: string): Program {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  let output = '';
  let end: string | undefined;
  const keep = (chunk: string): void => {
    output = (output + chunk).slice(-KEPT_OUTPUT_CHARS);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  child.once('exit', (code, name) => {
    end = code === null ? `signal ${name}` : `exit ${code}`;
  });
  const program: Program = {
    pid,
    get isRunning() {
      return end === undefined;
    },
    get output() {
      return output;
    },
    get end() {
      return end;
    },
    signal(name) {
      if (end === undefined) signalQuietly(pid, name);
    },
    signalTree(name) {
      // Children first when killing: a guard that sees its parent die would act in between.
      for (const each of [...descendantsOf(pid).reverse(), pid]) signalQuietly(each, name);
    },
    async stop(boundMs) {
      const tree = descendantsOf(pid);
      this.signal('SIGTERM');
      this.signal('SIGCONT');
      try {
        await until(`${file} to end after SIGTERM`, boundMs, () => end !== undefined);
      } catch (error) {
        for (const each of [...tree, pid]) signalQuietly(each, 'SIGKILL');
        throw error;
      }
    },
  };
  return program;
}
