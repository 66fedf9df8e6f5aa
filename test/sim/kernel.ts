import type { GroupId } from '../../src/core/units.ts';
import type { Chance } from './chance.ts';

/** The addresses of one host: what is really there, whatever its agent believes. */
export class Kernel {
  /** Group by group: the number of the lease under which its VIP stands. */
  readonly #vips = new Map<GroupId, number>();
  #leases = 0;
  readonly #chance: Chance;
  readonly #later: (ms: number, run: () => void) => void;
  readonly #onChange: (group: GroupId, present: boolean, cause: string) => void;

  constructor(
    chance: Chance,
    later: (ms: number, run: () => void) => void,
    onChange: (group: GroupId, present: boolean, cause: string) => void,
  ) {
    this.#chance = chance;
    this.#later = later;
    this.#onChange = onChange;
  }

  has(group: GroupId): boolean {
    return this.#vips.has(group);
  }

  /** Adds the VIP, or starts its lease anew. The kernel rounds: it goes up to a second after the lease is over. */
  put(group: GroupId, leaseSeconds: number): void {
    const wasThere = this.#vips.has(group);
    const lease = ++this.#leases;
    this.#vips.set(group, lease);
    if (leaseSeconds > 0) {
      this.#later(leaseSeconds * 1_000 + this.#chance.between(1, 1_000), () => {
        if (this.#vips.get(group) === lease) this.remove(group, 'its lease is over');
      });
    }
    if (!wasThere) this.#onChange(group, true, 'added');
  }

  remove(group: GroupId, cause: string): void {
    if (this.#vips.delete(group)) this.#onChange(group, false, cause);
  }
}
