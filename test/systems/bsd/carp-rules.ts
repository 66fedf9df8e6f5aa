import type { CarpAdvert } from '../model.ts';
import { familyOf } from './address-text.ts';

/** How often a master speaks: every `advbase` seconds and `advskew` 256th parts of a second. */
export interface Pace {
  readonly advbase: number;
  readonly advskew: number;
}

type Own = Pace & { readonly demotion: number };

/** Where the systems differ. */
export interface CarpRules {
  skewSent(advskew: number, demotion: number): number;
  demoteSent(demotion: number): number;
  intervalMs(pace: Pace): number;
  masterDownMs(pace: Pace): number;
  yields(heard: CarpAdvert, own: Own): boolean;
  takesOver(heard: CarpAdvert, own: Own, isPreempting: boolean): boolean;
  /** Whether it advertises, and waits for advertisements, with these addresses only. */
  speaksFor(addresses: readonly string[]): boolean;
  readonly announcesAgainAfterAdverts: number;
  readonly hashCoversAddresses: boolean;
}

const SECOND_MS = 1_000;
/** The worst that demotion makes of a skew. */
const DEMOTED_SKEW = 240;

const ticks = ({ advbase, advskew }: Pace): number => advbase * 256 + advskew;
const toMs = (tickCount: number): number => (tickCount * SECOND_MS) / 256;
/** A master that is sure to fall silent for too long counts as silent. */
const isTooSlow = (heard: Pace, own: Pace): boolean =>
  ticks({ ...own, advbase: 3 * own.advbase }) < ticks(heard);

const byPace = {
  intervalMs: (pace: Pace) => toMs(Math.max(1, ticks(pace))),
  masterDownMs: ({ advbase, advskew }: Pace) => toMs(3 * advbase * 256 + advskew),
  yields: (heard: CarpAdvert, own: Own) => ticks(own) >= ticks(heard),
  takesOver: (heard: CarpAdvert, own: Own, isPreempting: boolean) =>
    (isPreempting && ticks(own) < ticks(heard)) || isTooSlow(heard, own),
  speaksFor: (addresses: readonly string[]) => addresses.length > 0,
  demoteSent: () => 0,
  announcesAgainAfterAdverts: 0,
};

export interface CarpVariants {
  /** Hosts whose virtual host has other addresses do not understand each other. */
  readonly hashCoversAddresses: boolean;
}

/** Demotion is added to the skew. */
export const freebsdRules = (variants: CarpVariants): CarpRules => ({
  ...byPace,
  ...variants,
  skewSent: (advskew, demotion) => Math.min(DEMOTED_SKEW, advskew + demotion),
});

/** Whatever demotes a NetBSD host makes it as slow as can be. Its IPv6 half was never finished. */
export const netbsdRules = (variants: CarpVariants): CarpRules => ({
  ...byPace,
  ...variants,
  skewSent: (advskew, demotion) => (demotion > 0 ? Math.max(DEMOTED_SKEW, advskew) : advskew),
  speaksFor: (addresses) => addresses.some((address) => familyOf(address) === 4),
});

/** The demotion count travels beside the skew, and counts for more. */
export const openbsdRules = (variants: CarpVariants & { readonly masterDownSkews: number }): CarpRules => ({
  ...byPace,
  hashCoversAddresses: variants.hashCoversAddresses,
  skewSent: (advskew) => advskew,
  demoteSent: (demotion) => demotion & 255,
  masterDownMs: ({ advbase, advskew }) =>
    advbase === 0
      ? toMs(3 * Math.max(1, advskew))
      : toMs(3 * advbase * 256 + variants.masterDownSkews * advskew),
  yields: (heard, own) =>
    heard.demote < own.demotion || (byPace.yields(heard, own) && heard.demote <= own.demotion),
  takesOver: (heard, own, isPreempting) =>
    heard.demote > own.demotion ||
    (isPreempting && ticks(own) < ticks(heard) && heard.demote >= own.demotion) ||
    (own.advbase > 0 && isTooSlow(heard, own)),
  announcesAgainAfterAdverts: 2,
});
