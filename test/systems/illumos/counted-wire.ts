import type { Wire } from '../model.ts';

/** Two logical interfaces of a host may have the same address, which vanishes with the second of them. */
export function countedWire(wire: Wire): Wire {
  const holders = new Map<string, number>();
  const count = (link: string, address: string, change: 1 | -1): number => {
    const key = `${link} ${address}`;
    const now = (holders.get(key) ?? 0) + change;
    holders.set(key, now);
    return now;
  };
  return {
    ...wire,
    async appear(link, address, prefixLength) {
      if (count(link, address, 1) === 1) await wire.appear(link, address, prefixLength);
    },
    async vanish(link, address, prefixLength) {
      if (count(link, address, -1) === 0) await wire.vanish(link, address, prefixLength);
    },
  };
}
