import type { Wire } from '../model.ts';
import type { Place } from './detection.ts';

/** One address on the wire, or not: what is asked for happens in the order in which it was asked for. */
export interface Presence {
  appear(place: Place): Promise<void>;
  vanish(): Promise<void>;
}

export function presenceOn(wire: Wire): Presence {
  let at: Place | undefined;
  let done: Promise<void> = Promise.resolve();
  return {
    appear(place) {
      if (place.isMuted) return done;
      at = place;
      return (done = done.then(() => wire.appear(place.link, place.address, place.prefixLength)));
    },
    vanish() {
      const gone = at;
      at = undefined;
      if (gone === undefined) return done;
      return (done = done.then(() => wire.vanish(gone.link, gone.address, gone.prefixLength)));
    },
  };
}
