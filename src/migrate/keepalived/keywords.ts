import type { Verdict } from '../ledger.ts';

/**
 * What becomes of each word of keepalived.conf: for the report where nothing more is known about the statement, and, word by
 * word, for docs/from-keepalived.md.
 */
export interface Keyword {
  readonly verdict: Verdict;
  /** What it is here, or why not and what to do instead. */
  readonly says: string;
  /** The statement goes into the YAML as a comment, so that it isn't lost. */
  readonly keep?: true;
}
export type Keywords = Readonly<Record<string, Keyword>>;

const taken = (says: string): Keyword => ({ verdict: 'taken', says });
const changed = (says: string): Keyword => ({ verdict: 'changed', says });
const ignored = (says: string): Keyword => ({ verdict: 'ignored', says });
const kept = (says: string): Keyword => ({ verdict: 'missing', says, keep: true });
const missing = (says: string): Keyword => ({ verdict: 'missing', says });

const BFD =
  'no equivalent: the heartbeats themselves find a dead peer; see heartbeat.interval and heartbeat.timeout';
const TRACK = 'groups.NAME.checks: asked for all addresses of the group; one without a weight is vital';
const STOP =
  'hooks.post_down with style: keepalived, which is run at the end only; INSTANCE, the name of the group here, STOP and the priority follow its own words';
const NOTIFY =
  'hooks.post_up, on_standby, on_fault and post_down, with style: keepalived: INSTANCE, the name of the group here, the state and the priority follow its own words';
const FIFO =
  'no equivalent: let a program read "sealbeat events --follow --json", or make hooks of it (hooks.post_up and so on)';
const RIVAL =
  'no equivalent: the better of two holders keeps the group, and "adapter: script" or "command" is run again after a rival was seen';
const MAIL_BY_GROUP = 'alerts.mail, if it is on anywhere: of all groups, and of all nodes';
const NO_VRRP = 'VRRP is not spoken, so there is nothing to say about its packets';
const GARP = 'addresses are announced at once, after 0.1, 0.5, 1, 2 and 5 s, and then every announce.refresh';
const PRIORITY_OF_PROCESS =
  'the process needs no special scheduling: a node that stood still lets go before it goes on';
const ROUTE =
  'no equivalent: a hook can set it, post_up: [/sbin/ip, route, replace, …], and post_down: [/sbin/ip, route, del, …] takes it away; a rule likewise';
const VMAC =
  'no equivalent: addresses keep the MAC address of the host and are announced by ARP; a MAC address that moves along needs "adapter: carp" (BSD)';
const LVS =
  'out of scope: sealbeat moves addresses and balances nothing; leave this part to keepalived ("keepalived --check" runs nothing else), or take HAProxy, nginx or nftables';
const HOST = 'belongs to the configuration of the host (netplan, ifupdown, NetworkManager)';

export const TOP: Keywords = {
  global_defs: taken('its statements are named one by one'),
  vrrp_instance: taken('groups.NAME'),
  vrrp_sync_group: taken('groups.NAME, one for all its instances: the addresses of a group move together'),
  vrrp_script: taken('groups.NAME.checks.NAME of each group that tracks it'),
  vrrp_track_process: taken('groups.NAME.checks.NAME of each group that tracks it'),
  vrrp_track_file: taken('groups.NAME.checks.NAME of each group that tracks it'),
  track_file: taken('groups.NAME.checks.NAME of each group that tracks it'),
  static_ipaddress: missing(HOST),
  static_routes: missing(HOST),
  static_rules: missing(HOST),
  track_group: missing(HOST),
  linkbeat_use_polling: ignored('interfaces are watched through the kernel'),
  net_namespace: missing('run "sealbeat run" in the namespace: ip netns exec NAME sealbeat run'),
  net_namespace_ipvs: missing(LVS),
  namespace_with_ipsets: ignored('no packet filter is touched'),
  instance: missing(
    'one process per host serves all groups; a second one needs its own config, identity and control socket',
  ),
  use_pid_dir: ignored('there is no pid file; the service manager knows the process'),
  virtual_server: missing(LVS),
  virtual_server_group: missing(LVS),
  SSL: missing(LVS),
  bfd_instance: missing(BFD),
  garp_group: ignored(GARP),
  interface_up_down_delays: missing(
    'no equivalent: a takeover waits for heartbeat.startup after a start, and for nothing after an interface comes back',
  ),
  random_seed: ignored('only for tests of keepalived'),
};

