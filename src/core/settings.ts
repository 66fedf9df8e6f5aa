import type { CheckSettings, HttpQuestion } from './checks/settings.ts';
import type { HookSettings } from './hooks.ts';
import type { GroupId, GroupName, NodeId, NodeName } from './units.ts';

/** The meaning of one config file, the same on every node. Made only by config/load.ts; durations are milliseconds. */
export interface Settings {
  readonly cluster: string;
  readonly heartbeat: HeartbeatSettings;
  /** Seconds for which the kernel keeps a VIP that is not renewed; 0 means that VIPs are added without a lease. */
  readonly leaseSeconds: number;
  /** The longest that a restarting node may ask the others to wait for it; 0 for never. */
  readonly restartMs: number;
  /** A third party that grants each group to one node at a time; undefined for none. */
  readonly arbiter: ArbiterSettings | undefined;
  /** Whom to tell of what happens; undefined for nobody. */
  readonly alerts: AlertSettings | undefined;
  /** Metrics and the status page over TCP; undefined for no listener at all. */
  readonly web: WebSettings | undefined;
  /** Two to eight, sorted by name. */
  readonly nodes: readonly NodeSettings[];
  /** Sorted by name. */
  readonly groups: readonly GroupSettings[];
  /** First 8 bytes of SHA-512 over the canonical meaning of the file, as 16 hex digits. */
  readonly digest: string;
  /** The same for parts of the file, so that a drift can be named: a digest of 4 bytes as 8 hex digits each. */
  readonly partDigests: Readonly<Record<ConfigPart, string>>;
}

/** Parts of a config whose drift is told apart, in the order in which frames carry their digests. Append only. */
export const CONFIG_PARTS = [
  'timing', // heartbeat, lease, restart
  'nodes', // their names
  'keys',
  'paths',
  'priorities', // of nodes and of groups
  'groups', // their names
  'addresses', // VIPs, interfaces, adapters, announcing
  'policies', // failback, confirm, witness, fence, arbiter
  'checks',
  'hooks',
  'alerts',
  'web', // the listener
] as const;
export type ConfigPart = (typeof CONFIG_PARTS)[number];

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
  /** By node; every node is in it. */
  readonly adapters: ReadonlyMap<NodeName, AdapterName>;
  /** What the adapters of these names need; undefined where no node uses it. */
  readonly script: ScriptSettings | undefined;
  readonly command: CommandSettings | undefined;
  readonly carp: CarpSettings | undefined;
  readonly failback: { readonly mode: 'auto' | 'manual'; readonly delayMs: number };
  readonly announce: { readonly method: AnnounceMethod; readonly refreshMs: number };
  /** When checks fail on every node: the best of them serves all the same, or nobody does. */
  readonly whenAllUnhealthy: 'best' | 'none';
  /** How often it may move in a while before it stays where it is; undefined for any number of times. */
  readonly damping: { readonly moves: number; readonly withinMs: number } | undefined;
  /** Base priority by node where the group differs from the node's own. */
  readonly priority: ReadonlyMap<NodeName, number>;
  /** Asks a silent node's host in another way before its group is taken over. */
  readonly confirm: ConfirmSettings | undefined;
  /** Asks something that only a node with a working network can reach. */
  readonly witness: WitnessSettings | undefined;
  /** Makes sure that a silent holder cannot serve any more. */
  readonly fence: FenceSettings | undefined;
  /** What the nodes ask of themselves, sorted by name. */
  readonly checks: readonly CheckSettings[];
  /** What is run when something happens to the group on a node; in the order of the moments. */
  readonly hooks: readonly HookSettings[];
}

/**
 * One question to the world with a yes or no. In `host`, `url` and `command`, `{peer}` stands for the address of the node
 * that is asked about and `{name}` for its name.
 */
export type ProbeSettings =
  /** A connection is accepted; for `ssh`, and the first line begins with `SSH-`. */
  | { readonly kind: 'tcp' | 'ssh'; readonly host: string; readonly port: number; readonly text: string }
  /** One echo is answered. */
  | { readonly kind: 'ping'; readonly host: string; readonly text: string }
  /** A GET is answered with 200 to 399, or as somebody wants it. */
  | {
      readonly kind: 'http' | 'https';
      readonly url: string;
      readonly text: string;
      readonly wants?: Omit<HttpQuestion, 'kind' | 'url'>;
    }
  /** It ends with exit code 0. No shell. */
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly text: string };

export interface ConfirmSettings {
  readonly probes: readonly ProbeSettings[];
  /** What an answer of the silent node's host does: one lease of waiting, or nothing. */
  readonly ifAlive: 'wait' | 'take';
  readonly timeoutMs: number;
}

export interface WitnessSettings {
  readonly probes: readonly ProbeSettings[];
  /** How many of the probes must be answered. */
  readonly need: number;
  readonly timeoutMs: number;
}

export interface FenceSettings {
  /** `{name}` and `{peer}` stand for the node that is to be fenced. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

export interface ArbiterSettings {
  readonly kind: 'etcd' | 'consul';
  /** Base URLs, `http://HOST:PORT` or `https://HOST:PORT`; one that answers is enough. */
  readonly endpoints: readonly string[];
  /** How long a lock lasts that its holder no longer renews. */
  readonly ttlSeconds: number;
  readonly timeoutMs: number;
  /** PEM files; empty for the system's authorities and for no certificate of our own. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** etcd: `USER:PASSWORD`; Consul: an ACL token. A file, so that the secret is not in the config; empty for none. */
  readonly credentialFile: string;
}

