/** A config in the making: what is known, before it is written as YAML. */
export interface Draft {
  readonly cluster: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly timingWhy: string;
  readonly startupMs?: number | undefined;
  readonly nodes: readonly DraftNode[];
  readonly groups: readonly DraftGroup[];
  readonly alerts?: DraftAlerts | undefined;
  /** Lines of the old config that belong to no group, to be kept as comments. */
  readonly kept: readonly string[];
}

export interface DraftNode {
  readonly name: string;
  /** Where the others reach it; none where that is not known. */
  readonly addresses: readonly string[];
  readonly priority: number;
}

/** What stands behind a key, for the one who writes the YAML. */
export type DraftValue = string | number | boolean | readonly string[] | ReadonlyMap<string, string>;
export type DraftSettings = readonly (readonly [key: string, value: DraftValue])[];

export interface DraftCheck {
  readonly name: string;
  readonly settings: DraftSettings;
}

export interface DraftHook {
  readonly moment: string;
  readonly run: readonly string[];
  /** Beside the program: `style`, `user`, `group`. */
  readonly settings: DraftSettings;
}

export interface DraftAlerts {
  readonly mail: DraftSettings;
  readonly on: readonly string[];
}

export type ByNode = ReadonlyMap<string, string>;

export interface DraftVip {
  readonly address: string;
  readonly label?: string | undefined;
  /** Where it differs from the group's. */
  readonly interfaces?: ByNode | undefined;
}

export interface DraftGroup {
  readonly name: string;
  /** What it was called before, and other words above it. */
  readonly comments: readonly string[];
  readonly interfaces: ByNode;
  readonly vips: readonly DraftVip[];
  readonly failback?: { readonly manual: boolean; readonly delayMs?: number | undefined } | undefined;
  readonly refreshMs?: number | undefined;
  /** By node; what equals the node's own is left out when it is written. */
  readonly priorities: ReadonlyMap<string, number>;
  readonly checks: readonly DraftCheck[];
  readonly hooks: readonly DraftHook[];
  /** Lines of YAML that an operator may want instead of what is there; written as comments. */
  readonly offers: readonly string[];
  /** Lines of the old config, to be kept as comments. */
  readonly kept: readonly string[];
}
