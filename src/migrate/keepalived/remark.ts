import type { Ledger, Verdict } from '../ledger.ts';
import type { Statement } from './parser.ts';

/** A sentence about a statement that is said once it is known that the statement matters. */
export interface Remark {
  readonly statement: Statement;
  readonly verdict: Verdict;
  readonly says: string;
}

export const remarkAll = (remarks: readonly Remark[], ledger: Ledger): void => {
  for (const { statement, verdict, says } of remarks) ledger.cover(statement, verdict, says);
};
