import type { GroupId, GroupName, NodeId, NodeName } from './units.ts';

/** The meaning of one config file, the same on every node. Made only by config/load.ts; durations are milliseconds. */
export interface Settings {
  readonly cluster: string;
  readonly heartbeat: HeartbeatSettings;
  /** Seconds for which the kernel keeps a VIP that is not renewed; 0 means that VIPs are added without a lease. */
  readonly leaseSeconds: number;
  /** Two to eight, sorted by name. */
  readonly nodes: readonly NodeSettings[];
  /** Sorted by name. */
  readonly groups: readonly GroupSettings[];
  /** First 8 bytes of SHA-512 over the canonical meaning of the file, as 16 hex digits. */
  readonly digest: string;
}

export interface HeartbeatSettings {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** How long a starting node waits for its peers before it acts alone. Default: two timeouts. */
  readonly startupMs: number;
  /** How long a starting node respects an active peer that it hears but cannot reach. Default: 60 s. */
  readonly unprovenMs: number;
}

export interface NodeSettings {
  readonly name: NodeName;
  /** One public identity, or two while a rotation is under way; the newest first. */
  readonly keys: readonly PublicIdentity[];
  readonly paths: readonly PathSettings[];
  /** Base priority, 1 to 254. */
  readonly priority: number;
}

/** The public half of a node's identity: what a `sealbeat1…` line says. */
export interface PublicIdentity {
  /** Ed25519, 32 bytes. */
  readonly signKey: Uint8Array;
  /** X25519, 32 bytes. */
  readonly boxKey: Uint8Array;
  readonly id: NodeId;
  /** The line itself, as written in the config. */
  readonly line: string;
}

export interface PathSettings {
  readonly transport: 'udp' | 'tcp';
  /** An address or a name, without brackets. */
  readonly host: string;
  readonly port: number;
  /** As written: `udp://10.0.0.2:7112`. */
  readonly url: string;
}

export interface GroupSettings {
  readonly name: GroupName;
  readonly id: GroupId;
  readonly vips: readonly VipSettings[];
  readonly adapter: AdapterName;
  readonly failback: { readonly mode: 'auto' | 'manual'; readonly delayMs: number };
  readonly announce: { readonly method: AnnounceMethod; readonly refreshMs: number };
  /** Base priority by node where the group differs from the node's own. */
  readonly priority: ReadonlyMap<NodeName, number>;
}

export type AdapterName = 'auto' | 'linux' | 'simulated';
export type AnnounceMethod = 'auto' | 'arping' | 'same-mac' | 'none';

export interface VipSettings {
  readonly address: string;
  readonly family: 4 | 6;
  readonly prefixLength: number;
  /** Linux label for IPv4, `IF:name`, at most 15 characters; empty for none. */
  readonly label: string;
  /** The interface on each node; a node that is missing here cannot hold the group. */
  readonly interfaces: ReadonlyMap<NodeName, string>;
}
