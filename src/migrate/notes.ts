import type { DraftGroup } from './draft.ts';

/** The others give back at once; that the default here does not belongs to no line of theirs. */
export function noteFailback(groups: readonly DraftGroup[], notes: string[]): void {
  const patient = groups.filter(
    ({ failback }) => failback?.manual !== true && failback?.delayMs === undefined,
  );
  if (patient.length === 0) return;
  notes.push(
    `${patient.map(({ name }) => name).join(', ')}: a better node takes the group back when it has been healthy for 10s (failback.delay), and not at once`,
  );
}
