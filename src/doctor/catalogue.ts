import type { Level } from './finding.ts';

interface Entry {
  readonly levels: readonly Level[];
  /** When it is found, for the table in docs/doctor.md. */
  readonly when: string;
}

const entry = (levels: readonly Level[], when: string): Entry => ({ levels, when });

/** Every finding there is. The ids are stable: programs read them. docs/doctor.md shows this table. */
export const CATALOGUE = {
  config: entry(['ok'], 'the config is good'),
  'config-unreadable': entry(['problem'], 'the config is not there, or this user may not read it'),
  'config-invalid': entry(['problem'], 'the agent would refuse the config'),
  'config-warning': entry(['note', 'warning'], 'what `sealbeat check` warns of, in the file'),
  'config-host': entry(
    ['warning', 'problem'],
    'what `sealbeat check` finds on this host, such as an address in no network of its interface',
  ),
  'config-refused': entry(['problem'], 'the running agent refused the last reload'),
  'config-not-loaded': entry(['warning'], 'the running agent has another config than the file'),
  'config-drift': entry(['warning'], 'another node runs with another config'),

  identity: entry(['ok'], 'the identity file is safe and belongs to a node of the config'),
  'identity-unreadable': entry(
    ['note', 'problem'],
    'it is not there, damaged, or (a note) not for this user to read',
  ),
  'identity-unsafe': entry(['problem'], 'others can read or replace it'),
  'identity-unknown': entry(['problem'], 'no node of the config has this key'),

  agent: entry(['ok'], 'the agent runs and answers at its control socket'),
  'agent-absent': entry(['note'], 'no agent runs here: what only it knows is not looked at'),
  'agent-denied': entry(['note'], 'this user may not use the control socket'),
  'agent-died': entry(['problem'], 'there is a control socket, and nobody behind it'),
  'agent-unclear': entry(['problem'], 'the control socket does not answer, or not as sealbeat does'),
  'group-fault': entry(['problem'], 'the agent cannot hold a group: it says why'),
  'group-unheld': entry(['problem'], 'nobody is known to hold a group'),
  'group-frozen': entry(['note'], 'a group is frozen'),
  'service-alarm': entry(
    ['warning'],
    'a check fails or says nothing, a hook fails, an alert is not taken, or the page cannot listen',
  ),
  'adapter-alarm': entry(['warning'], 'what an adapter complained of since the last reload'),
  'adapter-note': entry(['note'], 'what an adapter says about how the addresses are held'),

  rights: entry(['ok'], 'the agent, or this user, may change addresses and send raw packets'),
  'rights-net-admin': entry(
    ['note', 'problem'],
    'CAP_NET_ADMIN is missing (a note when it is this command that lacks it)',
  ),
  'rights-net-raw': entry(['note', 'warning'], 'CAP_NET_RAW is missing, which arping needs'),

  interface: entry(['ok'], 'it is up, with carrier'),
  'interface-missing': entry(['problem'], 'the config names an interface that this host has not'),
  'interface-down': entry(['problem'], 'it is switched off'),
  'interface-carrier': entry(['problem'], 'it has no carrier'),
  'own-address': entry(['warning'], "none of this node's path addresses is on this host"),
  'port-taken': entry(['problem'], "no agent runs, and its port can't be listened on"),
  'vip-left-over': entry(['problem'], 'a VIP is on this host, and no agent here holds it'),
  'vip-configured': entry(['problem'], "a VIP is also written in the host's own network configuration"),

  path: entry(['ok'], 'frames arrive both ways'),
  'paths-not-asked': entry(['note'], 'no agent runs here, so nobody can ask the peers'),
  'peer-silent': entry(['problem'], 'nothing comes from a peer over any path'),
  'peer-away': entry(['note'], 'a peer restarts and said so'),
  'path-in': entry(['warning'], 'nothing comes from a peer over one of several paths'),
  'path-out': entry(
    ['warning', 'problem'],
    'a peer does not hear this node; over one of several paths, a warning',
  ),
  'path-loss': entry(['warning'], 'a tenth or more of the frames do not arrive'),
  'peer-rejects': entry(['warning'], 'frames in the name of a peer are being refused'),
  'peer-name': entry(['problem'], "the name in a peer's path has no address"),
  'peer-no-route': entry(['problem'], 'there is no route to a peer'),

  firewall: entry(['ok'], "no rule of this host stops the agent's port, as far as they can be read"),
  'firewall-output': entry(
    ['note', 'problem'],
    'the kernel refuses what the agent sends (EPERM); a note when it no longer does',
  ),
  'firewall-rule': entry(['problem'], "a rule of this host drops the agent's port"),
  'firewall-input': entry(['warning'], "input is dropped by default, and no rule lets the agent's port in"),

  mtu: entry(['ok'], 'the largest frame fits'),
  'mtu-fragments': entry(['warning'], 'the largest frame is cut into fragments'),
  'mtu-blocked': entry(
    ['problem'],
    'a packet as large as the largest frame gets lost, and a small one does not',
  ),

  'manager-none': entry(['ok'], 'no network manager of the host was found at the interface'),
  'manager-networkmanager': entry(['note'], 'NetworkManager runs the interface'),
  'manager-networkd': entry(
    ['ok', 'warning'],
    'systemd-networkd runs it; a warning where it would remove VIPs',
  ),
  'manager-netplan': entry(['note'], 'netplan describes it'),
  'manager-ifupdown': entry(['note'], 'ifupdown describes it'),
  'manager-dhcpcd': entry(['note'], 'dhcpcd gives it its address'),

  iproute: entry(['ok'], "iproute2's ip is there"),
  'iproute-missing': entry(['problem'], '`ip` is missing, or is not that of iproute2'),
  arping: entry(['ok'], 'which arping announces IPv4'),
  'arping-missing': entry(
    ['note', 'problem'],
    'there is none; a problem only where the config insists on it',
  ),
  'ndptool-missing': entry(['note', 'problem'], 'there is none, and there are IPv6 VIPs; the same'),
  'announce-none': entry(['note'], 'a group is not announced, as the config says'),

  'arp-ignore': entry(['problem'], '`arp_ignore=8`: no ARP request is answered'),
  'arp-flux': entry(
    ['warning'],
    'two interfaces in one network, and either answers for an address of the other',
  ),
  'arp-gratuitous-dropped': entry(
    ['note'],
    'this host does not believe announcements, so it may be late to learn where a VIP went',
  ),
  'ipv6-disabled': entry(['problem'], 'IPv6 VIPs on an interface with IPv6 switched off'),
  'rp-filter': entry(['note'], 'strict reverse path filtering with several interfaces'),
  'nonlocal-bind': entry(['note'], 'services cannot bind a VIP that is elsewhere'),
  'kernel-setting': entry(['warning'], 'what a kernel setting of BSD costs a takeover'),
  'linux-only': entry(['note'], 'what is looked at on Linux alone, and so was left out'),

  'vip-answer': entry(['ok'], 'who answers for a VIP, or that nobody does, is as it should be'),
  'vip-duplicate': entry(['problem'], 'two network cards answer for one VIP'),
  'vip-stranger': entry(['problem'], 'somebody answers for a VIP who should not have it'),
  'vip-unanswered': entry(['problem'], 'the holder answers for its own address and not for the VIP'),
  'vip-not-asked': entry(['note'], 'it could not be asked who answers for a VIP'),
  'vip-ask-peer': entry(
    ['note'],
    'the VIP is here: only another node can see whether the network lets it through',
  ),
  'cloud-adapter': entry(['note', 'warning'], 'a cloud, and an adapter that only announces'),

  timing: entry(['ok'], 'how many heartbeats may be lost'),
  'timing-config': entry(['note', 'warning'], 'what `sealbeat check` warns of in `heartbeat` and `lease`'),
  stalls: entry(
    ['note', 'warning'],
    'the agent stood still; a warning when it does so more than once an hour',
  ),
  'timeout-near': entry(['warning'], 'at the present loss a false alarm is to be expected within a month'),

  service: entry(['ok'], 'the agent starts with the host'),
  'service-off': entry(['note'], 'it does not, or systemd does not know it'),
  clock: entry(['ok'], 'nothing is expected of the clock'),
} as const satisfies Readonly<Record<string, Entry>>;

export type FindingId = keyof typeof CATALOGUE;

/** The table of docs/doctor.md. */
export function catalogueTable(): string {
  const rows = Object.entries(CATALOGUE).map(
    ([id, { levels, when }]) => `| \`${id}\` | ${levels.join(', ')} | ${when} |`,
  );
  return ['| id | level | when |', '| --- | --- | --- |', ...rows].join('\n');
}
