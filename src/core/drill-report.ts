import type { GroupName, NodeName } from './units.ts';

/** What `drill` says of itself before, meanwhile and after. Times are milliseconds since the drill began. */

export interface PromiseTerm {
  readonly text: string;
  readonly ms: number;
}

/** An upper bound, and what it consists of. */
export interface Bound {
  readonly ms: number;
  readonly terms: readonly PromiseTerm[];
}

export interface DrillPlan {
  readonly group: GroupName;
  readonly node: NodeName;
  /** Who is first in line for the group. */
  readonly heir: NodeName;
  /** All groups that leave this node for the drill; `heir` is empty where nobody can take over. */
  readonly groups: readonly { readonly group: GroupName; readonly heir: NodeName | '' }[];
  readonly failover: Bound;
  readonly back: Bound;
  /** This node speaks again after this time, whatever happens. */
  readonly deadMsMax: number;
  /** Addresses of the group that can be asked from this host while another has them. */
  readonly addresses: readonly string[];
  /** Why there are none; empty when there are some. */
  readonly whyNoAddresses: string;
  readonly warnings: readonly string[];
}

/** How one group fared. */
export interface DrillMove {
  readonly group: GroupName;
  /** When a look showed that its addresses were off. */
  readonly offMs: number | undefined;
  /** When another was first heard to say that it does not hear us, that it claims, that it holds. */
  readonly missedMs: number | undefined;
  readonly claimedMs: number | undefined;
  readonly activeMs: number | undefined;
  /** For how long nobody had it, by the frames: for a real drill from the beginning on. */
  readonly gapMs: number | undefined;
  readonly taker: NodeName | '';
  readonly askedBackMs: number | undefined;
  readonly backMs: number | undefined;
  /** On the way back: for how long nobody had the address. */
  readonly backGapMs: number | undefined;
}

export interface DrillReport {
  /** Wall time of its beginning, ISO 8601, for people. */
  readonly at: string;
  readonly plan: DrillPlan;
  readonly planned: boolean;
  readonly stays: boolean;
  readonly phase: 'dead' | 'moving' | 'greeting' | 'returning' | 'recovering' | 'over';
  readonly elapsedMs: number;
  /** When we spoke again. */
  readonly aliveMs: number | undefined;
  readonly moves: readonly DrillMove[];
  readonly passed: boolean | undefined;
  /** Why not; empty when it passed, or is not over. */
  readonly failure: string;
  /** Who has the group now; empty for nobody. */
  readonly holder: NodeName | '';
}

/** The answer to "what would a drill do?", and what the last one did. */
export interface DrillState {
  readonly plan: DrillPlan | undefined;
  readonly refusal: { readonly message: string; readonly hint: string } | undefined;
  /** Under way, or the last one that this process remembers. */
  readonly last: DrillReport | undefined;
}