export const INSTANCE: Keywords = {
  state: ignored('nobody is master by declaration: who holds the group follows from priority and health'),
  interface: taken('groups.NAME.interface'),
  virtual_router_id: ignored('the name of the group and the keys take its place; clusters cannot collide'),
  priority: taken('nodes.NODE.priority, or groups.NAME.priority where it differs; 255 becomes 254'),
  advert_int: changed('heartbeat.interval is a quarter of it, heartbeat.timeout three of it and the skew'),
  nopreempt: taken('groups.NAME.failback: { mode: manual }'),
  preempt: ignored('failback is automatic unless said otherwise'),
  preempt_delay: taken('groups.NAME.failback.delay'),
  unicast_src_ip: taken('nodes.NODE.paths'),
  unicast_peer: taken('the nodes, and nodes.NODE.paths'),
  unicast_fault_no_peer: ignored('a config without peers is refused'),
  unicast_ttl: ignored('frames are signed, so where they come from proves nothing'),
  check_unicast_src: ignored('frames are signed, so where they come from proves nothing'),
  mcast_src_ip: taken('nodes.NODE.paths'),
  mcast_dst_ip: ignored('there is no multicast: heartbeats go to each node by its address'),
  virtual_ipaddress: taken('groups.NAME.vips'),
  virtual_ipaddress_excluded: taken(
    'groups.NAME.vips: the number of addresses changes nothing about a heartbeat',
  ),
  no_virtual_ipaddress: missing('no equivalent: a group has at least one address'),
  promote_secondaries: ignored(
    '"sealbeat check" says where the kernel setting is missing; addresses are /32 unless a length is written',
  ),
  virtual_routes: kept(ROUTE),
  virtual_rules: kept(ROUTE),
  track_interface: taken(TRACK),
  track_script: taken(TRACK),
  track_process: taken(TRACK),
  track_file: taken(TRACK),
  track_bfd: kept(BFD),
  authentication: ignored('each node has a key; every heartbeat is signed and encrypted'),
  use_vmac: missing(VMAC),
  use_vmac_addr: missing(VMAC),
  use_ipvlan: missing(VMAC),
  vmac_xmit_base: ignored('there is no virtual MAC address'),
  dont_track_primary: ignored(
    'an interface that is down costs a node the group only when nobody hears it any more',
  ),
  linkbeat_use_polling: ignored('interfaces are watched through the kernel'),
  track_srcip: ignored('nodes are known by their keys and not by their addresses'),
  skip_check_adv_addr: ignored(NO_VRRP),
  strict_mode: ignored(NO_VRRP),
  version: ignored(NO_VRRP),
  native_ipv6: ignored(NO_VRRP),
  accept: ignored('addresses are ordinary ones: the host answers at them'),
  no_accept: missing(
    'no equivalent: the host answers at its addresses; a packet filter can keep it from that',
  ),
  debug: ignored('"sealbeat status" and "sealbeat events" say what happens'),
  lvs_sync_daemon_interface: missing(LVS),
  lvs_sync_daemon: missing(LVS),
  kernel_rx_buf_size: ignored(NO_VRRP),
  lower_prio_no_advert: ignored(
    'of two holders that hear each other the lower one lets go at once, and the other announces again',
  ),
  higher_prio_send_advert: ignored(
    'of two holders that hear each other the lower one lets go at once, and the other announces again',
  ),
  down_timer_adverts: taken('heartbeat.timeout: so many advert_int in the place of three'),
  garp_master_delay: ignored(GARP),
  garp_master_repeat: ignored(GARP),
  garp_master_refresh: taken('groups.NAME.announce.refresh; 0 becomes the default of 60s'),
  garp_master_refresh_repeat: ignored(GARP),
  garp_lower_prio_delay: ignored(GARP),
  garp_lower_prio_repeat: ignored(GARP),
  garp_interval: ignored(GARP),
  gna_interval: ignored(GARP),
  garp_extra_if: missing('no equivalent: addresses are announced on the interface that they are on'),
  notify_master: taken('hooks.post_up'),
  notify_backup: taken('hooks.on_standby'),
  notify_fault: taken('hooks.on_fault'),
  notify_stop: changed(STOP),
  notify_deleted: kept('no equivalent: a group that leaves the config gets its post_down'),
  notify: changed(NOTIFY),
  notify_master_rx_lower_pri: kept(RIVAL),
  notify_priority_changes: kept(
    'no equivalent: only a FIFO was told; "sealbeat events --follow" says what moves a priority',
  ),
  smtp_alert: changed(MAIL_BY_GROUP),
};

