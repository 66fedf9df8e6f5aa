import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { toolEnv } from '../../test/lab/host-tool.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { until } from '../../test/lab/wait.ts';

const PORT = 7112;

/** When h1 sent datagrams to h2, in ms, as the switch saw it. */
export async function beatTimes(lab: Lab, during: () => Promise<void>): Promise<number[]> {
  const filter = ['udp', 'and', 'ip', 'and', 'dst', 'port', `${PORT}`];
  const args = ['-i', 'h1', '-Q', 'in', '-n', '-tt', '-l', ...filter];
  const child = spawn('ip', ['netns', 'exec', lab.namespace('sw'), 'tcpdump', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: toolEnv,
  });
  let [lines, words] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (lines += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
  const ended = once(child, 'close');
  try {
    await until('tcpdump to listen', 10_000, () => words.includes('listening on'));
    await during();
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  return lines.split('\n').flatMap((line) => (/^\d/.test(line) ? [1_000 * Number.parseFloat(line)] : []));
}

/** By how much each beat came later than one interval after the one before. */
export const lateness = (times: readonly number[], intervalMs: number): readonly number[] =>
  times.slice(1).map((at, index) => at - times[index]! - intervalMs);
