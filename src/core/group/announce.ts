import { after, type MonoMs } from '../units.ts';
import type { GroupState } from './state.ts';

/** When neighbours are told after a claim, a sign of a rival, a stall or a healed link; then slowly for ever. */
export const ANNOUNCE_AT_MS = [0, 100, 500, 1_000, 2_000, 5_000] as const;

export type Announcing = NonNullable<GroupState['announce']>;

/** `contested`: not because we have just taken it, but because somebody else may have. */
export const announceFrom = (now: MonoMs, contested = false): Announcing => ({
  from: now,
  next: 0,
  contested,
});

export function announceDueAt({ from, next }: Announcing, refreshMs: number): MonoMs {
  const burst = ANNOUNCE_AT_MS[next];
  if (burst !== undefined) return after(from, burst);
  const last = ANNOUNCE_AT_MS[ANNOUNCE_AT_MS.length - 1]!;
  return after(from, last + (next - ANNOUNCE_AT_MS.length + 1) * refreshMs);
}