export const SYNC_GROUP: Keywords = {
  group: taken('their addresses are in this group'),
  track_interface: taken(TRACK),
  track_script: taken(TRACK),
  track_process: taken(TRACK),
  track_file: taken(TRACK),
  track_bfd: kept(BFD),
  notify_master: taken('hooks.post_up'),
  notify_backup: taken('hooks.on_standby'),
  notify_fault: taken('hooks.on_fault'),
  notify_stop: changed(STOP),
  notify: changed(NOTIFY),
  notify_priority_changes: kept(
    'no equivalent: only a FIFO was told; "sealbeat events --follow" says what moves a priority',
  ),
  smtp_alert: changed(MAIL_BY_GROUP),
  global_tracking: ignored('a group has one state for all its addresses'),
  sync_group_tracking_weight: ignored('a group has one state for all its addresses'),
};

export const GLOBAL: Keywords = {
  router_id: taken('the name of the node, if it is one and differs between the nodes'),
  notification_email: taken('alerts.mail.to'),
  notification_email_from: taken('alerts.mail.from'),
  smtp_server: changed(
    'alerts.mail.server, with tls: if_offered, or off on this host, as keepalived speaks no TLS',
  ),
  smtp_connect_timeout: changed('alerts.mail.timeout, for the whole delivery of a mail'),
  smtp_helo_name: kept('no equivalent: a mail server is greeted with the name of the host'),
  smtp_alert: changed(MAIL_BY_GROUP),
  smtp_alert_vrrp: changed(MAIL_BY_GROUP),
  smtp_alert_checker: missing(LVS),
  email_faults: ignored('faults are told unless no_email_faults is there'),
  no_email_faults: taken('alerts.on without faults'),
  script_user: taken(
    'the user of checks and hooks, and the group of hooks; root is who runs the agent anyway',
  ),
  enable_script_security: ignored(
    'always so: "sealbeat check" names each program that others than root can change',
  ),
  max_auto_priority: ignored(PRIORITY_OF_PROCESS),
  vrrp_priority: ignored(PRIORITY_OF_PROCESS),
  vrrp_no_swap: ignored(PRIORITY_OF_PROCESS),
  vrrp_rt_priority: ignored(PRIORITY_OF_PROCESS),
  vrrp_rlimit_rttime: ignored(PRIORITY_OF_PROCESS),
  process_name: ignored('the process is called sealbeat'),
  vrrp_process_name: ignored('the process is called sealbeat'),
  vrrp_strict: ignored('VRRP is not spoken, and no firewall rule is ever set'),
  vrrp_iptables: ignored('no firewall rule is ever set; UDP port 7112 must be open between the nodes'),
  vrrp_ipsets: ignored('no firewall rule is ever set; UDP port 7112 must be open between the nodes'),
  nftables: ignored('no firewall rule is ever set; UDP port 7112 must be open between the nodes'),
  vrrp_mcast_group4: ignored('there is no multicast: heartbeats go to each node by its address'),
  vrrp_mcast_group6: ignored('there is no multicast: heartbeats go to each node by its address'),
  vrrp_skip_check_adv_addr: ignored(NO_VRRP),
  vrrp_check_unicast_src: ignored('frames are signed, so where they come from proves nothing'),
  vrrp_version: ignored(NO_VRRP),
  vrrp_garp_master_delay: ignored(GARP),
  vrrp_garp_master_repeat: ignored(GARP),
  vrrp_garp_master_refresh: taken('groups.NAME.announce.refresh of all groups that have none of their own'),
  vrrp_garp_master_refresh_repeat: ignored(GARP),
  vrrp_garp_lower_prio_delay: ignored(GARP),
  vrrp_garp_lower_prio_repeat: ignored(GARP),
  vrrp_garp_interval: ignored(GARP),
  vrrp_gna_interval: ignored(GARP),
  vrrp_lower_prio_no_advert: ignored('of two holders that hear each other the lower one lets go at once'),
  vrrp_higher_prio_send_advert: ignored('of two holders that hear each other the lower one lets go at once'),
  vrrp_startup_delay: taken('heartbeat.startup, if it is longer than what that is anyway'),
  vrrp_down_timer_adverts: taken('heartbeat.timeout: so many advert_int in the place of three'),
  vrrp_notify_fifo: kept(FIFO),
  vrrp_notify_fifo_script: kept(FIFO),
  notify_fifo: kept(FIFO),
  notify_fifo_script: kept(FIFO),
  lvs_notify_fifo: missing(LVS),
  lvs_sync_daemon: missing(LVS),
  lvs_flush: missing(LVS),
  default_interface: taken('groups.NAME.interface where an instance has none of its own'),
  dynamic_interfaces: ignored('always so: an interface that comes later is found then'),
  enable_dbus: missing('"sealbeat status --json" and the control socket say what DBus would'),
  enable_snmp_vrrp: missing('"sealbeat status --json" and the control socket say what SNMP would'),
  enable_snmp_keepalived: missing('"sealbeat status --json" and the control socket say what SNMP would'),
  enable_traps: missing('"sealbeat events --follow" says what traps would'),
  use_symlink_paths: ignored('programs are run by the path that the config names'),
  reload_check_config: ignored('always so: a reload with an error changes nothing'),
  startup_script: missing('put it into the unit of the service (ExecStartPre=)'),
  shutdown_script: missing('put it into the unit of the service (ExecStopPost=)'),
  use_pid_dir: ignored('there is no pid file; the service manager knows the process'),
  disable_local_igmp: ignored('there is no multicast'),
};

