import type { MonoMs } from '../units.ts';
import type { CheckSettings, CheckStanding } from './settings.ts';

/** What one run of a check came to. */
export interface CheckAnswer {
  /**
   * `late`: nothing in time. `unclear`: it could not be asked, so nothing is known that was not known before.
   * `unknown`: it was asked, and what it checks has no value now.
   */
  readonly said: 'good' | 'bad' | 'late' | 'unclear' | 'unknown';
  /** The number of a file that adds one. */
  readonly number?: number;
  /** What was seen, one short line. */
  readonly text: string;
}

/** Where a check stands. Replaced, never changed. */
export interface Standing {
  readonly is: CheckStanding;
  readonly since: MonoMs;
  /** Results in a row that speak against it. */
  readonly against: number;
  /** Runs in a row that came to no result. */
  readonly without: number;
  /** What a file that adds its number said last. */
  readonly number: number;
}

export type Patience = Pick<CheckSettings, 'rise' | 'fall' | 'slow'>;

/** From so many runs in a row without a result on, somebody should look. */
export const WITHOUT_MAX = 3;

export const firstStanding = (initial: CheckStanding, now: MonoMs): Standing => ({
  is: initial,
  since: now,
  against: 0,
  without: 0,
  number: 0,
});

/** Where it stands after one more run. The first result after `unknown` decides at once: there is nothing to hold on to. */
export function standingAfter(
  before: Standing,
  { said, number = 0 }: CheckAnswer,
  { rise, fall, slow }: Patience,
  now: MonoMs,
): Standing {
  if (said === 'unclear' || (said === 'late' && slow === 'unknown'))
    return { ...before, without: before.without + 1 };
  const turned = (is: CheckStanding): Standing => ({
    is,
    since: is === before.is ? before.since : now,
    against: 0,
    without: 0,
    number,
  });
  if (said === 'unknown') return { ...turned('unknown'), without: before.without + 1 };
  const result = said === 'good' ? 'up' : 'down';
  if (result === before.is || before.is === 'unknown') return turned(result);
  const against = before.against + 1;
  if (against >= (result === 'up' ? rise : fall)) return turned(result);
  return { ...before, against, without: 0 };
}
