import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './wait.ts';

export type NamespaceProgram =
  'probe.ts' | 'responder.ts' | 'replayer.ts' | 'relay.ts' | 'crowd.ts' | 'stream.ts' | 'shopper.ts';

/** Starts one of this folder's programs in a namespace, with a message channel, and waits for its first message. */
export async function startNamespaceChild(
  namespace: string,
  program: NamespaceProgram,
  args: readonly string[],
): Promise<ChildProcess> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, path, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  });
  let words = '';
  let ready = false;
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-4_000)));
  child.once('message', () => (ready = true));
  await until(
    `${program} in ${namespace}`,
    10_000,
    () => {
      if (child.exitCode !== null) throw new Error(`${program} ended with exit ${child.exitCode}: ${words}`);
      return ready;
    },
    () => words,
  );
  return child;
}
