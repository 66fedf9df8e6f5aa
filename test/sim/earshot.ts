import { isTwoWay } from '../../src/core/peer/link.ts';
import type { Host } from './host.ts';
import type { Way } from './way.ts';
import { Violation, type Check, type World } from './world.ts';

/** What a connection may need before it carries frames again: a dial that was lost twice, and the pause before the next. */
const DIAL_MS = 3_500;

/**
 * Two running hosts hear each other both ways a few round trips and intervals after the weather has become calm, on the
 * best path of each direction: it need not be the same one. A path over TCP may have to be given up and dialled again first.
 */
export class Earshot implements Check {
  readonly #world: World;
  /** Somebody on the wire holds frames back or floods: then it is not asked. */
  disturbed = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** From when on frames may be expected along a direction; Infinity for not at all. */
  #expectedFrom(from: Host, to: Host, settledAt: number): number {
    const timeoutMs = Math.max(from.policy.timeoutMs, to.policy.timeoutMs);
    let earliest = Number.POSITIVE_INFINITY;
    for (const way of this.#world.network.lanes(from.number, to.number)) {
      const { wellSince } = way;
      if (wellSince === undefined || way.slowestMs >= timeoutMs / 8) continue;
      earliest = Math.min(earliest, Math.max(wellSince, settledAt) + this.#settlingMs(way, from, timeoutMs));
    }
    return earliest;
  }

  #settlingMs(way: Way, from: Host, timeoutMs: number): number {
    const least = 6 * way.slowestMs;
    return way.transport === 'udp' ? least : least + timeoutMs + 2 * from.policy.intervalMs + DIAL_MS;
  }

  stepped(host: Host): void {
    const { agent } = host;
    if (this.disturbed || agent === undefined || !host.isRunning || host.receiveDead) return;
    const { now } = this.#world;
    for (const link of agent.node.links) {
      const peer = this.#world.host(link.number);
      if (peer.agent === undefined || !peer.isRunning || peer.receiveDead) continue;
      // One that plays dead is not to be heard.
      if (agent.node.playingDead !== undefined || peer.agent.node.playingDead !== undefined) continue;
      const intervalMs = Math.max(host.policy.intervalMs, peer.policy.intervalMs);
      const settledAt = Math.max(agent.awakeSince, peer.agent.awakeSince, host.hearsSince, peer.hearsSince);
      if (now <= settledAt + 3 * intervalMs + 100) continue;
      if (isTwoWay(link, host.clock.mono(now), host.policy)) continue;
      const there = this.#expectedFrom(host, peer, settledAt);
      const back = this.#expectedFrom(peer, host, settledAt);
      if (now <= Math.max(there, back) + 3 * intervalMs + 100) continue;
      throw new Violation(
        'earshot',
        `${host.name} does not hear ${peer.name} both ways, though nothing hinders it`,
      );
    }
  }
}
