import { OperatorError } from '../core/errors.ts';

const INSTANCES_MAX = 1_024;

/** More than a cluster can have in groups, and enough to make comparing them slow. */
export function refuseTooMany(count: number, what: string): void {
  if (count <= INSTANCES_MAX) return;
  throw new OperatorError('CONFIG_INVALID', `there are ${count} ${what}; ${INSTANCES_MAX} at most`, {
    hint: 'import them in parts, each for a cluster of its own',
  });
}
