/** What a node's checks say of its fitness for one group; the checks themselves are core/check's business. */
export interface Health {
  /** What the weights of its checks add to the node's priority, as of now; may be negative. */
  readonly sum: number;
  /** Names of the vital checks that fail. With one of them the node can't serve. */
  readonly failed: readonly string[];
}

export const WELL: Health = { sum: 0, failed: [] };

const PRIORITY_MIN = 1;
const PRIORITY_MAX = 254;

/**
 * Base and weights, kept to what a node that serves can have: 0 means "I can't", and weights alone never say that. A node
 * whose base is 0 has no interface for the group, which no check can make up for.
 */
export const weighed = (base: number, { sum }: Health): number =>
  base === 0 ? 0 : Math.min(PRIORITY_MAX, Math.max(PRIORITY_MIN, base + sum));

export const isSameHealth = (a: Health, b: Health): boolean =>
  a.sum === b.sum &&
  a.failed.length === b.failed.length &&
  a.failed.every((name, at) => name === b.failed[at]);