export const ALERT_KINDS = ['moves', 'faults', 'checks', 'alarms', 'peers'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const TEMPLATE_NAMES = ['json', 'slack', 'alertmanager'] as const;
/** What may stand in braces in a template of the operator's own. */
export const ALERT_WORDS = [
  'group',
  'node',
  'from',
  'to',
  'cause',
  'epoch',
  'gap',
  'time',
  'severity',
  'text',
] as const;
export type AlertWord = (typeof ALERT_WORDS)[number];
export type AlertTemplate =
  | { readonly kind: (typeof TEMPLATE_NAMES)[number] }
  /** A JSON document with words in braces in its strings. */
  | { readonly kind: 'own'; readonly text: string };

export interface AlertSettings {
  readonly mail: MailSettings | undefined;
  /** Sorted by name. */
  readonly webhooks: readonly WebhookSettings[];
  readonly on: readonly AlertKind[];
  /** More than that are counted and told in one message. */
  readonly rate: { readonly most: number; readonly perMs: number };
  /** Messages that wait for one place. */
  readonly queueMax: number;
}

/** Paths of files are empty for none. Secrets are in files, so that they are not in the config. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'required' | 'if_offered' | 'off';
  /** Empty for no login. */
  readonly user: string;
  readonly passwordFile: string;
  readonly caFile: string;
  /** By node; every node is in it. */
  readonly from: ReadonlyMap<NodeName, string>;
  readonly to: readonly string[];
  /** What the subject begins with. */
  readonly subject: string;
  readonly timeoutMs: number;
}

export interface WebhookSettings {
  readonly name: string;
  /** Empty when it is in `urlFile`. */
  readonly url: string;
  readonly urlFile: string;
  readonly template: AlertTemplate;
  readonly tokenFile: string;
  readonly headerFile: string;
  readonly caFile: string;
  readonly timeoutMs: number;
}

export interface WebSettings {
  /** By node; one that is missing here has no listener. */
  readonly listen: ReadonlyMap<NodeName, ListenSettings>;
  readonly page: boolean;
  readonly metrics: boolean;
  /** Names under which a browser or a proxy may ask, beside addresses, localhost and the names of the nodes. Sorted. */
  readonly allowHosts: readonly string[];
}

export interface ListenSettings {
  /** An address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export const ADAPTER_NAMES = [
  'auto',
  'linux',
  'illumos',
  'illumos-ifconfig',
  'freebsd',
  'openbsd',
  'netbsd',
  'carp',
  'script',
  'command',
  'simulated',
] as const;
export type AdapterName = (typeof ADAPTER_NAMES)[number];

/** An operator's own programs, called as `PROGRAM INTERFACE ADDRESS [MORE …]` once for each VIP. */
export interface ScriptSettings {
  /** An absolute path, and MORE. */
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** Exit code 0: it is here; 1: it is not; anything else: cannot tell. Undefined: what was last done is believed. */
  readonly show: readonly string[] | undefined;
  /** For one program; all that one call runs may take twice as long together. */
  readonly timeoutMs: number;
  /** Both nodes may have the address for the moment of a handover. */
  readonly overlap: boolean;
}

/** Argument lists of a cloud's command line tool, with the placeholders of placeholders.ts. */
export interface CommandSettings {
  /** Run one after the other, for each VIP; those that read the same for several run once. */
  readonly up: readonly (readonly string[])[];
  /** Empty where the cloud takes an address away from whoever had it. */
  readonly down: readonly (readonly string[])[];
  readonly show: ShowSettings | undefined;
  /** By node, the values of `{NAME}`, and of `{other.NAME}` for each of the other nodes. Sorted by name. */
  readonly values: ReadonlyMap<NodeName, ReadonlyMap<string, string>>;
  /** The adapter that puts the address on the host as well; undefined for none. */
  readonly also: Exclude<AdapterName, 'command' | 'script' | 'carp'> | undefined;
  /** For each call. */
  readonly timeoutMs: number;
  /** For bringing the address up, with everything that is tried again. */
  readonly giveUpMs: number;
  readonly overlap: boolean;
}

export interface ShowSettings {
  /** An exit code other than 0 means that it could not be asked, and says nothing about the address. */
  readonly command: readonly string[];
  /** What its output contains, as a word of its own, when the address is here; with placeholders. */
  readonly expect: string;
  /** How often the holder asks. */
  readonly everyMs: number;
}

/** One virtual host of CARP, on one network. */
export interface VhostSettings {
  readonly vhid: number;
  /** OpenBSD and NetBSD: the carp interface, by node. */
  readonly interfaces: ReadonlyMap<NodeName, string>;
  /** By node, whom it sends its advertisements to instead of multicast; a node that is missing here uses multicast. */
  readonly peers: ReadonlyMap<NodeName, string>;
}

/** CARP carries the addresses, sealbeat says who is its master. The virtual host is that of all VIPs without one of their own. */
export interface CarpSettings extends VhostSettings {
  /** Seconds between two advertisements, 1 to 255. */
  readonly advbaseSeconds: number;
  /** A file with the password, so that the secret is not in the config; empty for none. */
  readonly passwordFile: string;
}
export type AnnounceMethod = 'auto' | 'arping' | 'same-mac' | 'none';

export interface VipSettings {
  readonly address: string;
  readonly family: 4 | 6;
  readonly prefixLength: number;
  /** Linux label for IPv4, `IF:name`, at most 15 characters; empty for none. */
  readonly label: string;
  /** The interface on each node; a node that is missing here cannot hold the group. */
  readonly interfaces: ReadonlyMap<NodeName, string>;
  /** Its virtual host, where it is on another network than those of the group's. */
  readonly carp?: VhostSettings;
}
