import type { Body, RoleName } from '../../src/core/frame.ts';
import type { DampingPolicy } from '../../src/core/group/damping.ts';
import { ASKS_NOBODY, type AskPolicy, type GroupState } from '../../src/core/group/state.ts';
import type { NodeEffect, NodeEvent, NodePolicy, NodeStep } from '../../src/core/node/state.ts';
import type { Arrived } from '../../src/core/peer/receive.ts';
import type { GroupId, GroupName, NodeName } from '../../src/core/units.ts';
import { Agenda } from './agenda.ts';
import { Chance } from './chance.ts';
import { HostClock } from './clock.ts';
import type { Connection, End } from './connection.ts';
import { Counsel } from './counsel.ts';
import { Host, type Agent } from './host.ts';
import { Network, type Datagram } from './network.ts';
import type { Packet } from './packet.ts';
import { lanesOver, waysOver, type Lane } from './lanes.ts';
import { cheapSealing, realSealing, type Sealing } from './sealing.ts';
import type { SocketsHost } from './sockets.ts';
import { Story, wordsOf } from './story.ts';
import { calmWay, type Transport } from './way.ts';

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
  /** What is on the wire: bodies as they are, their bytes in a cheap box, or frames. */
  readonly box: 'passing' | 'cheap' | 'real';
  /** The paths that every node lists, in order: one to three. */
  readonly paths: readonly Transport[];
  /** How many frames a system takes on one connection before the first is acknowledged. */
  readonly socketFrames: number;
  /** Clocks drift by up to this much either way. */
  readonly driftPpm: number;
  readonly delayMs: number;
  /** The first is looked at; more than 35 take turns in frames. */
  readonly groups: number;
  /** The longest that an announced restart is waited for. */
  readonly restartMs: number;
  /** Who has to agree before a claim. */
  readonly asks: AskPolicy;
  readonly whenAllUnhealthy: 'best' | 'none';
  readonly damping: DampingPolicy | undefined;
  /** How long what has to be done before a group is given away may take; 0 for nothing to do. */
  readonly preDownMs: number;
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
  box: 'passing',
  paths: ['udp'],
  socketFrames: 4,
  driftPpm: 50,
  delayMs: 1,
  groups: 1,
  restartMs: 3_000,
  asks: ASKS_NOBODY,
  whenAllUnhealthy: 'best',
  damping: undefined,
  preDownMs: 0,
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
  /** A process has read a frame that some peer sealed at `sealedAt`, and came to this verdict. */
  heard?(host: Host, from: number, sealedAt: number, verdict: string): void;
  agentEnded?(host: Host): void;
  /** After every event, whatever it was. */
  always?(): void;
}

type Sending = Extract<NodeEffect, { kind: 'send' }>;
interface Opened {
  readonly from: number;
  readonly arrived: Arrived;
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
  /** Those that somebody dials or has, for whoever can reset them. */
  readonly connections = new Set<Connection>();
  readonly #socketChance: Chance;
  readonly sealing: Sealing;
  readonly counsel: Counsel;
  /** The ways from any host to any other, by the place that frames name them by. */
  readonly lanes: readonly Lane[];
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
    this.lanes = lanesOver(setup.paths);
    const chance = new Chance(setup.seed, 'world');
    this.#socketChance = new Chance(setup.seed, 'sockets');
    const later = (ms: number, run: () => void): void => void this.agenda.at(this.now + ms, run);
    this.counsel = new Counsel(this, new Chance(setup.seed, 'counsel'));
    const now = (): number => this.now;
    const clusters = { of: () => 1 };
    const boxChance = new Chance(setup.seed, 'box');
    this.sealing =
      setup.box === 'real'
        ? realSealing(boxChance, setup.priorities.length, clusters, now)
        : cheapSealing(boxChance, clusters, now, { passing: setup.box === 'passing' });
    this.network = new Network(new Chance(setup.seed, 'network'), { now, later }, (datagram, isCopy) => {
      const host = this.reach(datagram.to);
      if (host.agent === undefined) this.#refuses(datagram);
      else host.receive(datagram.packet, isCopy);
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
      for (const { number: to } of this.hosts) {
        if (from === to) continue;
        for (const transport of setup.paths) this.network.addWay(from, to, transport, calmWay(setup.delayMs));
      }
    }
  }

