import type { PublicIdentity } from '../core/settings.ts';
import type { NodeId } from '../core/units.ts';

/** What all nodes have in common, and the same in every line and every file of one cluster. */
export interface Common {
  readonly cluster: string;
  readonly group: string;
  /** As the file writes them, in its order: `10.10.10.42`, `10.10.10.43/24`. */
  readonly vips: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface Member {
  readonly name: string;
  readonly key: PublicIdentity;
  /** Its interface for the addresses. */
  readonly link: string;
  /** URLs at which the others reach it. */
  readonly paths: readonly string[];
  readonly priority: number;
}

/** As much of a config as `sealbeat init` writes: one group, and one key and interface for each node. */
export interface Cluster extends Common {
  /** Sorted by name, so that every node writes the same file. */
  readonly members: readonly Member[];
}

/** Who begins is preferred, until somebody edits that. */
export const FIRST_PRIORITY = 101;
export const OTHER_PRIORITY = 100;

export const commonOf = ({ cluster, group, vips, intervalMs, timeoutMs }: Common): Common => ({
  ...{ cluster, group, vips, intervalMs, timeoutMs },
});

export const clusterWith = (common: Common, members: readonly Member[]): Cluster => ({
  ...commonOf(common),
  members: [...members].sort((a, b) => (a.name < b.name ? -1 : 1)),
});

export const memberWith = (members: readonly Member[], ids: ReadonlySet<NodeId>): Member | undefined =>
  members.find(({ key }) => ids.has(key.id));
