import { CLIENT } from '../lab/addresses.ts';
import { until } from '../lab/wait.ts';
import { BOTH_SIZES, OVERLAP_MS, stays, takenOver } from './fault.ts';
import type { Fault } from './fault.ts';
import { isolate } from './network-faults.ts';

/** What a witness and an announced restart are for. Left out as long as the program refuses such a config. */
export const THIRD_PARTY_FAULTS: readonly Fault[] = [
  {
    name: 'witness-gone',
    title: 'The witness answers nobody any more',
    sizes: BOTH_SIZES,
    settings: ['witness'],
    strike(stage) {
      for (const host of stage.hosts) stage.lab.faults.cut(host, CLIENT);
    },
    expected: () => ({
      says: 'Nothing moves: a holder that hears another node needs no witness.',
      holders: ['h1'],
      answers: 'nobody', // the client is the witness, and cut off
      bothMs: 0,
      gapMs: Infinity,
    }),
  },
  {
    name: 'holder-isolated',
    title: 'The holder reaches neither another node nor the witness',
    sizes: BOTH_SIZES,
    settings: ['witness'],
    strike(stage) {
      isolate(stage, 'h1');
      stage.lab.faults.cutBoth('h1', CLIENT);
    },
    expected: () => takenOver('h1 lets go before h2 takes over.'),
  },
  {
    name: 'restart-in-place',
    title: 'The holder is told to restart: it ends, and is started again at once',
    sizes: BOTH_SIZES,
    settings: ['restart'],
    async strike(stage) {
      await stage.order('h1', '/v1/restart');
      await until('the agent on h1 to end', 10_000, () => !stage.pair.isRunning('h1'));
      await stage.start('h1');
    },
    expected: () => ({
      ...stays('The VIP stays where it is: the new process adopts it.'),
      gapMs: OVERLAP_MS,
    }),
  },
];
