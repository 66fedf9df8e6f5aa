import type { Body, RoleName } from '../../src/core/frame.ts';
import { ASKS_NOBODY, type AskPolicy, type GroupState } from '../../src/core/group/state.ts';
import type { NodeEvent, NodePolicy, NodeStep } from '../../src/core/node/state.ts';
import type { GroupId, GroupName, NodeName } from '../../src/core/units.ts';
import { Agenda } from './agenda.ts';
import { Chance } from './chance.ts';
import { HostClock } from './clock.ts';
import { Counsel } from './counsel.ts';
import { Host } from './host.ts';
import { calmWay, Network, type Datagram } from './network.ts';
import { cheapSealing, realSealing, type Sealing } from './sealing.ts';
import { Story, wordsOf } from './story.ts';
import { udpWays } from '../../src/core/ways.ts';

export interface Setup {
  readonly seed: number;
  /** Base priority of each node, in the order of their numbers. */
  readonly priorities: readonly number[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startupMs: number;
  readonly unprovenMs: number;
  readonly leaseSeconds: number;
  readonly overlapAllowed: boolean;
  readonly failback: { readonly mode: 'auto' | 'manual'; readonly delayMs: number };
  readonly box: 'cheap' | 'real';
  /** Clocks drift by up to this much either way. */
  readonly driftPpm: number;
  readonly delayMs: number;
  /** The first is looked at; more than 35 take turns in frames. */
  readonly groups: number;
  /** The longest that an announced restart is waited for. */
  readonly restartMs: number;
  /** Who has to agree before a claim. */
  readonly asks: AskPolicy;
}

export const DEFAULTS: Omit<Setup, 'seed'> = {
  priorities: [100, 100],
  intervalMs: 250,
  timeoutMs: 3_000,
  startupMs: 6_000,
  unprovenMs: 60_000,
  leaseSeconds: 1,
  overlapAllowed: true,
  failback: { mode: 'auto', delayMs: 10_000 },
  box: 'cheap',
  driftPpm: 50,
  delayMs: 1,
  groups: 1,
  restartMs: 3_000,
  asks: ASKS_NOBODY,
};

/** Something that must never happen has happened. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;
  constructor(invariant: string, text: string) {
    super(`${invariant}: ${text}`);
    this.invariant = invariant;
  }
}

/** Looks at everything that happens; throws a Violation. */
export interface Check {
  kernelChanged?(host: Host, group: GroupId, present: boolean): void;
  stepped?(host: Host, event: NodeEvent, done: NodeStep): void;
  moved?(host: Host, group: GroupId, move: { from: RoleName; to: RoleName; cause: string }): void;
  sent?(host: Host, to: number, body: Body): void;
  agentEnded?(host: Host): void;
  /** After every event, whatever it was. */
  always?(): void;
}

/** What arrives at a host goes through here first, for whoever wants to compare before and after. */
export type Around = (host: Host, isForeign: boolean, deliver: () => NodeStep | undefined) => void;

export const WEB = 'abcdef0123456789' as GroupId;

export const groupId = (index: number): GroupId => index.toString(16).padStart(16, '0') as GroupId;

/** Hosts, their network and true time. Deterministic: one seed, one story. */
export class World {
  readonly setup: Setup;
  readonly agenda = new Agenda();
  readonly hosts: Host[] = [];
  readonly network: Network;
  readonly sealing: Sealing;
  readonly counsel: Counsel;
  readonly tells: boolean;
  readonly story = new Story(4_000);
  readonly checks: Check[] = [];
  around: Around = (_host, _isForeign, deliver) => void deliver();
  now = 0;
  events = 0;
  /** Moves of the VIP from one host to another, group-wide. */
  holderChanges = 0;
  readonly #lastHeard = new Map<string, string>();

  constructor(setup: Setup, { tells = false }: { tells?: boolean } = {}) {
    this.setup = setup;
    this.tells = tells;
    const chance = new Chance(setup.seed, 'world');
    const later = (ms: number, run: () => void): void => void this.agenda.at(this.now + ms, run);
    this.counsel = new Counsel(this, new Chance(setup.seed, 'counsel'));
    const clusters = { of: () => 1 };
    const boxChance = new Chance(setup.seed, 'box');
    this.sealing =
      setup.box === 'real'
        ? realSealing(boxChance, setup.priorities.length, clusters)
        : cheapSealing(boxChance, clusters);
    this.network = new Network(new Chance(setup.seed, 'network'), later, (datagram, isCopy) => {
      const host = this.host(datagram.to);
      if (host.agent === undefined) this.#refuses(datagram);
      else host.receive(datagram.bytes, isCopy);
    });
    for (let number = 1; number <= setup.priorities.length; number++) {
      const clock = new HostClock({
        driftPpm: chance.between(-setup.driftPpm, setup.driftPpm),
        monoMs: chance.between(1_000, 1e7),
        wallMs: 1.8e12 + chance.between(-60_000, 60_000),
      });
      this.hosts.push(new Host(this, { policy: this.policyOf(number), clock }));
    }
    for (const { number: from } of this.hosts) {
      for (const { number: to } of this.hosts)
        if (from !== to) this.network.addWay(from, to, calmWay(setup.delayMs));
    }
  }

