/** A property of protocol `ip`, as set-prop and show-prop know it. */
export interface Tunable {
  current: number;
  /** Undefined when nothing was set that comes back at boot. */
  persistent: number | undefined;
  readonly standard: number;
  readonly highest: number;
}

export const DUP_RECOVERY = '_dup_recovery';

export const ipTunables = (): ReadonlyMap<string, Tunable> =>
  new Map([
    [DUP_RECOVERY, { current: 300_000, persistent: undefined, standard: 300_000, highest: 3_600_000 }],
  ]);
