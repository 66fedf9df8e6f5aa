import type { Log } from '../core/ports.ts';
import type { GroupName } from '../core/units.ts';
import type { ProgramReport } from '../vip/options.ts';
import type { History } from './history.ts';

/** Tells in log and events which of an operator's programs was run, and what it said last. */
export const programTeller =
  ({ history, log }: { readonly history: History; readonly log: Log }) =>
  (group: GroupName, { failed, text, cause }: ProgramReport): void => {
    // What fails again and again is counted, as everything that is wrong.
    const kind = failed ? 'vip' : 'program';
    if (history.add({ kind, subject: group, text, cause }) === undefined) return;
    const sentence = `${group}: ${text}${cause === '' ? '' : `: ${cause}`}`;
    if (failed) log.warn({ group, cause }, sentence);
    else log.info({ group, cause }, sentence);
  };
