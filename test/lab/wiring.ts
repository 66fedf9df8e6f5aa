import { CLIENT, address4, address6, interfaceOn, macOf, portOf } from './addresses.ts';
import type { Network } from './addresses.ts';
import { runTool } from './host-tool.ts';

/*
 *   h1 10.77.0.1   h2 10.77.0.2   … h5           c 10.77.0.9      one namespace each, interface eth0,
 *     fd77::1        fd77::2                      fd77::9          IPv4 /24 and IPv6 /64
 *       |              |              |             |
 *   ----+----- br0 in a namespace of its own -------+----         ports h1, h2, …, c; faults are made here
 *
 *   With two networks every host also has eth1 (10.78.0.N, fd78::N), and the same namespace br1 with ports h1-cross, ….
 */
const BRIDGES = { lan: 'br0', cross: 'br1' } as const;

/** What has to be known of a lab to wire it. */
interface Wired {
  readonly hosts: readonly string[];
  readonly networks: readonly Network[];
  namespace(host: string): string;
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Makes all namespaces, and cables and addresses between them. */
export function wire(lab: Wired): void {
  const ends = [...lab.hosts, CLIENT];
  runTool('ip', ['-batch', '-'], linesOf(['sw', ...ends].map((end) => `netns add ${lab.namespace(end)}`)));
  // A switch says nothing of its own.
  runTool('ip', [
    ...['netns', 'exec', lab.namespace('sw'), 'sysctl', '-qw'],
    ...['all', 'default'].map((which) => `net.ipv6.conf.${which}.disable_ipv6=1`),
  ]);
  for (const network of lab.networks) wireNetwork(lab, network, network === 'lan' ? ends : lab.hosts);
}

/** One more cable of a host to the LAN, at an interface without an address of its own. */
export function wireSecondPort(lab: Wired, host: string, device: string): void {
  const port = `${host}-${device}`;
  const lines = [
    `link add ${device} netns ${lab.namespace(host)} type veth peer name ${port} netns ${lab.namespace('sw')}`,
  ];
  runTool('ip', ['-batch', '-'], linesOf(lines));
  runTool('ip', ['-n', lab.namespace('sw'), 'link', 'set', port, 'master', BRIDGES.lan, 'up']);
  runTool('ip', ['-n', lab.namespace(host), 'link', 'set', device, 'up']);
}

function wireNetwork(lab: Wired, network: Network, ends: readonly string[]): void {
  const [device, bridge] = [interfaceOn(network), BRIDGES[network]];
  const pair = (end: string): string =>
    `link add ${device} netns ${lab.namespace(end)} address ${macOf(end, network)} ` +
    `type veth peer name ${portOf(end, network)} netns ${lab.namespace('sw')}`;
  runTool('ip', ['-batch', '-'], linesOf(ends.map(pair)));
  const ports = ends.map((end) => `link set ${portOf(end, network)} master ${bridge} up`);
  const join = [
    `link add ${bridge} type bridge stp_state 0 mcast_snooping 0`,
    `link set ${bridge} up`,
    ...ports,
  ];
  runTool('ip', ['-n', lab.namespace('sw'), '-batch', '-'], linesOf(join));
  for (const end of ends) {
    const setup = [
      'link set lo up',
      `address add ${address4(end, network)}/24 dev ${device}`,
      `address add ${address6(end, network)}/64 dev ${device} nodad`,
      `link set ${device} up`,
    ];
    runTool('ip', ['-n', lab.namespace(end), '-batch', '-'], linesOf(setup));
  }
}
