import type { Histogram } from '../core/histogram.ts';
import type { Facts } from './facts.ts';

/** One family of metrics: how it is called and described, and where its samples come from. */
export interface Family {
  /** Base units stand in the name: seconds, bytes, ratio; counters end in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** A sentence without its full stop. */
  readonly help: string;
  readonly labels: readonly string[];
  readonly collect: (facts: Facts, put: Put) => void;
}

/** Takes a sample, with a value for each label of the family. What is undefined is not known, and left out. */
export type Put = (value: number | boolean | undefined | Histogram, ...labels: readonly string[]) => void;

/** To the nanosecond: a quotient's last digits say nothing and make every line longer. */
export const seconds = (ms: number): number => Math.round(ms * 1e6) / 1e9;

export const family = (
  name: string,
  type: Family['type'],
  help: string,
  labels: readonly string[],
  collect: Family['collect'],
): Family => ({ name, type, help, labels, collect });