  policyOf(number: number): NodePolicy {
    const { setup } = this;
    const names = setup.priorities.map((_, index) => `lb${index + 1}` as NodeName);
    const { intervalMs, timeoutMs, startupMs, unprovenMs, overlapAllowed, failback } = setup;
    return {
      self: { number, name: names[number - 1]! },
      names,
      peers: names.flatMap((name, index) => {
        return index + 1 === number
          ? []
          : [{ name, number: index + 1, ways: udpWays(1), newestKey: this.sealing.idOf(index + 1) }];
      }),
      intervalMs,
      timeoutMs,
      restartMs: setup.restartMs,
      digest: '00000000000000aa',
      partDigests: [],
      groups: Array.from({ length: setup.groups }, (_, index) => ({
        id: index === 0 ? WEB : groupId(index),
        name: `web${index}` as GroupName,
        basePriority: setup.priorities[number - 1]!,
        policy: {
          intervalMs,
          timeoutMs,
          startupMs,
          unprovenMs,
          leaseMs: setup.leaseSeconds * 1_000,
          overlapAllowed,
          failback,
          refreshMs: 60_000,
          asks: setup.asks,
        },
      })),
    };
  }

  host(number: number): Host {
    const host = this.hosts[number - 1];
    if (host === undefined) throw new Error(`no host ${number}`);
    return host;
  }

  group(number: number, id: GroupId = WEB): GroupState | undefined {
    return this.host(number).agent?.node.groups.get(id);
  }

  /** Numbers of the hosts whose kernel has the VIP. */
  holders(id: GroupId = WEB): readonly number[] {
    return this.hosts.filter(({ kernel }) => kernel.has(id)).map(({ number }) => number);
  }

  /** Numbers of the nodes that call themselves active. */
  actives(id: GroupId = WEB): readonly number[] {
    return this.hosts
      .filter(({ agent }) => agent?.node.groups.get(id)?.role === 'active')
      .map(({ number }) => number);
  }

  /** A machine on which nothing listens says so (ICMP port unreachable), if it runs and its word gets through. */
  #refuses({ from, to }: Datagram): void {
    const back = this.network.way(to, from);
    if (this.host(to).pausedAt !== undefined || back.cut) return;
    this.later(back.delayMs, () => this.host(from).refused(to));
  }

  // ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  later(ms: number, run: () => void): void {
    this.agenda.at(this.now + ms, run);
  }

  runFor(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.agenda.take(until);
      if (next === undefined) break;
      this.#happen(next.at, next.run);
    }
    this.now = until;
  }

  /** Runs until `isSo`, at most `ms`; says whether it came to pass. */
  runUntil(ms: number, isSo: () => boolean): boolean {
    const until = this.now + ms;
    while (!isSo()) {
      const next = this.agenda.take(until);
      if (next === undefined) {
        this.now = until;
        return false;
      }
      this.#happen(next.at, next.run);
    }
    return true;
  }

  #happen(at: number, run: () => void): void {
    this.now = at;
    this.events += 1;
    run();
    for (const check of this.checks) check.always?.();
  }

  // ── what hosts report ──────────────────────────────────────────────────────────────────────────────────────────────

  say(host: Host | undefined, text: string): void {
    if (this.tells) this.story.add(this.now, host?.name ?? '', text);
  }

  sends(host: Host, to: number, bytes: Uint8Array, body: Body): void {
    for (const check of this.checks) check.sent?.(host, to, body);
    this.network.send({ from: host.number, to, bytes, sentAt: this.now });
  }

  /** A datagram that the process on `host` reads; `isForeign` unless it is the first copy of an honest one. */
  arrived(host: Host, bytes: Uint8Array, isForeign: boolean): void {
    const opened = this.sealing.open(host.number, bytes);
    if (typeof opened === 'string') return;
    this.around(host, isForeign, () => {
      const done = host.feed((at) => ({ ...at, kind: 'frame', from: opened.from, arrived: opened.arrived }));
      if (this.tells) this.#tellHeard(host, opened.from, opened.arrived.body, done?.verdict, isForeign);
      return done;
    });
  }

  #tellHeard(host: Host, from: number, body: Body, verdict: string | undefined, isForeign: boolean): void {
    const name = this.host(from).name;
    const words = wordsOf(body, (number) => (number === host.number ? 'you' : `lb${number}`));
    const way = `${from}>${host.number}`;
    const said = `${verdict} ${words}`;
    if (this.#lastHeard.get(way) === said) return;
    this.#lastHeard.set(way, said);
    const source = isForeign ? ' (copy)' : '';
    this.say(host, `hears ${name} #${body.seq} ack ${body.ack}${source} [${verdict}]: ${words}`);
  }

  kernelChanged(host: Host, group: GroupId, present: boolean, cause: string): void {
    if (this.tells)
      this.say(host, `KERNEL ${present ? '+' : '−'} VIP (${cause}); holders: ${this.#names(this.holders())}`);
    for (const check of this.checks) check.kernelChanged?.(host, group, present);
  }

  #names(numbers: readonly number[]): string {
    return numbers.map((number) => this.host(number).name).join(', ') || 'none';
  }

  moved(host: Host, group: GroupId, move: { from: RoleName; to: RoleName; cause: string }): void {
    if (this.tells && group === WEB) this.say(host, `${move.from} → ${move.to.toUpperCase()}: ${move.cause}`);
    for (const check of this.checks) check.moved?.(host, group, move);
  }

  stepped(host: Host, event: NodeEvent, done: NodeStep): void {
    for (const check of this.checks) check.stepped?.(host, event, done);
  }

  agentEnded(host: Host): void {
    for (const check of this.checks) check.agentEnded?.(host);
  }
}

export type { Datagram };
