import type { ErrorCode } from '../../src/core/errors.ts';

/** What the manual pages say that neither commands nor schema do. See mdoc.ts for the few marks in it. */
export const MANUAL_DATE = 'November 28, 2026';

export const PROGRAM_ABOUT = 'move virtual IP addresses between hosts';
export const PROGRAM_DESCRIPTION = `
Two or more hosts, the nodes of a cluster, share groups of virtual IP addresses. The node that holds a group sends signed and
encrypted heartbeats to the others; when they stop, another node takes the group over. The node that is left by its agent lets
its addresses go by itself: by a lease in the kernel, or by a guard process.

All nodes have the same config, sealbeat.yaml(5), with the public keys of each. On each node a daemon runs, \`sealbeat run\`. Most
other commands talk to the daemon of the same host through its control socket; \`init\`, \`keygen\`, \`key\`, \`import\`,
\`check\`, \`service\` and \`vip\` do without one, and \`doctor\` asks it where there is one.

Values are printed on standard output, everything else on standard error. With \`--json\` a command prints JSON, for programs.`;

export const SIGNALS: Readonly<Record<string, string>> = {
  SIGTERM:
    'Hands every group over, or releases it where nobody can take it, and ends: within 8 seconds. What cannot be taken down by then goes with its lease. The third one ends it at once.',
  SIGINT: 'The same.',
  SIGHUP:
    'Reads the config again, as `sealbeat reload` does. A file with a mistake changes nothing, and the log names the mistake.',
  SIGKILL:
    'The guard takes the addresses down within milliseconds, or the kernel with their lease. For `sealbeat restart` no signal is needed.',
};

export const ENVIRONMENT: Readonly<Record<string, string>> = {
  NO_COLOR: 'If it is set and not empty, nothing is printed in colour.',
  PATH: 'Where the daemon finds the programs of the system: ip, arping and ndptool on Linux, ipadm, ifconfig, dladm and route on illumos, ifconfig, route and sysctl on the BSDs. Programs in the config have absolute paths.',
  SEALBEAT_PLATFORM:
    'For rehearsals: another system (linux, illumos, freebsd, openbsd or netbsd) whose commands are run instead of those of this one.',
  TERM: 'With `dumb` no colour is used, and `--watch` prints one report after the other.',
};

export const FILES: Readonly<Record<string, string>> = {
  '/etc/sealbeat/sealbeat.yaml':
    'The config of the cluster, the same on every node. Whoever can write it can become a peer: let it belong to root.',
  '/etc/sealbeat/identity':
    'The secret keys of this node, mode 0600. The file is refused when anybody but its owner could read it.',
  '/run/sealbeat/control.sock':
    'The control socket. Whoever may open it may move, drain and freeze groups: its owner, and the group of `--control-group`.',
  '/var/lib/sealbeat':
    'The numbers of the last claims, so that a claim after a restart is newer than those before it.',
};

export const EXIT_STATUS: Readonly<Record<string, string>> = {
  '0': 'It is done.',
  '1': 'It failed, or was refused; the reason is on standard error.',
  '2': 'The command line makes no sense.',
  '75': 'Of `sealbeat run` alone: it was told by `sealbeat restart --exit` to let whoever watches over it start it again.',
};

/** The compiler asks for every code. The README has the same ones. */
export const ERRORS: Readonly<Record<ErrorCode, string>> = {
  USAGE: 'A flag or argument that makes no sense.',
  CONFIG_INVALID:
    'The config says something that cannot be done; each problem is printed with its line and column.',
  CONFIG_UNREADABLE: 'The config cannot be read.',
  IDENTITY_UNREADABLE: 'The identity file is missing or damaged.',
  IDENTITY_UNSAFE: 'A secret file has the wrong owner or mode: others could read or replace it.',
  IDENTITY_UNKNOWN: 'The key of this node is not in the config.',
  FILE_EXISTS: 'The file is there already; nothing is overwritten.',
  FILE_UNWRITABLE: 'The system does not let this user write there.',
  KEY_INVALID: 'A public line that does not check out.',
  VIP_DENIED: 'The system does not let this user change addresses.',
  VIP_FAILED: 'The system refused to change an address, or did not do what it said.',
  VIP_NO_INTERFACE: 'There is no such interface, or the config names none for this node.',
  VIP_UNKNOWN: 'It could not be seen whether the address is there.',
  TOOL_MISSING: 'A program that is needed is not installed.',
  TOOL_TIMEOUT: 'A program did not end in time.',
  CONTROL_UNREACHABLE: 'No daemon answers behind the control socket.',
  DRILL_FAILED: 'A rehearsed failover did not keep what the config promises.',
  ALERT_FAILED: 'A test message was not delivered.',
  HOST_UNFIT: 'The doctor found a problem on this host, and printed it with its remedy.',
  HOOK_FAILED: 'A hook that was run by hand did not end with exit code 0.',
  REFUSED: 'The order was understood and declined, for the reason that is printed.',
  PORT_TAKEN: 'The port of the heartbeats, or the control socket, is in use.',
};

