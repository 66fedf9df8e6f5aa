import { timeoutFor } from '../../src/core/peer/link.ts';
import { ADAPTER_TIMEOUT_MS } from './adapter.ts';
import type { Host } from './host.ts';
import { Violation, WEB, type Check, type World } from './world.ts';

/*
 * What must hold, as questions asked after every event. Each says which bound it uses and why that bound is the one that
 * can hold. True time and the kernels' addresses are known here; what a node believes is only looked at where the
 * question is about beliefs.
 */

const HOSTS_MAX = 9;
const pairOf = (from: number, to: number): number => from * HOSTS_MAX + to;

/** When each host last sealed a frame for each other: what "silent" means, whatever clocks and attackers make of it. */
export class Seals implements Check {
  readonly #world: World;
  readonly #at = new Float64Array(HOSTS_MAX * HOSTS_MAX).fill(Number.NaN);
  readonly #stoodStillMs = new Float64Array(HOSTS_MAX * HOSTS_MAX);

  constructor(world: World) {
    this.#world = world;
  }

  sent(host: Host, to: number): void {
    const pair = pairOf(host.number, to);
    this.#at[pair] = this.#world.now;
    this.#stoodStillMs[pair] = this.#world.host(to).stoodStillMs;
  }

  /** True time of the last frame; NaN when there was none. */
  lastAt(from: number, to: number): number {
    return this.#at[pairOf(from, to)]!;
  }

  /** For how long `to` had stood still by then, in all. */
  stoodStillMs(from: number, to: number): number {
    return this.#stoodStillMs[pairOf(from, to)]!;
  }
}

/** The giver of a make-before-break handover keeps the VIP, and the heir may have it too. */
function isOverlapping(world: World, one: Host, other: Host): boolean {
  const gives = (giver: Host, taker: Host): boolean => {
    const state = giver.agent?.node.groups.get(WEB);
    return (
      state !== undefined && state.role === 'releasing' && state.overlapping && state.heir === taker.number
    );
  };
  return world.setup.overlapAllowed && (gives(one, other) || gives(other, one));
}

/** How long a call to this host's adapter may take to change the kernel, from the decision on. */
function adapterMs(world: World, host: Host): number {
  const { slowMs, failing, hanging } = host.mood;
  // A VIP that cannot be taken down is not renewed either: then the lease ends it.
  const lapse = world.setup.leaseSeconds > 0 ? (world.setup.leaseSeconds + 1) * 1_000 : 60_000;
  if (failing > 0 || hanging > 0) return 2 * ADAPTER_TIMEOUT_MS + lapse;
  return 3 * slowMs + 5;
}

interface Pair {
  readonly one: Host;
  readonly other: Host;
  /** Since when both have the VIP, both run, and no handover explains it. */
  bothSince: number | undefined;
  oneHeard: boolean;
  otherHeard: boolean;
  /** Since when each has taken in a frame that the other sealed while both had it. */
  knownSince: number | undefined;
}

/**
 * I1. Bound: once each of the two has accepted a frame that the other sealed while both had the VIP, one adapter call.
 * Counting from those frames takes loss and round trip out of the bound: it is exact at any loss rate. That frames are
 * accepted at all when nothing stands in their way is another question (earshot.ts).
 */
export class OneHolderWhereHeard implements Check {
  readonly #world: World;
  readonly #pairs: Pair[] = [];
  #isAsking = false;

  constructor(world: World) {
    this.#world = world;
    const { hosts } = world;
    for (const one of hosts) {
      for (const other of hosts) {
        if (one.number >= other.number) continue;
        const unknown = { bothSince: undefined, oneHeard: false, otherHeard: false, knownSince: undefined };
        this.#pairs.push({ one, other, ...unknown });
      }
    }
  }

