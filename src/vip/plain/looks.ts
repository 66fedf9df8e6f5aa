import type { Vip } from '../../core/ports.ts';
import { type Links, stateIn } from './found.ts';
import type { AddressState, AddressTools, ShownLink } from './tools.ts';

export interface Looks {
  /** Looks once at each interface, however many of the VIPs are on it. Throws OperatorError when it cannot be told. */
  at(vips: readonly Pick<Vip, 'link'>[]): Promise<Links>;
  /** What the newest look showed; undefined when nobody has looked. */
  lastState(vip: Vip): AddressState | 'absent' | undefined;
  /** Calls with what every look of anybody shows. Returns what stops it. */
  onLook(seen: (link: string, shown: ShownLink | undefined) => void): () => void;
}

export function newLooks(tools: Pick<AddressTools, 'show'>): Looks {
  const newest = new Map<string, { readonly number: number; readonly shown: ShownLink | undefined }>();
  const listeners = new Set<(link: string, shown: ShownLink | undefined) => void>();
  let begun = 0;

  const lookAt = async (link: string): Promise<readonly [string, ShownLink | undefined]> => {
    const number = (begun += 1);
    const shown = await tools.show(link);
    // Two looks may end in another order than they began; the one that began later knows better.
    if (number > (newest.get(link)?.number ?? 0)) {
      newest.set(link, { number, shown });
      listeners.forEach((seen) => seen(link, shown));
    }
    return [link, shown];
  };

  return {
    async at(vips) {
      const links = [...new Set(vips.map(({ link }) => link))];
      return new Map(await Promise.all(links.map(lookAt)));
    },
    lastState(vip) {
      const last = newest.get(vip.link);
      return last === undefined ? undefined : stateIn(vip, new Map([[vip.link, last.shown]]));
    },
    onLook(seen) {
      listeners.add(seen);
      return () => listeners.delete(seen);
    },
  };
}
