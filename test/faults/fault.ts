import type { Stage } from './stage.ts';
import type { SettingName } from './settings.ts';

/** Two and three nodes differ: with a third, two that cannot hear each other can still learn of each other. */
export type Size = 2 | 3;

/** What must be so once a fault has lasted long enough to have all its effects, and on the way there. */
export interface Expected {
  /** The same as the rest, for people: one sentence. */
  readonly says: string;
  /** Who has the VIP in the end, before anything is healed; `one` for anybody, but alone. */
  readonly holders: readonly string[] | 'one';
  /** Who answers the client then; the holder, where there is only one, unless said otherwise. */
  readonly answers?: string;
  /** How often another host than h1 may get the VIP while the fault lasts. */
  readonly takeovers: number;
  /** How long the VIP may be on two hosts while the fault lasts. Infinity where nobody could know better. */
  readonly bothMs: number;
  /** The client's longest silence from the fault until everything is as before. */
  readonly gapMs: number;
}

/**
 * One thing that goes wrong. It strikes a healthy cluster in which h1 holds, h2 is the next and h3, if there, the last.
 * Whatever it leaves behind, `Stage.heal` puts right.
 */
export interface Fault {
  readonly name: string;
  readonly title: string;
  readonly sizes: readonly Size[];
  /** How the cluster is set up; one row of the matrix for each. Over UDP alone unless said otherwise. */
  readonly settings?: readonly SettingName[];
  /** How long it is watched at least, however early the expected end is there. */
  readonly lastsMs?: number;
  /** Settles when the fault is in force. */
  strike(stage: Stage): void | Promise<void>;
  /** What must be done before the general heal, where the order matters. */
  heal?(stage: Stage): Promise<void>;
  /** With TCP alone, one direction carries nothing without the other. */
  expected(size: Size, setting: SettingName): Expected;
}

/** The program's defaults, but for the failback: its 10 s would only make everything longer. */
export const TIMING = { intervalMs: 250, timeoutMs: 3_000, leaseSeconds: 1, failbackDelayMs: 2_000 } as const;

export const BOTH_SIZES: readonly Size[] = [2, 3];

/** On a busy machine the client misses a few answers without any fault. */
export const NOISE_GAP_MS = 250;
/** A move that somebody planned, or that ends an overlap. */
const HANDOVER_GAP_MS = 500;
/** Nobody may take over before the timeout; questions, the claim and a busy machine come on top. */
const TAKEOVER_GAP_MS = TIMING.timeoutMs + 1_500;
/** Both have the VIP on purpose while one hands over to the other, or until each has heard of the other. */
export const OVERLAP_MS = 1_000;

/**
 * How long two hosts may have it after a heal: kernels ask only once a second for a neighbour's hardware address, so one
 * direction may come back that much later than the other, and nodes that cannot hear each other cannot agree.
 */
export const BOTH_AFTER_MS = 2_500;

export const stays = (says: string, host = 'h1'): Expected => ({
  ...{ says, holders: [host], takeovers: 0, bothMs: 0, gapMs: NOISE_GAP_MS },
});
export const takenOver = (says: string, host = 'h2'): Expected => ({
  ...{ says, holders: [host], takeovers: 1, bothMs: 0, gapMs: TAKEOVER_GAP_MS },
});
export const handedOver = (says: string, host = 'h2'): Expected => ({
  ...{ says, holders: [host], takeovers: 1, bothMs: OVERLAP_MS, gapMs: HANDOVER_GAP_MS },
});
/** The old holder still has the VIP, where no client can reach it. */
export const outOfReach = (says: string, holders: readonly string[] = ['h1', 'h2']): Expected => ({
  ...{ says, holders, answers: 'h2', takeovers: 1, bothMs: Infinity, gapMs: TAKEOVER_GAP_MS },
});
/** Each side believes that it is alone. */
export const split = (says: string, holders: readonly string[]): Expected => ({
  ...{ says, holders, takeovers: holders.length - 1, bothMs: Infinity, gapMs: OVERLAP_MS },
});
