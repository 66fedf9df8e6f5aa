import type { OperatorError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Acts } from './acts.ts';
import type { Holding } from './holding.ts';
import type { Looks } from './looks.ts';
import type { AddressTools } from './tools.ts';

/** What every call of one adapter works with. */
export interface Parts {
  readonly tools: AddressTools;
  readonly looks: Looks;
  readonly acts: Acts;
  readonly holding: Holding;
  readonly clock: Clock;
  readonly onProblem: (problem: OperatorError) => void;
}
