/** Counts by name; what `status` and the metrics show. */
export interface Counters {
  add(name: string, by?: number): void;
  all(): Readonly<Record<string, number>>;
}

export function newCounters(): Counters {
  const counts = new Map<string, number>();
  return {
    add: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
    all: () => Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
