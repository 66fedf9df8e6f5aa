import { split, stays, takenOver } from './fault.ts';
import type { Fault } from './fault.ts';
import { isolate, pairsOf } from './network-faults.ts';

/** What needs a third node to happen. */
export const THREE_NODE_FAULTS: readonly Fault[] = [
  {
    name: 'second-drained-holder-dies',
    title: 'h2 is drained, then the host of the holder dies',
    sizes: [3],
    async strike(stage) {
      await stage.order('h2', '/v1/drain');
      stage.lab.faults.unplug('h1');
      stage.pair.agent('h1').signalTree('SIGKILL');
    },
    expected: () => takenOver('h3 takes over, as h2 would have.', 'h3'),
  },
  {
    name: 'holder-cut-from-third',
    title: 'h1 and h3 are cut from each other in both directions',
    sizes: [3],
    strike: (stage) => stage.lab.faults.cutBoth('h1', 'h3'),
    expected: () => stays('Nothing moves: both hear of each other through h2.'),
  },
  {
    name: 'one-way-ring',
    title: 'h2 no longer hears h1, h3 no longer hears h2, and h1 no longer hears h3',
    sizes: [3],
    strike(stage) {
      for (const [from, to] of [
        ['h1', 'h2'],
        ['h2', 'h3'],
        ['h3', 'h1'],
      ] as const) {
        stage.lab.faults.cut(from, to);
      }
    },
    expected: () => stays('Nothing moves: h2 hears of the holder through h3.'),
  },
  {
    name: 'holder-cut-off',
    title: 'The holder is cut from both others',
    sizes: [3],
    strike: (stage) => isolate(stage, 'h1'),
    expected: () =>
      split('h1 and h2 hold: neither can know of the other. Healed, h1 alone holds.', ['h1', 'h2']),
  },
  {
    name: 'second-cut-off',
    title: 'h2 is cut from both others',
    sizes: [3],
    strike: (stage) => isolate(stage, 'h2'),
    expected: () =>
      split('h2 believes that it is alone and holds too. Healed, h1 alone holds.', ['h1', 'h2']),
  },
  {
    name: 'third-cut-off',
    title: 'h3 is cut from both others',
    sizes: [3],
    strike: (stage) => isolate(stage, 'h3'),
    expected: () =>
      split('h3 believes that it is alone and holds too. Healed, h1 alone holds.', ['h1', 'h3']),
  },
  {
    name: 'three-way-partition',
    title: 'Each of the three is cut from both others',
    sizes: [3],
    strike(stage) {
      for (const [one, other] of pairsOf(stage.hosts)) stage.lab.faults.cutBoth(one, other);
    },
    expected: () =>
      split('All three hold: none can know of another. Healed, h1 alone holds.', ['h1', 'h2', 'h3']),
  },
];
