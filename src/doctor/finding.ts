import type { FindingId } from './catalogue.ts';

/** `ok`: looked at, and in order. `note`: good to know. `warning`: will hurt one day. `problem`: hurts already. */
export type Level = 'ok' | 'note' | 'warning' | 'problem';

export interface Finding {
  readonly id: FindingId;
  readonly level: Level;
  /** What it is about: a file, an interface, an address, a node; may be empty. */
  readonly subject: string;
  readonly what: string;
  /** What comes of it; empty for what is in order. */
  readonly why: string;
  /** Commands, one a line, or where there is none a sentence; empty when there is nothing to do. */
  readonly fix: string;
}

export const fine = (id: FindingId, subject: string, what: string): Finding => ({
  ...{ id, level: 'ok', subject, what },
  ...{ why: '', fix: '' },
});
