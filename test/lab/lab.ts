import { mkdirSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { ChildProcess } from 'node:child_process';
import { CLIENT, VIP4 } from './addresses.ts';
import type { Network } from './addresses.ts';
import { AddressWatch } from './address-watch.ts';
import { Client } from './client.ts';
import { Faults } from './faults.ts';
import { runTool } from './host-tool.ts';
import { startNamespaceChild } from './namespace-child.ts';
import {
  guardLab,
  labFolder,
  newLabName,
  processesIn,
  removeLab,
  removeOrphans,
  unguardLab,
} from './namespaces.ts';
import { commandOf } from './process-tree.ts';
import { signalQuietly } from './program.ts';
import { stretchesOf, timeWhere } from './timeline.ts';
import type { HeldStretch, Span, Timeline } from './timeline.ts';
import { untilSteady } from './wait.ts';
import { wire } from './wiring.ts';

const SERVICE_PORT = 7;
const HOSTS_MAX = 5;

export interface LabOptions {
  /** Two to five, named `h1` to `h5`. */
  readonly hosts?: readonly string[];
  /** With 2, the hosts reach each other over a second network too. */
  readonly networks?: 1 | 2;
  /** Answered on every host, and asked by the client. */
  readonly vips?: readonly string[];
  readonly clientEveryMs?: number;
}

/** Hosts, a switch and a client in network namespaces of their own. Needs root on Linux, `ip` and `nft`. */
export class Lab {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly networks: readonly Network[];
  readonly vips: readonly string[];
  readonly faults: Faults;
  /** For files of this lab; removed with it. */
  readonly folder: string;
  readonly #watches = new Map<string, AddressWatch>();
  readonly #responders: ChildProcess[] = [];
  #client: Client | undefined;

  private constructor({ hosts = ['h1', 'h2'], networks = 1, vips = [VIP4] }: LabOptions) {
    if (hosts.length > HOSTS_MAX) throw new Error(`a lab has room for ${HOSTS_MAX} hosts`);
    this.name = newLabName();
    this.hosts = hosts;
    this.networks = networks === 2 ? ['lan', 'cross'] : ['lan'];
    this.vips = vips;
    this.folder = labFolder(this.name);
    this.faults = new Faults(this.namespace('sw'), (host) => this.namespace(host));
  }

  static async create(options: LabOptions = {}): Promise<Lab> {
    removeOrphans();
    const lab = new Lab(options);
    guardLab(lab.name);
    try {
      mkdirSync(lab.folder, { mode: 0o700 });
      wire(lab);
      await lab.#populate(options.clientEveryMs ?? 2);
      return lab;
    } catch (error) {
      lab.dispose();
      throw error;
    }
  }

  namespace(host: string): string {
    return `${this.name}-${host}`;
  }

  get client(): Client {
    if (this.#client === undefined) throw new Error('the lab has been disposed of');
    return this.#client;
  }

  async #populate(clientEveryMs: number): Promise<void> {
    for (const host of this.hosts) this.#watches.set(host, new AddressWatch(this.namespace(host)));
    const started = this.hosts.map(async (host) => {
      this.#allowForeignBind(host, true);
      this.#responders.push(
        await startNamespaceChild(this.namespace(host), 'responder.ts', [
          host,
          `${SERVICE_PORT}`,
          ...this.vips,
        ]),
      );
      this.#allowForeignBind(host, false); // the agents must find the kernel's default
    });
    const probe = { vips: this.vips, port: SERVICE_PORT, everyMs: clientEveryMs, shortestGapMs: 6 };
    const client = Client.start(this.namespace(CLIENT), probe).then((each) => (this.#client = each));
    await Promise.all([...started, client, this.sync()]);
  }

  #allowForeignBind(host: string, allowed: boolean): void {
    const settings = ['ipv4', 'ipv6'].map((family) => `net.${family}.ip_nonlocal_bind=${allowed ? 1 : 0}`);
    runTool('ip', ['netns', 'exec', this.namespace(host), 'sysctl', '-qw', ...settings]);
  }

  /** When one VIP was on one host. Call `sync` first where the very last events matter. */
  timeline(host: string, vip: string = this.#firstVip()): Timeline {
    const watch = this.#watches.get(host);
    if (watch === undefined) throw new Error(`no host ${host} in this lab`);
    return watch.of(vip);
  }

  #firstVip(): string {
    const [vip] = this.vips;
    if (vip === undefined) throw new Error('this lab has no VIP');
    return vip;
  }

  /** Settles when all address events up to now have been read. */
  async sync(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.sync()));
  }

  /** Runs the work while nobody reads address events; afterwards they are all known, with their time. */
  async unread(work: () => Promise<void>): Promise<void> {
    const readers = [...this.#watches.values()].map((watch) => watch.putOff());
    try {
      await work();
    } finally {
      readers.forEach((read) => read());
    }
  }

  holdersNow(vip: string = this.#firstVip()): string[] {
    return this.hosts.filter((host) => this.timeline(host, vip).isHeld);
  }

  holdersAt(atMs: number, vip: string = this.#firstVip()): string[] {
    return this.hosts.filter((host) => this.timeline(host, vip).heldAt(atMs));
  }

  /** Who held the VIP, one stretch after the other; `sync` first where the end of the window matters. */
  holdersWithin(window: Span, vip: string = this.#firstVip()): HeldStretch[] {
    return stretchesOf(
      this.hosts.map((host) => ({ host, timeline: this.timeline(host, vip) })),
      window,
    );
  }

  /** Milliseconds of the window in which two or more of the hosts held the VIP. */
  async heldByBoth(window: Span, vip: string = this.#firstVip()): Promise<number> {
    return this.#timeWhere(window, vip, (holders) => holders > 1);
  }

  async heldByNobody(window: Span, vip: string = this.#firstVip()): Promise<number> {
    return this.#timeWhere(window, vip, (holders) => holders === 0);
  }

  async #timeWhere(window: Span, vip: string, counts: (holders: number) => boolean): Promise<number> {
    await this.sync();
    return timeWhere(
      this.hosts.map((host) => this.timeline(host, vip)),
      window,
      counts,
    );
  }

  /**
   * Waits until `host` and nobody else holds every VIP and the client is answered by it, all of that without a break
   * for `steadyMs`. Throws NotWithin with what is the case instead.
   */
  async untilServedBy(host: string, boundMs: number, steadyMs = 200): Promise<void> {
    await this.#untilTruth(`${host} alone serving`, { boundMs, steadyMs }, ({ holders, answer }) => {
      return holders.join() === host && answer === host;
    });
  }

  /** As `untilServedBy`, whoever else has the VIP as well: a host that died at the network still has it. */
  async untilAnsweredBy(host: string, boundMs: number, steadyMs = 200): Promise<void> {
    await this.#untilTruth(
      `the client being answered by ${host}`,
      { boundMs, steadyMs },
      ({ holders, answer }) => {
        return holders.includes(host) && answer === host;
      },
    );
  }

  /** As `untilAnsweredBy`, by any of these hosts, which is told. */
  async untilAnsweredByOneOf(hosts: readonly string[], boundMs: number, steadyMs = 200): Promise<string> {
    let host = '';
    let answer = '';
    await untilSteady(
      `the client being answered by one of ${hosts.join(', ')}`,
      steadyMs,
      boundMs,
      async () => {
        answer = await this.client.answeredBy(this.#firstVip());
        const same = answer === host;
        host = answer;
        return same && hosts.includes(host) && this.timeline(host).isHeld;
      },
      () => `${answer} answers`,
    );
    return host;
  }

  async #untilTruth(
    what: string,
    { boundMs, steadyMs }: { boundMs: number; steadyMs: number },
    isSo: (fact: { holders: readonly string[]; answer: string }) => boolean,
  ): Promise<void> {
    let seen = '';
    const check = async (): Promise<boolean> => {
      const facts = await Promise.all(
        this.vips.map(async (vip) => ({
          vip,
          holders: this.holdersNow(vip),
          answer: await this.client.answeredBy(vip),
        })),
      );
      seen = facts
        .map(({ vip, holders, answer }) => `${vip} is on [${holders.join(' ')}] and answered by ${answer}`)
        .join(', ');
      return facts.every(isSo);
    };
    await untilSteady(what, steadyMs, boundMs, check, () => seen);
  }

  /** Waits until some host alone serves every VIP, as `untilServedBy` means it, and says which. */
  async untilOneServes(boundMs: number, steadyMs = 200): Promise<string> {
    let host = '';
    await untilSteady('one host alone serving', steadyMs, boundMs, async () => {
      const [holder = '', ...others] = this.holdersNow();
      const same = holder === host;
      host = holder;
      return same && others.length === 0 && (await this.client.answeredBy(this.#firstVip())) === holder;
    });
    return host;
  }

  /** What runs in a host's namespace and is not the lab's own. */
  processesOn(host: string): { pid: number; command: string }[] {
    const own = [
      this.#watches.get(host)?.pid,
      ...this.#responders.map(({ pid }) => pid),
      ...this.faults.relayPids(),
    ];
    return processesIn(this.namespace(host))
      .filter((pid) => !own.includes(pid))
      .map((pid) => ({ pid, command: commandOf(pid) }))
      .filter(({ command }) => command !== '');
  }

  /** As at the beginning: no fault in force, no VIP on any host, no agent and nothing that one has left. */
  clear(): void {
    this.faults.heal();
    for (const host of this.hosts) {
      for (const { pid } of this.processesOn(host)) signalQuietly(pid, 'SIGKILL');
      for (const network of this.networks) {
        this.faults.plugIn(host, network);
        this.faults.linkUp(host, network);
      }
      for (const vip of this.vips) this.removeVip(host, vip);
    }
  }

  /** As an operator would by hand, behind the agent's back. Nothing happens where the VIP is not. */
  removeVip(host: string, vip: string): void {
    const address = `${vip}/${isIPv6(vip) ? 128 : 32}`;
    const namespace = this.namespace(host);
    const found = runTool('ip', ['-n', namespace, '-o', 'address', 'show', 'to', address]);
    for (const [, device = ''] of found.matchAll(/^\d+: (\S+)/gm)) {
      runTool('ip', ['-n', namespace, 'address', 'del', address, 'dev', device]);
    }
  }

  /** Ends every process in the lab and removes everything. May be called twice. */
  dispose(): void {
    for (const watch of this.#watches.values()) watch.close();
    for (const responder of this.#responders) responder.kill('SIGKILL');
    this.#client?.close();
    this.#client = undefined;
    removeLab(this.name);
    unguardLab(this.name);
  }
}

/** Runs `body` with a lab, which is gone afterwards, whatever happens. */
export async function withLab<T>(options: LabOptions, body: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.create(options);
  try {
    return await body(lab);
  } finally {
    lab.dispose();
  }
}
