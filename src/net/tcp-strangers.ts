import type { Clock, Random } from '../core/ports.ts';
import { after, SECOND_MS, type MonoMs } from '../core/units.ts';

/** A connection that nobody has proven to be theirs yet. */
export interface Stranger {
  readonly address: string;
  close(reason: string): void;
}

/** Room for a few strangers at a time, so that whoever comes with a crowd is in the way of that crowd alone. */
export interface Strangers {
  /** False when there is no room for it. */
  admit(stranger: Stranger): boolean;
  /** It has gone, or has proven whose it is. */
  remove(stranger: Stranger): void;
  close(): void;
}

const STRANGERS_MAX = 16;
const STRANGERS_PER_ADDRESS = 4;
/** Time to prove itself: a peer needs one round trip. */
const PROVE_WITHIN_MS = 2 * SECOND_MS;
/** Whoever is younger is left alone: a peer's connection must get through a flood of others. */
const LEFT_ALONE_MS = 100;

interface Entry {
  readonly since: MonoMs;
  readonly cancel: () => void;
}

export function newStrangers({ clock, random }: { clock: Clock; random: Random }): Strangers {
  const entries = new Map<Stranger, Entry>();
  const remove = (stranger: Stranger): void => {
    entries.get(stranger)?.cancel();
    entries.delete(stranger);
  };
  const send = (stranger: Stranger, reason: string): void => {
    remove(stranger);
    stranger.close(reason);
  };
  /** One of them goes, by chance, so that no order of coming is of use to anybody. */
  const makeRoom = (among: readonly Stranger[]): boolean => {
    const now = clock.nowMs();
    const old = among.filter((one) => now - entries.get(one)!.since > LEFT_ALONE_MS);
    if (old.length === 0) return false;
    const drawn = new DataView(random.bytes(4).buffer).getUint32(0);
    send(old[drawn % old.length]!, 'too many');
    return true;
  };
  return {
    admit(stranger) {
      const all = [...entries.keys()];
      const sameAddress = all.filter(({ address }) => address === stranger.address);
      const crowd = sameAddress.length >= STRANGERS_PER_ADDRESS ? sameAddress : all;
      const isFull = crowd === sameAddress || all.length >= STRANGERS_MAX;
      if (isFull && !makeRoom(crowd)) return false;
      const since = clock.nowMs();
      const cancel = clock.wakeAt(after(since, PROVE_WITHIN_MS), () => send(stranger, 'unproven'));
      entries.set(stranger, { since, cancel });
      return true;
    },
    remove,
    close() {
      for (const { cancel } of entries.values()) cancel();
      entries.clear();
    },
  };
}
