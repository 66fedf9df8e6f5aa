import type { Draft } from './draft.ts';
import type { Entry } from './ledger.ts';

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

export interface ImportOptions {
  /** Of the nodes, in the order of the files. */
  readonly names: readonly string[];
  /** Where nodes are reached. */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  readonly cluster: string;
}

export interface Imported {
  /** Undefined when there is nothing to make a config of. */
  readonly draft: Draft | undefined;
  readonly entries: readonly Entry[];
  /** What belongs to no line: guesses, differences between the nodes, and what is still to be done. */
  readonly notes: readonly string[];
}
