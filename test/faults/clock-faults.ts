import { BOTH_SIZES, stays } from './fault.ts';
import type { Fault } from './fault.ts';

const HOUR_SECONDS = 3_600;

const clockFault = (name: string, title: string, host: string, offsetSeconds: number): Fault => ({
  name,
  title,
  sizes: BOTH_SIZES,
  settings: ['clocks'],
  strike: (stage) => stage.clock(host).set(offsetSeconds),
  expected: () => stays('Nothing moves, neither by the step nor by the step back.'),
});

/** Wall clocks jump. */
export const CLOCK_FAULTS: readonly Fault[] = [
  clockFault('holder-clock-forward', "The holder's clock jumps an hour ahead", 'h1', HOUR_SECONDS),
  clockFault('holder-clock-back', "The holder's clock jumps an hour back", 'h1', -HOUR_SECONDS),
  clockFault('standby-clock-back', "The standby's clock jumps an hour back", 'h2', -HOUR_SECONDS),
];
