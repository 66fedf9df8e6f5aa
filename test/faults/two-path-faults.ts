import { BOTH_SIZES, outOfReach, split, stays } from './fault.ts';
import type { Fault } from './fault.ts';
import { pairsOf } from './network-faults.ts';
import type { Stage } from './stage.ts';

const cutAll = (stage: Stage, network: 'lan' | 'cross'): void => {
  for (const [one, other] of pairsOf(stage.hosts)) stage.lab.faults.cutBoth(one, other, 'all', network);
};

/** Heartbeats go over two networks; clients are on the LAN alone. */
export const TWO_PATH_FAULTS: readonly Fault[] = [
  {
    name: 'lan-path-lost',
    title: 'Nothing passes between the hosts on the LAN; the clients reach them',
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike: (stage) => cutAll(stage, 'lan'),
    expected: () => stays('Nothing moves: the other path is enough.'),
  },
  {
    name: 'cross-path-lost',
    title: 'Nothing passes on the second network',
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike: (stage) => cutAll(stage, 'cross'),
    expected: () => stays('Nothing moves: the LAN is enough.'),
  },
  {
    name: 'holder-lan-unplugged',
    title: "The holder's cable to the LAN is pulled; heartbeats go on over the second network",
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike: (stage) => stage.lab.faults.unplug('h1', 'lan'),
    expected: () => ({
      says: 'A known limit: h1 is heard, so it keeps the VIP where no client reaches it, and raises an alarm.',
      holders: ['h1'],
      answers: 'nobody',
      takeovers: 0,
      bothMs: 0,
      gapMs: Infinity,
    }),
  },
  {
    name: 'holder-cross-unplugged',
    title: "The holder's cable to the second network is pulled",
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike: (stage) => stage.lab.faults.unplug('h1', 'cross'),
    expected: () => stays('Nothing moves.'),
  },
  {
    name: 'standby-cross-unplugged',
    title: "The standby's cable to the second network is pulled",
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike: (stage) => stage.lab.faults.unplug('h2', 'cross'),
    expected: () => stays('Nothing moves.'),
  },
  {
    name: 'standby-lan-unplugged',
    title: "The standby's cable to the LAN is pulled; heartbeats go on over the second network",
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike: (stage) => stage.lab.faults.unplug('h2', 'lan'),
    expected: () => stays('Nothing moves.'),
  },
  {
    name: 'both-paths-lost',
    title: 'Nothing passes between h1 and h2 on either network',
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike(stage) {
      for (const network of ['lan', 'cross'] as const) stage.lab.faults.cutBoth('h1', 'h2', 'all', network);
    },
    expected: (size) =>
      size === 2
        ? split('Both hold: neither can know of the other. Healed, h1 alone holds.', ['h1', 'h2'])
        : stays('Nothing moves: both hear of each other through h3.'),
  },
  {
    name: 'holder-unplugged-everywhere',
    title: 'Both cables of the holder are pulled',
    sizes: BOTH_SIZES,
    settings: ['two-paths'],
    strike(stage) {
      for (const network of ['lan', 'cross'] as const) stage.lab.faults.unplug('h1', network);
    },
    expected: () => outOfReach('h2 serves after the timeout; h1 keeps the VIP where nobody can reach it.'),
  },
];
