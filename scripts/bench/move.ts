import type { Cluster, Pair } from '../../test/lab/agent.ts';

/** The second interface of a host, for what moves between interfaces. */
export const SECOND_DEVICE = 'eth2';
/** A VIP that nobody asks. */
export const ADDED_VIP = '10.77.0.101';

/** Something that an operator does on purpose. A contender's moves are made in order, each from where the last one ended. */
export interface Move<C extends Cluster = Cluster> {
  /** The same for all contenders that can do it. */
  readonly name: string;
  /** What must be so first. */
  readonly before?: (pair: Pair<C>) => Promise<void>;
  /** The order, and the wait until all of it has been done. This is what is measured. */
  readonly make: (pair: Pair<C>) => Promise<void>;
  /** Puts back what the next one must find as it was. */
  readonly after?: (pair: Pair<C>) => Promise<void>;
  /** The host that is to keep the VIP all the time. */
  readonly staysOn?: string;
}
