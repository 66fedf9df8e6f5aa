import type { Wire } from '../model.ts';
import type { Attempt } from './attempt.ts';
import type { Family } from './address-text.ts';

/** Drivers that report link changes have the fast set. */
const CLOCKS = {
  fast: { firstWaitMs: 100, probeEveryMs: 150 },
  slow: { firstWaitMs: 1_000, probeEveryMs: 1_500 },
} as const;
const PROBES = 3;
const ANNOUNCEMENTS = { 4: 5, 6: 3 } as const;
const ANNOUNCE_EVERY_MS = 2_000;

/** Where an address is to work. */
export interface Place {
  readonly link: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly family: Family;
  readonly driver: keyof typeof CLOCKS;
  /** Link protection: what leaves with this address is dropped. */
  readonly isMuted: boolean;
}

export interface Asking {
  readonly wire: Wire;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** Asks three times whether somebody has the address; `found` and `free` are not called once the attempt is over. */
export function detectDuplicate(
  { wire, random }: Asking,
  place: Place,
  attempt: Attempt,
  { found, free }: { readonly found: () => void; readonly free: () => void },
): void {
  const { firstWaitMs, probeEveryMs } = CLOCKS[place.driver];
  const answers: Promise<void>[] = [];
  const probe = async (): Promise<void> => {
    if (place.isMuted || !(await wire.isTaken(place.link, place.address))) return;
    if (!attempt.isOver) found();
  };
  const decide = async (): Promise<void> => {
    await Promise.all(answers);
    if (!attempt.isOver) free();
  };
  const firstMs = random() * firstWaitMs;
  for (let sent = 0; sent < PROBES; sent += 1)
    attempt.after(firstMs + sent * probeEveryMs, () => answers.push(probe()));
  attempt.after(firstMs + PROBES * probeEveryMs, () => void decide());
}

/** Announces at once, then a few times quickly, then slowly for as long as the attempt lasts. */
export function keepAnnouncing(wire: Wire, place: Place, attempt: Attempt, slowMs: number, sent = 0): void {
  if (!place.isMuted) wire.announce(place.link, place.address);
  const nextMs = sent + 1 < ANNOUNCEMENTS[place.family] ? ANNOUNCE_EVERY_MS : slowMs;
  if (nextMs > 0) attempt.after(nextMs, () => keepAnnouncing(wire, place, attempt, slowMs, sent + 1));
}