  heard(host: Host, from: number, sealedAt: number, verdict: string): void {
    if (!this.#isAsking || verdict !== 'ok') return;
    for (const pair of this.#pairs) {
      if (pair.bothSince === undefined) continue;
      const isOne = pair.one === host && pair.other.number === from;
      const isOther = pair.other === host && pair.one.number === from;
      if ((!isOne && !isOther) || sealedAt < pair.bothSince) continue;
      if (isOne) pair.oneHeard = true;
      else pair.otherHeard = true;
      if (pair.oneHeard && pair.otherHeard) pair.knownSince ??= this.#world.now;
    }
  }

  always(): void {
    const several = this.#world.holderCount > 1;
    if (!several && !this.#isAsking) return;
    this.#isAsking = several;
    for (const pair of this.#pairs) this.#askBoth(pair);
  }

  #askBoth(pair: Pair): void {
    const { one, other } = pair;
    const world = this.#world;
    const both = one.kernel.has(WEB) && other.kernel.has(WEB);
    if (!both || !one.isRunning || !other.isRunning || isOverlapping(world, one, other)) {
      pair.bothSince = undefined;
      pair.knownSince = undefined;
      pair.oneHeard = false;
      pair.otherHeard = false;
      return;
    }
    pair.bothSince ??= world.now;
    if (pair.knownSince === undefined) return;
    const trouble = Math.max(adapterMs(world, one), adapterMs(world, other));
    // A call that began in a bad mood of the adapter ends as slowly, even if the mood has changed since.
    const troubledAt = Math.max(one.mood.badAt, other.mood.badAt);
    const recentTrouble = world.now - troubledAt < 10_000 ? 2 * ADAPTER_TIMEOUT_MS + 3_000 : 0;
    const boundMs = Math.max(trouble, recentTrouble);
    const since = recentTrouble > 0 ? Math.max(pair.knownSince, troubledAt) : pair.knownSince;
    if (world.now - since > boundMs) {
      const ms = (world.now - pair.bothSince).toFixed(1);
      throw new Violation(
        'I1',
        `${one.name} and ${other.name} hear each other and have both had the VIP for ${ms} ms`,
      );
    }
  }
}

/**
 * I2. Whatever happens to processes, with the default timing, leases and a network that delivers: never two holders, not
 * for a moment, but for an overlapping handover (and its giver's lease when the giver dies or freezes in it).
 */
export class NeverTwoHolders implements Check {
  readonly #world: World;
  readonly #overlapUntil = new Float64Array(HOSTS_MAX * HOSTS_MAX);
  readonly #claimedAt = new Map<number, number>();
  readonly #mayCross: boolean;

  /** With a lock, not even two claims that cross on the wire, and no cut of the network, make two holders. */
  constructor(world: World, { mayCross = true } = {}) {
    this.#world = world;
    this.#mayCross = mayCross;
  }

  moved(host: Host, _group: string, { to }: { to: string }): void {
    if (to === 'claiming') this.#claimedAt.set(host.number, this.#world.now);
  }

  /** Two claims that crossed on the wire: neither could know. I1 bounds them. */
  #crossed(one: Host, other: Host): boolean {
    if (!this.#mayCross) return false;
    const apart = Math.abs(
      (this.#claimedAt.get(one.number) ?? 0) - (this.#claimedAt.get(other.number) ?? 1e9),
    );
    const ways = this.#world.network.lanes(one.number, other.number);
    const fastest = Math.min(...ways.map(({ delayMs, jitterMs }) => delayMs + jitterMs));
    return apart <= fastest && one.isRunning && other.isRunning;
  }

  stepped(host: Host): void {
    const state = host.agent?.node.groups.get(WEB);
    if (state === undefined || state.role !== 'releasing' || !state.overlapping || state.heir === 0) return;
    const { now, setup } = this.#world;
    if (!setup.overlapAllowed) return;
    const until = now + (setup.leaseSeconds + 1) * 1_000 + adapterMs(this.#world, host);
    this.#overlapUntil[pairOf(host.number, state.heir)] = until;
    this.#overlapUntil[pairOf(state.heir, host.number)] = until;
  }

  always(): void {
    if (this.#world.holderCount < 2) return;
    const { now, hosts } = this.#world;
    for (const one of hosts) {
      for (const other of hosts) {
        if (one.number >= other.number || !one.kernel.has(WEB) || !other.kernel.has(WEB)) continue;
        if (isOverlapping(this.#world, one, other)) continue;
        if (now <= this.#overlapUntil[pairOf(one.number, other.number)]! || this.#crossed(one, other))
          continue;
        throw new Violation('I2', `${one.name} and ${other.name} both have the VIP`);
      }
    }
  }
}

/**
 * I4. Armed once there is a holder: it stays active, its kernel keeps the VIP, and nobody else claims, as long as of its
 * words one in a timeout reaches each of the others. Where the network did worse than that, nothing is promised.
 */
export class HolderStays implements Check {
  readonly #world: World;
  #holder: number | undefined;
  #excuses = true;
  /** When the newest frame that reached a host, accepted or not, had been sealed. */
  readonly #reached = new Float64Array(HOSTS_MAX * HOSTS_MAX);
  /** How often it was not asked because the network did too badly. */
  excused = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** `excuses` where the weather may be too bad for any promise; not where one path is kept well in every direction. */
  arm(holder: number, { excuses }: { excuses: boolean }): void {
    this.#holder = holder;
    this.#excuses = excuses;
  }

  disarm(): void {
    this.#holder = undefined;
  }

  get isArmed(): boolean {
    return this.#holder !== undefined;
  }

  heard(host: Host, from: number, sealedAt: number): void {
    const pair = pairOf(from, host.number);
    if (sealedAt > this.#reached[pair]!) this.#reached[pair] = sealedAt;
  }

  #isExcused(holder: number): boolean {
    if (!this.#excuses) return false;
    const { hosts, now, setup, network } = this.#world;
    return hosts.some(({ number }) => {
      if (number === holder) return false;
      const slowest = Math.max(...network.lanes(holder, number).map((way) => way.delayMs + way.jitterMs));
      const oldest = now - setup.timeoutMs + 2 * slowest + 50;
      return this.#reached[pairOf(holder, number)]! < oldest;
    });
  }

  moved(host: Host, _group: string, { to, cause }: { to: string; cause: string }): void {
    if (this.#holder === undefined || (host.number !== this.#holder && to !== 'claiming')) return;
    if (this.#isExcused(this.#holder)) {
      this.excused += 1;
      return this.disarm();
    }
    const holder = this.#world.host(this.#holder).name;
    throw new Violation('I4', `${host.name} went to ${to} (${cause}) though ${holder} was well and heard`);
  }

  kernelChanged(host: Host, _group: string, present: boolean): void {
    if (host.number === this.#holder && !present)
      throw new Violation('I4', `${host.name} lost the VIP though it was well`);
  }
}

/**
 * I5, second half. A peer is called alive at most a timeout after it really sealed its last frame to us, whatever was
 * replayed, held back or trickled since; longer only by the time in which we stood still ourselves, by the grace once in
 * a silence, and by 0.1 % of the silence for clocks (1,000 ppm for a peer that said that it was deaf, and our own drift).
 */
export class NoFalseLife implements Check {
  readonly #world: World;
  readonly #seals: Seals;

  constructor(world: World, seals: Seals) {
    this.#world = world;
    this.#seals = seals;
  }

  stepped(host: Host): void {
    const { now } = this.#world;
    for (const link of host.agent?.node.links ?? []) {
      if (!link.alive) continue;
      const silentMs = now - this.#seals.lastAt(link.number, host.number);
      const timeoutMs = timeoutFor(link, host.policy);
      if (silentMs <= timeoutMs) continue;
      if (Number.isNaN(silentMs))
        throw new Violation('I5', `${host.name} calls ${link.name} alive, which never spoke to it`);
      const grace = 2 * (link.intervalMs ?? host.policy.intervalMs) + 10;
      const stoodStillMs = host.stoodStillMs - this.#seals.stoodStillMs(link.number, host.number);
      const forgiven = stoodStillMs > 0 ? stoodStillMs + grace : 0;
      const tolerance = 0.002 * (timeoutMs + Math.max(0, now - (link.anchorAt - host.clock.mono(0)))) + 10;
      if (silentMs > timeoutMs + forgiven + Math.min(tolerance, 9 * timeoutMs)) {
        const ms = silentMs.toFixed(0);
        throw new Violation('I5', `${host.name} calls ${link.name} alive ${ms} ms after its last word`);
      }
    }
  }
}

/** I10. What is on the interface is said: a VIP that an agent keeps silent about for longer than a left-over lease. */
export class SaysWhatItHas implements Check {
  readonly #world: World;
  readonly #silentSince = new Float64Array(HOSTS_MAX).fill(Number.NaN);

  constructor(world: World) {
    this.#world = world;
  }

  stepped(host: Host): void {
    const { now, setup } = this.#world;
    const silent = host.isRunning && host.agent!.node.groups.get(WEB)?.has === false && host.kernel.has(WEB);
    if (!silent) {
      this.#silentSince[host.number] = Number.NaN;
      return;
    }
    if (Number.isNaN(this.#silentSince[host.number])) this.#silentSince[host.number] = now;
    const ms = now - this.#silentSince[host.number]!;
    if (setup.leaseSeconds > 0 && ms > (setup.leaseSeconds + 1) * 1_000 + ADAPTER_TIMEOUT_MS) {
      throw new Violation('I10', `${host.name} has the VIP and does not say so`);
    }
  }

  agentEnded(host: Host): void {
    this.#silentSince[host.number] = Number.NaN;
  }
}

/** Nobody can make a node talk without bound: probes, answers, bursts and hellos within any timeout. */
export class TalksWithinBounds implements Check {
  readonly #world: World;
  readonly #from = new Float64Array(HOSTS_MAX * HOSTS_MAX);
  readonly #frames = new Uint32Array(HOSTS_MAX * HOSTS_MAX);

  constructor(world: World) {
    this.#world = world;
  }

  sent(host: Host, to: number): void {
    const { now, lanes } = this.#world;
    const { intervalMs, timeoutMs } = host.policy;
    const pair = pairOf(host.number, to);
    if (now - this.#from[pair]! > timeoutMs) {
      this.#from[pair] = now;
      this.#frames[pair] = 1;
      return;
    }
    const frames = ++this.#frames[pair]!;
    if (frames <= 200) return;
    // Beats and probes; a few changes of state, three frames each; answers to probes and hellos by their buckets.
    const beats = timeoutMs / intervalMs + 16;
    const answers = ((200 + 50) * timeoutMs) / 1_000 + 70;
    if (frames > lanes.length * (beats + 150) + answers) {
      throw new Violation('bounds', `${host.name} sent ${frames} frames to one peer within a timeout`);
    }
  }
}