/** In all blocks that are checks here. */
export const CHECK_WORDS: Keywords = {
  script: taken(
    'the built-in check that asks the same (killall -0, pidof, pgrep, systemctl is-active, curl, nc -z, ping -c), or command: with an absolute path',
  ),
  interval: taken('interval; 1s if there is none'),
  timeout: taken('timeout; as long as the interval if there is none'),
  rise: taken('rise; 1 if there is none'),
  fall: taken('fall; 1 if there is none, which is written, as 2 is usual here'),
  weight: taken('weight, if it is not 0; 253 at most'),
  user: taken('user, of a command'),
  init_fail: taken('initial: down'),
  process: taken('process'),
  param_match: changed('see "process"'),
  full_command: changed('see "process"'),
  quorum: taken('1 is what "process" asks for; more are counted by a command'),
  quorum_max: changed('counted by a command'),
  delay: changed('rise and fall, with one question each second'),
  fork_delay: changed('rise, with one question each second'),
  terminate_delay: changed('fall, with one question each second'),
  file: taken('file, and adds: true; a command where its number takes the address away'),
  init_file: ignored('a file that is not there adds nothing, so none has to be made'),
};

/** The tables, with the block that their words stand in; `docs/from-keepalived.md` shows all of them. */
export const TABLES: readonly (readonly [string, Keywords])[] = [
  ['at the top', TOP],
  ['vrrp_instance', INSTANCE],
  ['vrrp_sync_group', SYNC_GROUP],
  ['global_defs', GLOBAL],
  ['vrrp_script, vrrp_track_process, vrrp_track_file and track_file', CHECK_WORDS],
];

export const keywordIn = (table: Keywords, word: string): Keyword | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;
