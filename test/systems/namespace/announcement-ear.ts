import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { parseAnnouncement } from '../../lab/announcements.ts';

/** `--immediate-mode`: else packets are collected, and an announcement is heard when it is long over. */
const HOW = ['-l', '-e', '-n', '-tt', '--immediate-mode', '-Q', 'in'];
const FILTER = ['arp', 'or', '(icmp6 and ip6[40] == 136)'];
const AGAIN_AFTER_MS = 200;

/** Tells what comes in at a link as an announcement. tcpdump ends with its interface, so it is started again. */
export function listenAt(link: string, heard: (address: string) => void): () => void {
  let tcpdump: ChildProcess | undefined;
  let isClosed = false;
  const start = (): void => {
    if (isClosed) return;
    const child = spawn('tcpdump', [...HOW, '-i', link, ...FILTER], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    tcpdump = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const announcement = parseAnnouncement(line);
      if (announcement !== undefined) heard(announcement.vip);
    });
    child.on('error', () => undefined);
    child.once('close', () => void after(AGAIN_AFTER_MS).then(start));
  };
  start();
  return () => {
    isClosed = true;
    tcpdump?.kill('SIGKILL');
  };
}
