import { readFileSync } from 'node:fs';

/**
 * Whether the VIPs' interfaces receive anything, from the kernel's counters. A standby whose receiving side is dead hears
 * nobody, which looks just like everybody else being dead.
 */
export interface Reception {
  /** True when a counter moved since the last look, or when this system has none to look at. */
  hasReceived(): boolean;
}

export function newReception(
  links: () => readonly string[],
  read: (link: string) => string | undefined = readCounter,
): Reception {
  let last = new Map<string, string>();
  return {
    hasReceived() {
      let moved = false;
      const counts = new Map<string, string>();
      for (const link of links()) {
        const count = read(link);
        if (count === undefined || count !== last.get(link)) moved = true;
        if (count !== undefined) counts.set(link, count);
      }
      last = counts;
      return moved;
    },
  };
}

function readCounter(link: string): string | undefined {
  if (link.includes('/')) return undefined; // a simulated interface
  try {
    return readFileSync(`/sys/class/net/${link}/statistics/rx_packets`, 'utf8');
  } catch {
    return undefined; // another system, or an interface that does not exist: the adapter says so, not this
  }
}
