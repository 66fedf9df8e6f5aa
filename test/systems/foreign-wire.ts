import type { HearingWire } from './lan.ts';

/** A wire on which a test can have somebody who is not there. */
export interface ForeignWire extends HearingWire {
  /** Somebody answers for the address from now on, or no longer. */
  setForeign(link: string, address: string, isThere: boolean): void;
  /** Somebody announces the address. */
  announceForeign(link: string, address: string): void;
}

export function foreignWire(wire: HearingWire): ForeignWire {
  const taken = new Set<string>();
  const listeners = new Set<(link: string, address: string) => void>();
  return {
    ...wire,
    isTaken: async (link, address) => taken.has(`${link} ${address}`) || wire.isTaken(link, address),
    onAnnounce(heard) {
      listeners.add(heard);
      const stop = wire.onAnnounce(heard);
      return () => {
        listeners.delete(heard);
        stop();
      };
    },
    setForeign(link, address, isThere) {
      if (isThere) taken.add(`${link} ${address}`);
      else taken.delete(`${link} ${address}`);
    },
    announceForeign(link, address) {
      for (const heard of [...listeners]) heard(link, address);
    },
  };
}