export const EXAMPLES: readonly (readonly [sentence: string, lines: string])[] = [
  [
    'A pair of hosts, from nothing. On each of them make an identity; the line that is printed is public:',
    'lb1# sealbeat keygen > lb1.pub\nlb2# sealbeat keygen > lb2.pub',
  ],
  [
    'Write the groups into the config, as in sealbeat.yaml(5), and bring both keys into it. Compare the fingerprints by voice:',
    `# sealbeat key trust lb1 "$(cat lb1.pub)" --path udp://10.10.10.1:7112
# sealbeat key trust lb2 "$(cat lb2.pub)" --path udp://10.10.10.2:7112
# sealbeat check --plan`,
  ],
  [
    'Copy the file to the other host, and on both run the daemon and look:',
    '# sealbeat run\n# sealbeat status',
  ],
  [
    'Take a host out of service for maintenance, and back:',
    'lb1# sealbeat drain\nlb1# sealbeat undrain\nlb2# sealbeat failback web',
  ],
  [
    'Put an update to use without moving anything, one node after the other:',
    '# sealbeat check && sealbeat restart',
  ],
];

export const SECURITY = `
Nodes believe only frames that were encrypted for them and signed by a node of the config, and only the newest word. Whoever
has the identity file of a node is that node. Whoever controls the network can cut it: two nodes that do not hear each other
both hold a group, unless a \`witness\`, an \`arbiter\` or a \`fence\` in sealbeat.yaml(5) has a say. The address itself is
protected by nothing: anybody on the same network segment can answer for it.

On Linux the daemon needs CAP_NET_ADMIN and CAP_NET_RAW, elsewhere root or what the system has for it. Let only the other nodes
reach its port.`;

export const SEE_ALSO_PROGRAM: readonly string[] = [
  '.Xr carp 4 ,',
  '.Xr sealbeat.yaml 5 ,',
  '.Xr ifconfig 8 ,',
  '.Xr ip 8 ,',
  '.Xr ipadm 8',
];

export const CONFIG_ABOUT = 'configuration of sealbeat';
export const CONFIG_DESCRIPTION = `
The config of a cluster is one YAML file, the same on every node; a node finds itself in it by its key. \`sealbeat check\` reports
every mistake with its line and column, and \`sealbeat reload\` puts a changed file to use.

Durations carry a unit: \`250ms\`, \`3s\`, \`1m\`, \`1h\`. Names of clusters, nodes and groups consist of a-z, 0-9 and hyphens
inside, with 32 characters at most. IPv6 addresses and words in braces stand in quotes. A key that does not exist is an error.

Below, a path names the mapping in which keys stand; NAME in it is a name of yours.`;

export const CONFIG_EXAMPLES: readonly (readonly [sentence: string, file: string])[] = [
  ['Two Linux hosts with two networks and a witness:', 'linux.yaml'],
  ['Three hosts that run Linux, illumos and FreeBSD:', 'mixed.yaml'],
  ['Two OpenBSD firewalls with carp(4):', 'carp-openbsd.yaml'],
  ['Three hosts that ask etcd before they take the group:', 'three-nodes-arbiter.yaml'],
];

export const SEE_ALSO_CONFIG: readonly string[] = ['.Xr sealbeat 8'];
