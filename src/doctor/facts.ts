import type { StatusReport } from '../core/report.ts';
import type { AdapterName, GroupSettings, NodeSettings, Settings, VipSettings } from '../core/settings.ts';

/** A refusal that another part of the program has worded already. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
  readonly hint: string;
}

/** What was seen of this host. What could not be seen is undefined: it is left out, and never taken for good or bad. */
export interface Facts {
  /** As Node names it. */
  readonly platform: string;
  readonly euid: number;
  readonly files: { readonly config: string; readonly identity: string; readonly control: string };
  readonly config: ConfigFacts;
  readonly identity: { readonly refusal: Refusal | undefined };
  readonly self: NodeSettings | undefined;
  readonly agent: AgentFacts;
  readonly rights: RightsFacts | undefined;
  readonly links: ReadonlyMap<string, LinkFacts> | undefined;
  /** Why a path of this node can't be listened on; asked only while no agent runs. */
  readonly portProblems: readonly { readonly url: string; readonly code: string }[];
  readonly ways: readonly WayFacts[];
  readonly firewall: FirewallFacts | undefined;
  readonly managers: ManagerFacts | undefined;
  readonly tools: ToolFacts | undefined;
  /** `net/ipv4/conf/eth0/arp_ignore` → its value. */
  readonly sysctl: (path: string) => string | undefined;
  /** Other systems than Linux: what their adapters advise. */
  readonly advice: readonly string[];
  readonly answers: readonly VipAnswer[];
  readonly cloud: string | undefined;
  /** What `systemctl is-enabled sealbeat` says; undefined without systemd. */
  readonly service: string | undefined;
}

export interface ConfigFacts {
  readonly settings: Settings | undefined;
  /** Why the file could not be read. */
  readonly unreadable: Refusal | undefined;
  readonly problems: readonly ConfigProblem[];
  /** Of this file on this host. */
  readonly onHost: readonly (ConfigProblem & { readonly link: string | undefined })[];
}

export interface ConfigProblem {
  readonly severity: 'error' | 'warning' | 'note';
  readonly line: number;
  readonly text: string;
}

export interface AgentFacts {
  /** A second look, some beats after the first. */
  readonly status: StatusReport | undefined;
  /** The first look: what grew since then is going on now. */
  readonly before: StatusReport | undefined;
  readonly pid: number | undefined;
  /** Why there is none; `errno` says what the system said. */
  readonly refusal: (Refusal & { readonly errno: string }) | undefined;
}

export interface RightsFacts {
  /** Whose rights: the agent's process, or this command's own. */
  readonly of: 'agent' | 'self';
  readonly uid: number;
  readonly effective: bigint;
  /** What its children get when it isn't root. */
  readonly ambient: bigint;
}

export interface LinkFacts {
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  readonly mac: string;
  readonly addresses: readonly {
    readonly address: string;
    readonly prefixLength: number;
    readonly leased: boolean;
  }[];
}

/** One path to a peer, as the kernel sees it. */
export interface WayFacts {
  readonly peer: string;
  readonly url: string;
  readonly transport: 'udp' | 'tcp';
  readonly port: number;
  /** Undefined when the name has none. */
  readonly address: string | undefined;
  readonly route: { readonly link: string; readonly mtu: number | undefined } | 'none' | undefined;
  readonly ping: Echo | undefined;
  /** An unfragmentable one of the size of the largest frame. */
  readonly largePing: Echo | undefined;
}
export type Echo = 'answered' | 'silent';

export interface FirewallFacts {
  readonly chains: readonly FirewallChain[];
}
export interface FirewallChain {
  readonly name: string;
  readonly hook: 'input' | 'output';
  readonly drops: boolean;
  readonly rules: readonly FirewallRule[];
}
export interface FirewallRule {
  readonly text: string;
  readonly verdict: 'accept' | 'drop' | 'other';
  /** What it asks of protocol and port; undefined where it asks nothing of them. */
  readonly ports:
    { readonly transport: 'udp' | 'tcp' | 'any'; readonly from: number; readonly to: number }[] | undefined;
  /** It asks something else too, such as a source address or the state of a connection. */
  readonly conditional: boolean;
  /** It lets in answers or the host's own packets only. */
  readonly answersOnly: boolean;
}

export interface ManagerFacts {
  /** By interface, what nmcli calls its state; undefined where NetworkManager doesn't run. */
  readonly networkManager: ReadonlyMap<string, string> | undefined;
  readonly networkd: ReadonlyMap<string, NetworkdLink>;
  readonly netplan: readonly ConfigFile[];
  readonly ifupdown: readonly ConfigFile[];
  readonly connections: readonly ConfigFile[];
  readonly dhcpcd: boolean;
}
export interface NetworkdLink {
  readonly state: string;
  readonly file: ConfigFile | undefined;
  /** The last KeepConfiguration= of the file and its drop-ins. */
  readonly keep: string | undefined;
}
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

export interface ToolFacts {
  readonly ip: 'iproute2' | 'other' | 'missing';
  /** As `iputils (arping)`. */
  readonly arping: string | undefined;
  readonly ndptool: boolean;
}

/** Who on the LAN answers for a VIP. */
export interface VipAnswer {
  readonly address: string;
  readonly group: string;
  readonly link: string;
  readonly by: 'arping' | 'ping' | 'nothing';
  /** It is on this host itself. */
  readonly here: boolean;
  readonly macs: readonly string[];
  /** Of nodes with a path on this LAN, what answered for it. */
  readonly peers: readonly {
    readonly name: string;
    readonly address: string;
    readonly macs: readonly string[];
  }[];
}

export interface VipHere {
  readonly group: GroupSettings;
  readonly vip: VipSettings;
  readonly link: string;
  readonly adapter: AdapterName;
}

/** What this node would put on an interface of this host. */
export function vipsHere({ config, self }: Pick<Facts, 'config' | 'self'>): readonly VipHere[] {
  if (config.settings === undefined || self === undefined) return [];
  return config.settings.groups.flatMap((group) => {
    const adapter = group.adapters.get(self.name) ?? 'auto';
    if (adapter === 'simulated') return [];
    return group.vips.flatMap((vip) => {
      const link = vip.interfaces.get(self.name);
      return link === undefined ? [] : [{ group, vip, link, adapter }];
    });
  });
}

/** Those of them that neighbours look for on the LAN. */
export const vipsOnLan = (facts: Pick<Facts, 'config' | 'self'>): readonly VipHere[] =>
  vipsHere(facts).filter(({ adapter }) => !['script', 'command', 'carp'].includes(adapter));

export const linksHere = (facts: Pick<Facts, 'config' | 'self'>): readonly string[] => [
  ...new Set(vipsHere(facts).map(({ link }) => link)),
];
