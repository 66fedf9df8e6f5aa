import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CLIENT, macOf } from './addresses.ts';
import { toolEnv } from './host-tool.ts';
import type { Lab } from './lab.ts';
import type { Span } from './timeline.ts';
import { until } from './wait.ts';

/** A gratuitous ARP or an unsolicited neighbour advertisement, as the client saw it. */
export interface Announcement {
  readonly atMs: number;
  readonly vip: string;
  /** By the Ethernet source; empty for a MAC that is none of the lab's hosts'. */
  readonly host: string;
}

/** One line of `tcpdump -e -n -tt`; undefined for anything that announces nothing. */
export function parseAnnouncement(line: string): { atMs: number; vip: string; mac: string } | undefined {
  const [, seconds, mac = '', to = '', rest = ''] =
    /^(\d+\.\d+) ([0-9a-f:]{17}) > ([0-9a-f:]{17}), (.*)$/.exec(line) ?? [];
  if (seconds === undefined || !/^(ff:ff|33:33):/.test(to)) return undefined; // an answer to somebody who asked
  const [, asked, asker] = /Request who-has (\S+)(?: \(\S+\))? tell ([^,]+),/.exec(rest) ?? [];
  const told =
    /Reply (\S+) is-at/.exec(rest)?.[1] ?? /neighbor advertisement, tgt is ([0-9a-f:]+)/.exec(rest)?.[1];
  const vip = told ?? (asked === asker ? asked : undefined);
  return vip === undefined ? undefined : { atMs: Number(seconds) * 1_000, vip, mac };
}

/** Listens at the client for announcements. Needs tcpdump. */
export class Announcements {
  readonly #tcpdump: ChildProcess;
  readonly #seen: Announcement[] = [];

  private constructor(lab: Lab, tcpdump: ChildProcess) {
    this.#tcpdump = tcpdump;
    const { stdout } = tcpdump;
    if (stdout === null) throw new Error('tcpdump has no stdout');
    createInterface({ input: stdout }).on('line', (line) => {
      const announcement = parseAnnouncement(line);
      if (announcement === undefined) return;
      const { atMs, vip, mac } = announcement;
      this.#seen.push({ atMs, vip, host: lab.hosts.find((host) => macOf(host) === mac) ?? '' });
    });
  }

  static async start(lab: Lab): Promise<Announcements> {
    const filter = ['arp', 'or', '(icmp6 and ip6[40] == 136)'];
    const tcpdump = spawn(
      'ip',
      ['netns', 'exec', lab.namespace(CLIENT), 'tcpdump', '-l', '-e', '-n', '-tt', '-i', 'eth0', ...filter],
      { stdio: ['ignore', 'pipe', 'pipe'], env: toolEnv },
    );
    let words = '';
    tcpdump.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
    const started = new Announcements(lab, tcpdump);
    await until(
      'tcpdump to listen',
      10_000,
      () => words.includes('listening on'),
      () => words,
    );
    return started;
  }

  of(vip: string, { fromMs, toMs }: Span): Announcement[] {
    return this.#seen.filter((each) => each.vip === vip && fromMs <= each.atMs && each.atMs < toMs);
  }

  close(): void {
    this.#tcpdump.kill('SIGKILL');
  }
}
