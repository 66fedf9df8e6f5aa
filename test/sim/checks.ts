import type { Body } from '../../src/core/frame.ts';
import type { NodeEvent, NodeStep } from '../../src/core/node/state.ts';
import { isTwoWay, timeoutFor, type Link } from '../../src/core/peer/link.ts';
import { ADAPTER_TIMEOUT_MS } from './adapter.ts';
import type { Host } from './host.ts';
import { Violation, WEB, type Check, type World } from './world.ts';

/*
 * What must hold, as questions asked after every event. Each says which bound it uses and why that bound is the one that
 * can hold. True time and the kernels' addresses are known here; what a node believes is only looked at where the
 * question is about beliefs.
 */

const SEALS_KEPT = 4_096;

/** When each frame was really sealed: what "sent" means, whatever clocks and attackers make of it. */
export class Seals implements Check {
  readonly #world: World;
  readonly #sessions = new Map<string, Float64Array>();
  readonly #ats = new Map<string, Float64Array>();
  readonly #last = new Map<string, { readonly at: number; readonly stoodStillMs: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  sent(host: Host, to: number, body: Body): void {
    const way = `${host.number}>${to}`;
    const place = body.seq % SEALS_KEPT;
    ringOf(this.#sessions, way)[place] = body.session;
    ringOf(this.#ats, way)[place] = this.#world.now;
    this.#last.set(way, { at: this.#world.now, stoodStillMs: this.#world.host(to).stoodStillMs });
  }

  /** True time at which a frame that arrived was sealed; -Infinity when that is too long ago to be remembered. */
  sealedAt(from: number, to: number, body: Body): number {
    const way = `${from}>${to}`;
    const place = body.seq % SEALS_KEPT;
    if (ringOf(this.#sessions, way)[place] !== body.session) return Number.NEGATIVE_INFINITY;
    return ringOf(this.#ats, way)[place]!;
  }

  last(from: number, to: number): { readonly at: number; readonly stoodStillMs: number } | undefined {
    return this.#last.get(`${from}>${to}`);
  }
}

function ringOf(rings: Map<string, Float64Array>, way: string): Float64Array {
  let ring = rings.get(way);
  if (ring === undefined) rings.set(way, (ring = new Float64Array(SEALS_KEPT)));
  return ring;
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
  troubledAt: number;
  calmSince: number;
}

/**
 * I1. Bound: once each of the two has accepted a frame that the other sealed while both had the VIP, one adapter call.
 * Counting from those frames takes loss and round trip out of the bound: it is exact at any loss rate. That frames are
 * accepted at all when nothing stands in their way is the second question, `earshot`.
 */
export class OneHolderInEarshot implements Check {
  readonly #world: World;
  readonly #seals: Seals;
  readonly #pairs: Pair[] = [];
  /** Somebody on the wire holds frames back or floods: then `earshot` is not asked. */
  disturbed = false;

  constructor(world: World, seals: Seals) {
    this.#world = world;
    this.#seals = seals;
    const { hosts } = world;
    for (const one of hosts) {
      for (const other of hosts) {
        if (one.number >= other.number) continue;
        const unknown = { bothSince: undefined, oneHeard: false, otherHeard: false, knownSince: undefined };
        this.#pairs.push({ one, other, ...unknown, troubledAt: -1e9, calmSince: 0 });
      }
    }
  }

  stepped(host: Host, event: NodeEvent, done: NodeStep): void {
    if (event.kind !== 'frame' || done.verdict !== 'ok') return;
    for (const pair of this.#pairs) {
      if (pair.bothSince === undefined) continue;
      const isOne = pair.one === host && pair.other.number === event.from;
      const isOther = pair.other === host && pair.one.number === event.from;
      if (!isOne && !isOther) continue;
      if (this.#seals.sealedAt(event.from, host.number, event.arrived.body) < pair.bothSince) continue;
      if (isOne) pair.oneHeard = true;
      else pair.otherHeard = true;
      if (pair.oneHeard && pair.otherHeard) pair.knownSince ??= this.#world.now;
    }
  }

  always(): void {
    for (const pair of this.#pairs) {
      this.#askBoth(pair);
      this.#askEarshot(pair);
    }
  }

  #askBoth(pair: Pair): void {
    const { one, other } = pair;
    const world = this.#world;
    if (adapterMs(world, one) + adapterMs(world, other) > 100) pair.troubledAt = world.now;
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
    const recentTrouble = world.now - pair.troubledAt < 10_000 ? 2 * ADAPTER_TIMEOUT_MS + 3_000 : 0;
    const boundMs = Math.max(trouble, recentTrouble);
    const since = recentTrouble > 0 ? Math.max(pair.knownSince, pair.troubledAt) : pair.knownSince;
    if (world.now - since > boundMs) {
      const ms = (world.now - pair.bothSince).toFixed(1);
      throw new Violation(
        'I1',
        `${one.name} and ${other.name} hear each other and have both had the VIP for ${ms} ms`,
      );
    }
  }

  /** Two running hosts on a calm network hear each other both ways after a few round trips and intervals. */
  #askEarshot(pair: Pair): void {
    const world = this.#world;
    const { one, other } = pair;
    const there = world.network.way(one.number, other.number);
    const back = world.network.way(other.number, one.number);
    const slowest = (way: typeof there): number =>
      way.delayMs + way.jitterMs + (way.late > 0 ? way.lateMs : 0);
    const roundTripMs = slowest(there) + slowest(back);
    const calm =
      !this.disturbed &&
      one.isRunning &&
      other.isRunning &&
      !one.receiveDead &&
      !other.receiveDead &&
      !there.cut &&
      !back.cut &&
      there.loss === 0 &&
      back.loss === 0 &&
      roundTripMs < one.policy.timeoutMs / 4;
    if (!calm) {
      pair.calmSince = world.now;
      return;
    }
    const intervalMs = Math.max(one.policy.intervalMs, other.policy.intervalMs);
    const boundMs = 3 * roundTripMs + 3 * intervalMs + 100;
    const since = Math.max(pair.calmSince, one.agent!.awakeSince, other.agent!.awakeSince);
    if (world.now - since <= boundMs) return;
    for (const [here, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      const link = linkOf(here, peer);
      if (!isTwoWay(link, here.clock.mono(world.now), here.policy)) {
        throw new Violation(
          'earshot',
          `${here.name} does not hear ${peer.name} both ways, though nothing hinders it`,
        );
      }
    }
  }
}

const linkOf = (here: Host, peer: Host): Link =>
  here.agent!.node.links.find(({ number }) => number === peer.number)!;

/**
 * I2. Whatever happens to processes, with the default timing, leases and a network that delivers: never two holders, not
 * for a moment, but for an overlapping handover (and its giver's lease when the giver dies or freezes in it).
 */
export class NeverTwoHolders implements Check {
  readonly #world: World;
  readonly #overlapUntil = new Map<string, number>();
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
    const { delayMs, jitterMs } = this.#world.network.way(one.number, other.number);
    return apart <= delayMs + jitterMs && one.isRunning && other.isRunning;
  }

  always(): void {
    const holders = this.#world.holders();
    if (holders.length < 1) return;
    const { now, hosts, setup } = this.#world;
    for (const one of hosts) {
      for (const other of hosts) {
        if (one.number >= other.number) continue;
        const pair = `${one.number}/${other.number}`;
        if (isOverlapping(this.#world, one, other)) {
          this.#overlapUntil.set(pair, now + (setup.leaseSeconds + 1) * 1_000 + adapterMs(this.#world, one));
        } else if (
          one.kernel.has(WEB) &&
          other.kernel.has(WEB) &&
          now > (this.#overlapUntil.get(pair) ?? -1) &&
          !this.#crossed(one, other)
        ) {
          throw new Violation('I2', `${one.name} and ${other.name} both have the VIP`);
        }
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
  readonly #seals: Seals;
  #holder: number | undefined;
  /** When the newest frame that reached a host, accepted or not, had been sealed. */
  readonly #reached = new Map<string, number>();

  constructor(world: World, seals: Seals) {
    this.#world = world;
    this.#seals = seals;
  }

  arm(holder: number): void {
    this.#holder = holder;
  }

  disarm(): void {
    this.#holder = undefined;
  }

  stepped(host: Host, event: NodeEvent): void {
    if (event.kind !== 'frame') return;
    const way = `${event.from}>${host.number}`;
    const sealedAt = this.#seals.sealedAt(event.from, host.number, event.arrived.body);
    this.#reached.set(way, Math.max(this.#reached.get(way) ?? 0, sealedAt));
  }

  #isExcused(holder: number): boolean {
    const { hosts, now, setup } = this.#world;
    return hosts.some(({ number }) => {
      if (number === holder) return false;
      const { delayMs, jitterMs } = this.#world.network.way(holder, number);
      const oldest = now - setup.timeoutMs + 2 * (delayMs + jitterMs) + 50;
      return (this.#reached.get(`${holder}>${number}`) ?? 0) < oldest;
    });
  }

  moved(host: Host, _group: string, { to, cause }: { to: string; cause: string }): void {
    if (this.#holder === undefined || (host.number !== this.#holder && to !== 'claiming')) return;
    if (this.#isExcused(this.#holder)) return this.disarm();
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
      const seal = this.#seals.last(link.number, host.number);
      if (seal === undefined)
        throw new Violation('I5', `${host.name} calls ${link.name} alive, which never spoke to it`);
      const silentMs = now - seal.at;
      const grace = 2 * (link.intervalMs ?? host.policy.intervalMs) + 10;
      const timeoutMs = timeoutFor(link, host.policy);
      const stoodStillMs = host.stoodStillMs - seal.stoodStillMs;
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
  readonly #silentSince = new Map<number, number>();

  constructor(world: World) {
    this.#world = world;
  }

  always(): void {
    const { now, hosts, setup } = this.#world;
    for (const host of hosts) {
      const silent =
        host.isRunning && host.kernel.has(WEB) && host.agent!.node.groups.get(WEB)?.has === false;
      if (!silent) {
        this.#silentSince.delete(host.number);
        continue;
      }
      const since = this.#silentSince.get(host.number) ?? now;
      this.#silentSince.set(host.number, since);
      if (setup.leaseSeconds > 0 && now - since > (setup.leaseSeconds + 1) * 1_000 + ADAPTER_TIMEOUT_MS) {
        throw new Violation('I10', `${host.name} has the VIP and does not say so`);
      }
    }
  }
}

/** Nobody can make a node talk without bound: probes, answers, bursts and hellos within any timeout. */
export class TalksWithinBounds implements Check {
  readonly #world: World;
  readonly #counts = new Map<string, { from: number; frames: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  sent(host: Host, to: number): void {
    const { now } = this.#world;
    const { intervalMs, timeoutMs } = host.policy;
    const way = `${host.number}>${to}`;
    const window = this.#counts.get(way);
    if (window === undefined || now - window.from > timeoutMs) {
      this.#counts.set(way, { from: now, frames: 1 });
      return;
    }
    window.frames += 1;
    // Beats and probes; a few changes of state, three frames each; answers to probes and hellos by their buckets.
    const beats = timeoutMs / intervalMs + 16;
    const answers = ((200 + 50) * timeoutMs) / 1_000 + 70;
    if (window.frames > beats + 150 + answers) {
      throw new Violation('bounds', `${host.name} sent ${window.frames} frames to one peer within a timeout`);
    }
  }
}
