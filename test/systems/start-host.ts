import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { signalQuietly } from '../lab/program.ts';
import { until } from '../lab/wait.ts';
import type { Call, FromHost, HeardAdvert, HostPlan, Order } from './host-messages.ts';
import type { CarpAdvert, Outcome } from './model.ts';
import { renameLink } from './rename-link.ts';

export interface HostOptions {
  /** `illumos` and so on: a folder beside this file. */
  readonly system: string;
  readonly namespace: string;
  /** Interfaces of the namespace, and what the system calls them, by which they go from now on. */
  readonly links: readonly { readonly device: string; readonly name: string }[];
  /** A new folder, which the host keeps its executables in. */
  readonly folder: string;
  /** For the system's own `in-namespace.ts`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A host of another system in a namespace. Its commands are in `binFolder`, which belongs first on a PATH. */
export interface RunningHost {
  readonly binFolder: string;
  readonly pid: number;
  /** Runs a command on it, past the executables. */
  command(argv: readonly string[]): Promise<Outcome>;
  /** All calls of its commands up to now. */
  calls(): Promise<readonly Call[]>;
  /** Somebody on the link answers for an address, or no longer. */
  setForeign(link: string, address: string, isThere: boolean): Promise<void>;
  /** Somebody on the link announces an address. */
  conflict(link: string, address: string): Promise<void>;
  advertise(link: string, advert: CarpAdvert, peer?: string): Promise<void>;
  adverts(): Promise<readonly HeardAdvert[]>;
  /** One of the system's own orders, such as `reboot`. */
  order(name: string, argument?: unknown): Promise<unknown>;
  /** Ends it. Addresses stay as they are; calls of its executables fail from now on. */
  close(): Promise<void>;
}

export async function startHost(options: HostOptions): Promise<RunningHost> {
  const { system, namespace, folder, links, options: own = {} } = options;
  for (const { device, name } of links) renameLink(namespace, device, name);
  mkdirSync(folder, { recursive: true });
  const plan: HostPlan = { system, folder, links: links.map(({ name }) => name), options: own };
  const program = join(import.meta.dirname, 'host-process.ts');
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, program, JSON.stringify(plan)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  });
  const { ask, ready } = talkTo(child, `${system} in ${namespace}`);
  const { binFolder } = await ready;
  return {
    binFolder,
    pid: child.pid ?? 0,
    command: (argv) => ask({ kind: 'run', argv }) as Promise<Outcome>,
    calls: () => ask({ kind: 'calls' }) as Promise<readonly Call[]>,
    setForeign: (link, address, isThere) => ask({ kind: 'foreign', link, address, isThere }) as Promise<void>,
    conflict: (link, address) => ask({ kind: 'conflict', link, address }) as Promise<void>,
    advertise: (link, advert, peer) =>
      ask({ kind: 'advertise', link, advert, ...(peer === undefined ? {} : { peer }) }) as Promise<void>,
    adverts: () => ask({ kind: 'adverts' }) as Promise<readonly HeardAdvert[]>,
    order: (name, argument) => ask({ kind: 'system', name, argument }),
    async close() {
      if (child.pid !== undefined) signalQuietly(-child.pid, 'SIGKILL'); // its tools too
      await until('the host to end', 5_000, () => child.exitCode !== null || child.signalCode !== null);
    },
  };
}

/** Orders and their answers; everything that is still asked fails when the process ends. */
function talkTo(
  child: ChildProcess,
  what: string,
): { ask(order: Order): Promise<unknown>; ready: Promise<{ binFolder: string }> } {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const started = Promise.withResolvers<{ binFolder: string }>();
  let words = '';
  let end: Error | undefined;
  let asked = 0;
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-4_000)));
  child.on('message', (message: FromHost) => {
    if (message.kind === 'ready') return started.resolve({ binFolder: message.binFolder });
    if (message.kind === 'done') waiting.get(message.id)?.resolve(message.value);
    else waiting.get(message.id)?.reject(new Error(`${what}: ${message.text}`));
    waiting.delete(message.id);
  });
  child.on('close', (code, signal) => {
    end = new Error(`${what} ended (${signal ?? code}): ${words}`);
    started.reject(end);
    for (const { reject } of waiting.values()) reject(end);
  });
  return {
    ready: started.promise,
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) return reject(end);
        asked += 1;
        waiting.set(asked, { resolve, reject });
        child.send({ id: asked, order });
      }),
  };
}
