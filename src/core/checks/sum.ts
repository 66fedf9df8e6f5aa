import { weighed, type Health } from '../group/health.ts';
import { addsItsNumber, type CheckSettings, type CheckStanding } from './settings.ts';
import type { Standing } from './standing.ts';

export type Judged = {
  readonly check: Pick<CheckSettings, 'name' | 'question' | 'vital' | 'weight'>;
  readonly standing: Pick<Standing, 'is' | 'number'>;
};

/** From there on a number says what no weight says: this node can't serve. As keepalived has it. */
export const NUMBER_THAT_FAILS = -254;

/** What a check adds to the priority now. */
export function addsOf({ check, standing }: Judged): number {
  if (check.vital || standing.is === 'unknown') return 0;
  if (addsItsNumber(check.question)) return standing.number * check.weight;
  const counts: CheckStanding = check.weight > 0 ? 'up' : 'down';
  return standing.is === counts ? check.weight : 0;
}

const isFailed = (judged: Judged): boolean =>
  judged.check.vital ? judged.standing.is === 'down' : addsOf(judged) <= NUMBER_THAT_FAILS;

/** All checks of a group together: what the group's rules are told. */
export function healthOf(judged: readonly Judged[]): Health {
  const failed = judged.filter(isFailed);
  return {
    sum: judged.filter((one) => !failed.includes(one)).reduce((sum, one) => sum + addsOf(one), 0),
    failed: failed.map(({ check }) => check.name),
  };
}

/** How a priority comes about, for people to add up themselves. */
export interface Arithmetic {
  readonly base: number;
  /** Checks that add something, in the order of their names. */
  readonly terms: readonly { readonly name: string; readonly adds: number }[];
  /** Base and terms. */
  readonly sum: number;
  /** What comes of the sum, which is kept to 1 to 254; 0 when a vital check fails. */
  readonly priority: number;
  readonly failed: readonly string[];
}

export function arithmeticOf(base: number, judged: readonly Judged[]): Arithmetic {
  const health = healthOf(judged);
  const terms = judged
    .map((one) => ({ name: one.check.name, adds: addsOf(one) }))
    .filter(({ name, adds }) => adds !== 0 && !health.failed.includes(name));
  return {
    base,
    terms,
    sum: base + health.sum,
    priority: health.failed.length > 0 ? 0 : weighed(base, health),
    failed: health.failed,
  };
}

/** `103 = 101 base + 2 haproxy` */
export function arithmeticText({ base, terms, sum, priority, failed }: Arithmetic): string {
  if (failed.length > 0) return `0, because ${failed.join(' and ')} ${failed.length > 1 ? 'fail' : 'fails'}`;
  const added = terms.map(({ name, adds }) => `${adds < 0 ? '-' : '+'} ${Math.abs(adds)} ${name}`);
  const kept = sum === priority ? '' : ` = ${sum}, kept at ${priority}`;
  return `${kept === '' ? `${priority} = ` : ''}${[`${base} base`, ...added].join(' ')}${kept}`;
}
