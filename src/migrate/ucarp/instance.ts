import type { Ledger, Source } from '../ledger.ts';
import type { UcarpOption } from './keywords.ts';

/** One ucarp as one node runs it: its options, each with the place where it stands. */
export interface UcarpInstance {
  readonly source: Source;
  readonly given: readonly GivenOption[];
}

export interface GivenOption {
  readonly option: UcarpOption;
  readonly value: string | undefined;
  readonly source: Source;
}

/** What a file says, in either form. */
export interface UcarpFile {
  readonly roots: readonly Source[];
  readonly instances: readonly UcarpInstance[];
  /** By address, the length that another stanza gives it. */
  readonly lengths: ReadonlyMap<string, number>;
  /** Lines without an equivalent, to be kept as comments. */
  readonly kept: readonly string[];
  /** Says of every line what is known without the other node. */
  account(ledger: Ledger): void;
}

export const valueOf = ({ given }: UcarpInstance, long: string): GivenOption | undefined =>
  given.findLast(({ option }) => option.long === long);

export const isOn = (value: string | undefined): boolean =>
  value !== undefined && !/^(no|off|false|0)$/i.test(value);