  policyOf(number: number): NodePolicy {
    const { setup } = this;
    const names = setup.priorities.map((_, index) => `lb${index + 1}` as NodeName);
    const ways = waysOver(setup.paths);
    const { intervalMs, timeoutMs, startupMs, unprovenMs, overlapAllowed, failback } = setup;
    return {
      self: { number, name: names[number - 1]! },
      names,
      peers: names.flatMap((name, index) => {
        return index + 1 === number
          ? []
          : [{ name, number: index + 1, ways, newestKey: this.sealing.idOf(index + 1) }];
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
          callMs: 15_000,
          failback,
          refreshMs: 60_000,
          asks: setup.asks,
          whenAllUnhealthy: setup.whenAllUnhealthy,
          damping: setup.damping,
          preDownMs: setup.preDownMs,
        },
      })),
    };
  }

  /** Which machine has a host's address at the moment. */
  reach: (number: number) => Host = (number) => this.host(number);

  host(number: number): Host {
    const host = this.hosts[number - 1];
    if (host === undefined) throw new Error(`no host ${number}`);
    return host;
  }

  group(number: number, id: GroupId = WEB): GroupState | undefined {
    return this.host(number).agent?.node.groups.get(id);
  }

  /** How many kernels have the VIP that is looked at. */
  holderCount = 0;

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
  #refuses({ from, to, lane }: Datagram): void {
    const back = this.network.way(to, from, lane);
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

  seals(host: Host, to: number, body: Body): Packet {
    const clocks = { wallMs: host.clock.wall(this.now), monoMs: host.clock.mono(this.now) };
    return this.sealing.seal(host.number, to, body, clocks);
  }

  sends(host: Host, agent: Agent, { peer, path, body }: Sending, packet: Packet): void {
    for (const check of this.checks) check.sent?.(host, peer, body);
    const { kind, lane } = this.lanes[path]!;
    const datagram = { from: host.number, to: peer, lane, packet, sentAt: this.now };
    if (kind === 'udp') this.network.send(datagram);
    else if (this.network.tap(datagram)) return;
    else if (body.answer) agent.sockets.answer(peer, path, packet);
    else agent.sockets.send(peer, path, packet);
  }

  /** What the sockets of a process on `host` need. */
  socketsFor(host: Host, deliver: SocketsHost['deliver']): SocketsHost {
    const { network, lanes, connections } = this;
    return {
      ...{ host, network, lanes, connections, deliver },
      hostOf: (number) => this.host(number),
      chance: this.#socketChance,
      policy: () => host.policy,
      frames: this.setup.socketFrames,
      now: () => this.now,
    };
  }

  /** A frame that the process on `host` reads; `isForeign` unless it is the first copy of an honest one. */
  arrived(host: Host, packet: Packet, isForeign: boolean, over: End | undefined): void {
    const opened = this.sealing.open(host.number, packet);
    if (typeof opened === 'string') return over?.owner?.refuses(over);
    const { from, arrived } = opened;
    if (!isForeign) {
      const done = this.#read(host, opened, packet, isForeign);
      if (over !== undefined && done?.verdict === 'ok') over.owner?.belongsTo(over, from, arrived.path);
      return;
    }
    this.around(host, isForeign, () => this.#read(host, opened, packet, isForeign));
  }

  #read(host: Host, { from, arrived }: Opened, packet: Packet, isForeign: boolean): NodeStep | undefined {
    const done = host.feedFrame(from, arrived);
    const verdict = done?.verdict;
    if (verdict !== undefined)
      for (const check of this.checks) check.heard?.(host, from, packet.sealedAt, verdict);
    if (this.tells) this.#tellHeard(host, from, arrived.body, verdict, isForeign);
    return done;
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
    if (group === WEB) this.holderCount += present ? 1 : -1;
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
