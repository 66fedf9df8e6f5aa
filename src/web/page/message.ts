import type { Tree } from './tree.ts';

/** What the server tells a page: everything at first, then what changed. */
export interface Message {
  readonly now: number;
  readonly title: string;
  readonly parts: Readonly<Record<string, Tree>>;
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  /** Transitions since the last message, as sentences to be read out. */
  readonly said: readonly string[];
}

/** A page that heard nothing for so long says that it shows the past; a message comes every second. */
export const LOST_AFTER_MS = 3_000;
