import type { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import type { Command, OpenCommand, Secret } from './command.ts';
import type { ListedAddress, Vhost } from './listing.ts';

/** What the group asks of the virtual host on one interface. */
export interface VhostWish {
  readonly vhid: number;
  readonly advbaseSeconds: number;
  /** Whom it advertises to; empty for everybody. */
  readonly peer: string;
}

/** Where the VIPs of one interface have their virtual host, as a look shows it. */
export interface Seat {
  /** The physical interface. */
  readonly link: string;
  /** The interface that bears the addresses: the same, or a carp interface. */
  readonly bearer: string;
  /** Undefined where the look did not ask. */
  readonly physical: Physical | undefined;
  readonly hasBearer: boolean;
  /** The one with our vhid; on a carp interface, whatever is there. */
  readonly vhost: Vhost | undefined;
  /** Those of the virtual host; on a carp interface, all. */
  readonly addresses: readonly ListedAddress[];
  /** A carp interface that is switched on. Always true on FreeBSD, where a virtual host cannot be switched off. */
  readonly isUp: boolean;
}

export interface Physical {
  readonly isThere: boolean;
  readonly hasCarrier: boolean;
  /** Those that it has for itself, or for others. */
  readonly addresses: readonly ListedAddress[];
}

/** What of the host, beside the interfaces, decides whether it may be master. */
export interface Circumstances {
  /** Why no virtual host can become master here. */
  readonly refusal: OperatorError | undefined;
  /** How many times others are preferred to this host: pfsync(4) raises it until it has all states. */
  readonly demotion: number;
  /** Who else decides here, a sentence each. */
  readonly deciders: readonly string[];
  /** Advertisements that were not understood since the host started; undefined where that is not known. */
  readonly notUnderstood: number | undefined;
}

/**
 * What one system's tools can do with CARP: command lines, and looks. The order of things is in carp.ts, which looks, acts
 * and looks again. At rest nothing in the kernel may elect: no virtual host on FreeBSD, a carp interface that is down on
 * OpenBSD and NetBSD.
 */
export interface CarpSystem {
  wishOn(link: string): VhostWish;
  /** `physical` costs a second look where the bearer is another interface. Throws OperatorError when it cannot tell. */
  look(link: string, how: { readonly physical: boolean }): Promise<Seat>;
  /** Never throws: what cannot be found out is left out. */
  circumstances(): Promise<Circumstances>;
  /** What a look at a host shows that has nothing yet. */
  emptySeat(link: string): Seat;
  /** Why this seat cannot be taken, whoever else is master; undefined when it can. */
  whyNotTake(seat: Seat, vips: readonly Vip[]): OperatorError | undefined;
  /** Makes this host master with these VIPs. `stale`: addresses that we put there once and nobody wants any more. */
  takeCommands(
    seat: Seat,
    wanted: {
      readonly vips: readonly Vip[];
      readonly stale: readonly ListedAddress[];
      readonly password: Secret | undefined;
    },
  ): readonly Command[];
  /** Lets the VIPs go, so that this host does not become master by itself again. `kept`: those of ours that stay. */
  releaseCommands(seat: Seat, vips: readonly Vip[], kept: readonly Vip[]): readonly Command[];
  /** The same without a look before: in any order, and for any state. So the guard runs them. */
  blindReleaseCommands(vips: readonly Vip[]): readonly OpenCommand[];
  /** How long being served may take after the last command. */
  readonly settleMs: number;
  /** Whether waiting helps, so long after the last command: an address is being probed, or a master is one only after a silence. */
  isOnItsWay(seat: Seat, vips: readonly Vip[], elapsedMs: number): boolean;
}
