import type { Verdict } from '../ledger.ts';

/** The words of one block, while it is read: each has one value, and one sentence about it. */
export interface Reading {
  valueOf(word: string): readonly string[] | undefined;
  say(word: string, verdict: Verdict, says: string): void;
}
