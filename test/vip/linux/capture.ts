import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { LINK, type Pair } from '../lab.ts';

/** What arrives at the neighbour: one line of tcpdump per ARP or neighbour discovery packet. */
export interface Capture {
  readonly lines: readonly string[];
}

/** Settles when tcpdump is listening. */
export async function captureAtPeer(pair: Pair): Promise<Capture> {
  const filter = ['-Q', 'in', '-i', LINK, 'arp or icmp6'];
  const args = ['netns', 'exec', pair.there, 'tcpdump', '-l', '-n', '-e', '-v', ...filter];
  const tcpdump = spawn('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  after(() => tcpdump.kill());
  const lines: string[] = [];
  createInterface({ input: tcpdump.stdout }).on('line', (line) => {
    // Options of a packet are on lines of their own, further in.
    if (/^\s/.test(line)) lines.push(`${lines.pop() ?? ''} ${line.trim()}`);
    else lines.push(line);
  });
  const words = createInterface({ input: tcpdump.stderr });
  for (;;) {
    const [line] = (await once(words, 'line')) as [string];
    if (/listening on/.test(line)) return { lines };
  }
}

export function isArpRequest(line: string, address: string): boolean {
  return (
    line.includes('> ff:ff:ff:ff:ff:ff') &&
    new RegExp(`Request who-has ${address}\\b.* tell ${address}\\b`).test(line)
  );
}

export function isArpReply(line: string, address: string): boolean {
  return line.includes('> ff:ff:ff:ff:ff:ff') && line.includes(`Reply ${address} is-at`);
}

/** As RFC 4861 wants it: to all nodes, override, with the link-layer address. */
export function isAdvertisement(line: string, address: string): boolean {
  return (
    line.includes('> ff02::1: ') &&
    line.includes(`neighbor advertisement, length 32, tgt is ${address}, Flags [override]`) &&
    line.includes('destination link-address option')
  );
}
