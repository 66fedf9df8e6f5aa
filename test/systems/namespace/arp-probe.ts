import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

/** How long an answer may take: the interval between two probes of duplicate detection. */
export const ANSWER_MS = 150;
const LOOK_EVERY_MS = 5;
const TAKEN = 1;

/** One ARP probe from 0.0.0.0, as duplicate detection sends it: true when somebody says that the address is his. */
export async function isTaken4(link: string, address: string): Promise<boolean> {
  const arping = spawn('arping', ['-D', '-q', '-c', '1', '-w', '1', '-I', link, address], {
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => {
    arping.once('exit', (code) => resolve(code));
    arping.once('error', () => resolve(null));
  });
  const code = await Promise.race([ended, answerTimeOf(arping)]);
  arping.kill('SIGKILL');
  return code === TAKEN;
}

/** Counts from when the probe has been sent: on a busy machine the program may take its time to begin. */
async function answerTimeOf({ pid }: ChildProcess): Promise<undefined> {
  while (!isWaiting(pid)) await after(LOOK_EVERY_MS);
  await after(ANSWER_MS);
  return undefined;
}

/** arping sleeps for the first time when it waits for an answer. True as well when it has ended. */
function isWaiting(pid: number | undefined): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^\d+ \(arping\) [^RD]/.test(stat);
  } catch {
    return true;
  }
}
