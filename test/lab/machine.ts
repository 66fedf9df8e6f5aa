import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { toolEnv } from './host-tool.ts';
import { descendantsOf } from './process-tree.ts';
import { signalQuietly, startProgram, type Program } from './program.ts';
import { insideEnv, overlays } from './systemd.ts';
import type { Site } from './site.ts';
import { until } from './wait.ts';

const BOUND_MS = 30_000;
const call = promisify(execFile);

/**
 * Its first process. It buries what its daemons leave, as a real one does: else the dead would be found among the processes. What
 * is written in /etc and /var stays in memory.
 */
const FIRST = `set -e
hostname "$1"
${overlays(['etc', 'var'])}mkdir -p /run/lock
echo up
while :; do sleep infinity & wait; done`;

/** A host of a site with processes, files and a name of its own: what its root finds at a terminal. */
export interface Machine {
  /** A file as it is called there, from outside. */
  outside(path: string): string;
  /** What it prints on stdout. Throws with all that it said when it fails. */
  type(...words: readonly string[]): Promise<string>;
  /** Something that stays in the foreground, such as a daemon. Signals reach it by `pid`. */
  start(...words: readonly string[]): Promise<Daemon>;
}

export interface Daemon {
  /** As it is seen from outside. */
  readonly pid: number;
  readonly output: string;
  readonly end: string | undefined;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Ends with the site. */
export async function machineAt(site: Site, host: string): Promise<Machine> {
  const own = ['--pid', '--mount', '--uts', '--ipc', '--fork', '--mount-proc', '--kill-child=SIGKILL'];
  const outer = spawn(
    'ip',
    ['netns', 'exec', site.namespace(host), 'unshare', ...own, 'sh', '-c', FIRST, 'sh', host],
    { stdio: ['ignore', 'pipe', 'pipe'], env: insideEnv },
  );
  let said = '';
  for (const stream of [outer.stdout, outer.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  await until(
    `${host} to be up`,
    BOUND_MS,
    () => said.includes('up\n'),
    () => said,
  );
  const [first] = descendantsOf(outer.pid ?? 0);
  if (first === undefined) throw new Error(`${host} has no first process: ${said}`);
  const into = ['--target', `${first}`, '--mount', '--uts', '--ipc', '--net', '--pid', '--'];
  return {
    outside: (path) => `/proc/${first}/root${path}`,
    async type(...words) {
      try {
        const options = { env: insideEnv, timeout: BOUND_MS, maxBuffer: 16 * 1024 * 1024 };
        return (await call('nsenter', [...into, ...words], options)).stdout.trim();
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
        throw new Error(`${host}# ${words.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
      }
    },
    start: (...words) => startedBy(into, words),
  };
}

async function startedBy(into: readonly string[], words: readonly string[]): Promise<Daemon> {
  const env = { ...toolEnv, ...insideEnv };
  const door: Program = startProgram({
    namespace: undefined,
    file: 'nsenter',
    args: [...into, ...words],
    env,
  });
  let pid: number | undefined;
  // nsenter stays outside and waits for the one that it lets in.
  await until(
    `${words.join(' ')} to start`,
    BOUND_MS,
    () => {
      pid = descendantsOf(door.pid)[0];
      if (!door.isRunning) throw new Error(`${words.join(' ')}: ${door.end}: ${door.output}`);
      return pid !== undefined;
    },
    () => door.output,
  );
  const found = pid ?? 0;
  return {
    pid: found,
    get output() {
      return door.output;
    },
    get end() {
      return door.end;
    },
    signal: (name) => signalQuietly(found, name),
    async stop() {
      signalQuietly(found, 'SIGTERM');
      await until(`${words.join(' ')} to end`, BOUND_MS, () => !door.isRunning);
    },
  };
}
