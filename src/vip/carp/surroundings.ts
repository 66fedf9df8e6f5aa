import type { Clock } from '../../core/ports.ts';
import { SECOND_MS, type MonoMs } from '../../core/units.ts';
import type { CarpSystem, Circumstances } from './carp-system.ts';

const ASK_EVERY_MS = 10 * SECOND_MS;

/** What the host does beside us, asked for now and then. */
export interface Surroundings {
  now(): Promise<Circumstances>;
  /** As now, unless it was asked for a moment ago. */
  nowAndThen(): Promise<void>;
  notes(how: { readonly holds: boolean }): readonly string[];
}

export function surroundings(system: CarpSystem, clock: Clock): Surroundings {
  let last: Circumstances | undefined;
  let askedAt: MonoMs | undefined;
  let missed = 0;
  const now = async (): Promise<Circumstances> => {
    askedAt = clock.nowMs();
    const found = await system.circumstances();
    const { notUnderstood } = found;
    missed =
      notUnderstood === undefined || last?.notUnderstood === undefined
        ? 0
        : notUnderstood - last.notUnderstood;
    last = found;
    return found;
  };
  return {
    now,
    async nowAndThen() {
      if (askedAt === undefined || clock.nowMs() - askedAt >= ASK_EVERY_MS) await now();
    },
    notes({ holds }) {
      if (last === undefined) return [];
      const { refusal, demotion, deciders } = last;
      return [
        ...(refusal === undefined ? [] : [`${refusal.message} (${refusal.hint})`]),
        ...(demotion > 0 ? [`CARP is demoted here by ${demotion}: other hosts are preferred`] : []),
        ...deciders,
        ...(holds && missed > 0 ? [misunderstood(missed)] : []),
      ];
    },
  };
}

const misunderstood = (count: number): string =>
  `another host advertises this vhid with another password or with other addresses (${count} times of late): both are master, and neither gives way; compare the password files and the configs`;
