import { ANSWER_MS } from './arp-probe.ts';
import { tryRun } from './tool.ts';

/**
 * One neighbour solicitation for an address that is not ours. The kernel sends it when somebody wants to reach the address,
 * and nothing is known of it; who has the address answers that, and the ping too.
 */
export async function isTaken6(link: string, address: string): Promise<boolean> {
  await tryRun('ip', ['-6', 'neighbour', 'flush', 'to', address, 'dev', link]);
  const seconds = `${ANSWER_MS / 1_000}`;
  const ping = await tryRun('ping', ['-6', '-n', '-q', '-c', '1', '-W', seconds, '-I', link, address]);
  if (ping.exitCode === 0) return true;
  const { stdout } = await tryRun('ip', ['-6', 'neighbour', 'show', 'to', address, 'dev', link]);
  return /\blladdr\b/.test(stdout);
}
