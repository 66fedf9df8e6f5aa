// Every finding there is: what a host must be like to have it, and that a sound one has none of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUE, catalogueTable, type FindingId } from '../../src/doctor/catalogue.ts';
import { findingsOf, LEVELS } from '../../src/doctor/examine.ts';
import type { Facts, FirewallChain, FirewallRule, ManagerFacts } from '../../src/doctor/facts.ts';
import type { Level } from '../../src/doctor/finding.ts';
import { groupReport, node, pathReport, peerReport } from '../fakes/status-report.ts';
import {
  ALL_CAPABILITIES,
  answer,
  configWith,
  eth0,
  FILES,
  holding,
  MAC9,
  running,
  soundFacts,
  standby,
  stopped,
  way,
} from './sound-facts.ts';

interface Row {
  readonly id: FindingId;
  readonly level: Level;
  readonly name: string;
  readonly facts: Partial<Facts>;
  /** In what is said of it. */
  readonly says: RegExp;
  /** What else comes of the same fault. */
  readonly with?: readonly FindingId[];
}

const links = (changes: Parameters<typeof eth0>[0]): Facts['links'] => new Map([['eth0', eth0(changes)]]);
const EPERM = 'send failed: EPERM';
const counting = (counters: Record<string, number>) => standby({ counters });
const ADMIN = 1n << 12n;
const RAW = 1n << 13n;

const managers = (changes: Partial<ManagerFacts>): ManagerFacts => ({
  ...soundFacts().managers!,
  ...changes,
});
const networkd = (keep: string | undefined): ManagerFacts =>
  managers({
    networkd: new Map([
      [
        'eth0',
        {
          state: 'configured',
          keep,
          file: { path: '/run/systemd/network/10-netplan-eth0.network', text: '' },
        },
      ],
    ]),
  });

const rule = (changes: Partial<FirewallRule>): FirewallRule => ({
  ...{ text: 'udp dport 7112 drop', verdict: 'drop', conditional: false, answersOnly: false },
  ports: [{ transport: 'udp', from: 7_112, to: 7_112 }],
  ...changes,
});
const answersOnly = rule({
  text: 'ct state established accept',
  verdict: 'accept',
  ports: undefined,
  answersOnly: true,
});
const chain = (changes: Partial<FirewallChain>): Facts['firewall'] => ({
  chains: [{ ...{ name: 'inet filter input', hook: 'input', drops: false, rules: [] }, ...changes }],
});
const peer = (changes: Parameters<typeof peerReport>[0]) =>
  standby({ peers: [peerReport({ paths: [pathReport()], ...changes })] });
const twoPaths = (changes: Parameters<typeof pathReport>[0]) =>
  peer({ paths: [pathReport(), pathReport({ url: 'udp://192.168.1.2:7112', ...changes })] });
const group = (changes: Parameters<typeof groupReport>[0]) => standby({ groups: [groupReport(changes)] });
const noVip = { answers: [answer({ macs: [] })] };

const rows: readonly Row[] = [
  {
    ...{ id: 'config-warning', level: 'note', name: 'what check mentions' },
    facts: {
      config: { ...configWith(), problems: [{ severity: 'note', line: 17, text: 'groups.web: so' }] },
    },
    says: /yaml:17: groups.web: so/,
  },
  {
    ...{ id: 'timing-config', level: 'note', name: 'what check mentions of the timing' },
    facts: { config: { ...configWith(), problems: [{ severity: 'note', line: 3, text: 'lease: so' }] } },
    says: /yaml:3: lease: so/,
  },
  {
    ...{ id: 'config-host', level: 'problem', name: 'an adapter that this system has not' },
    facts: {
      config: {
        ...configWith(),
        onHost: [{ severity: 'error', line: 17, text: 'adapter carp: not on linux', link: undefined }],
      },
    },
    says: /adapter carp/,
  },
  {
    ...{ id: 'rights-net-raw', level: 'note', name: 'a user who asks, without raw sockets' },
    facts: { euid: 1_000, rights: { of: 'self', uid: 1_000, effective: ADMIN, ambient: ADMIN } },
    says: /this command: runs as user 1000 without CAP_NET_RAW/,
  },
  {
    ...{ id: 'ndptool-missing', level: 'problem', name: 'no ndptool where the config insists' },
    facts: {
      config: configWith(['interface: eth0', 'interface: eth0\n    announce: { method: arping }']),
      tools: { ip: 'iproute2', arping: 'arping (iputils)', ndptool: false },
      agent: stopped('ENOENT'),
    },
    ...{ says: /IPv6 is not announced at all/, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    id: 'config',
    level: 'ok',
    name: 'a good config',
    facts: {},
    says: /cluster mail, nodes lb1, lb2, groups web/,
  },
  {
    ...{ id: 'config-unreadable', level: 'problem', name: 'no config yet' },
    facts: {
      config: {
        ...{ settings: undefined, problems: [], onHost: [] },
        unreadable: {
          code: 'CONFIG_UNREADABLE',
          text: `${FILES.config} does not exist`,
          hint: 'start from the example',
        },
      },
      agent: stopped('ENOENT'),
      ...{ answers: [], ways: [] },
    },
    ...{ says: /yaml: does not exist/, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    ...{ id: 'config-invalid', level: 'problem', name: 'a broken config' },
    facts: {
      config: {
        ...{ settings: undefined, unreadable: undefined, onHost: [] },
        problems: [{ severity: 'error', line: 3, text: 'heartbeat.intervall: is not a key here' }],
      },
      ...{ answers: [], ways: [] },
    },
    says: /one error, the first in line 3: heartbeat.intervall/,
  },
  {
    ...{ id: 'config-warning', level: 'warning', name: 'what check warns of' },
    facts: {
      config: { ...configWith(), problems: [{ severity: 'warning', line: 17, text: 'groups.web: odd' }] },
    },
    says: /yaml:17: groups.web: odd/,
  },
  {
    ...{ id: 'config-host', level: 'warning', name: 'an address in no network of its interface' },
    facts: {
      config: {
        ...configWith(),
        onHost: [{ severity: 'warning', line: 17, text: '10.9.9.9 is in no network of eth0', link: 'eth0' }],
      },
    },
    says: /in no network of eth0/,
  },
  {
    ...{ id: 'config-refused', level: 'problem', name: 'a reload that was refused' },
    facts: { agent: running(standby({ configProblem: 'line 3: intervall' })) },
    says: /refused: line 3: intervall/,
  },
  {
    ...{ id: 'config-not-loaded', level: 'warning', name: 'a file that was not loaded' },
    facts: { agent: running(standby({ configDigest: 'feedfeedfeedfeed' })) },
    says: /the agent runs with feedfeedfeedfeed/,
  },
  {
    ...{ id: 'config-drift', level: 'warning', name: 'another config at a peer' },
    facts: { agent: running(peer({ configDrift: true, configDiffers: ['timing', 'keys'] })) },
    says: /lb2: it runs with another config than this node; what differs: timing, keys/,
  },
  { id: 'identity', level: 'ok', name: 'a good identity', facts: {}, says: /it is that of lb1/ },
  {
    ...{ id: 'identity-unreadable', level: 'problem', name: 'no identity' },
    facts: {
      identity: {
        refusal: {
          code: 'IDENTITY_UNREADABLE',
          text: `${FILES.identity} does not exist`,
          hint: 'sealbeat keygen',
        },
      },
    },
    says: /identity: does not exist.*sealbeat keygen/s,
  },
  {
    ...{ id: 'identity-unreadable', level: 'note', name: 'an identity that is not for this user' },
    facts: {
      euid: 1_000,
      identity: {
        refusal: {
          code: 'IDENTITY_UNREADABLE',
          text: `${FILES.identity} may not be read by this user`,
          hint: '',
        },
      },
    },
    says: /sudo sealbeat doctor/,
  },
  {
    ...{ id: 'identity-unsafe', level: 'problem', name: 'an identity that others can read' },
    facts: {
      identity: {
        refusal: {
          code: 'IDENTITY_UNSAFE',
          text: `${FILES.identity} is open to others (mode 0644)`,
          hint: `chmod 600 ${FILES.identity}`,
        },
      },
    },
    says: /open to others.*chmod 600/s,
  },
  {
    ...{ id: 'identity-unknown', level: 'problem', name: 'the identity of nobody' },
    facts: {
      identity: {
        refusal: {
          code: 'IDENTITY_UNKNOWN',
          text: "no node of the config has this node's key",
          hint: 'sealbeat key trust',
        },
      },
    },
    says: /no node of the config/,
  },
  {
    id: 'agent',
    level: 'ok',
    name: 'a running agent',
    facts: {},
    says: /lb1: sealbeat 0.1.0 runs for 4560 min, pid 4711/,
  },
  {
    ...{ id: 'agent-absent', level: 'note', name: 'no agent' },
    ...{ facts: { agent: stopped('ENOENT') }, says: /no agent runs here/, with: ['paths-not-asked'] },
  },
  {
    ...{ id: 'agent-denied', level: 'note', name: 'a socket that is not for this user' },
    ...{ facts: { agent: stopped('EACCES') }, says: /not looked at/, with: ['paths-not-asked'] },
  },
  {
    ...{ id: 'agent-died', level: 'problem', name: 'a socket without an agent' },
    ...{ facts: { agent: stopped('ECONNREFUSED') }, says: /it died/, with: ['paths-not-asked'] },
  },
  {
    ...{ id: 'agent-unclear', level: 'problem', name: 'an agent that hangs' },
    ...{ facts: { agent: stopped('') }, says: /may not send heartbeats/, with: ['paths-not-asked'] },
  },
  {
    ...{ id: 'group-fault', level: 'problem', name: 'a group that can not be held' },
    facts: {
      agent: running(
        group({ role: 'standby', has: false, fault: 'eth0 has no carrier', holder: node('lb2') }),
      ),
    },
    says: /web: eth0 has no carrier.*sealbeat explain web/s,
  },
  {
    ...{ id: 'group-unheld', level: 'problem', name: 'a group that nobody holds' },
    facts: {
      agent: running(group({ role: 'standby', has: false, holder: '', holderKnown: 'nobody' })),
      ...noVip,
    },
    says: /web: nobody is known to hold it/,
  },
  {
    ...{ id: 'group-frozen', level: 'note', name: 'a frozen group' },
    facts: { agent: running(group({ frozen: true })), answers: [] },
    says: /sealbeat thaw/,
  },
  {
    ...{ id: 'adapter-alarm', level: 'warning', name: 'what an adapter complained of' },
    facts: {
      agent: running(standby({ alarms: ['lb2 is silent', 'eth0 sent nothing (3 min ago); see its driver'] })),
    },
    says: /eth0 sent nothing.*see its driver/s,
  },
  {
    ...{ id: 'service-alarm', level: 'warning', name: 'a check that fails, and a server that takes no mail' },
    facts: {
      agent: running(
        standby({
          alarms: ['web: the vital check disk fails: full', 'alerts: mail: connection refused; 9 wait'],
        }),
      ),
    },
    says: /vital check disk fails: full/,
  },
  {
    ...{ id: 'adapter-note', level: 'note', name: 'what an adapter says' },
    facts: { agent: running(group({ notes: ['no lease'] })), answers: [] },
    says: /web: no lease/,
  },
  {
    id: 'rights',
    level: 'ok',
    name: 'an agent of root',
    facts: {},
    says: /the agent: runs as root with CAP_NET_ADMIN/,
  },
  {
    ...{ id: 'rights', level: 'ok', name: 'an agent of a user with ambient rights' },
    facts: { rights: { of: 'agent', uid: 998, effective: ADMIN | RAW, ambient: ADMIN | RAW } },
    says: /as user 998/,
  },
  {
    ...{ id: 'rights-net-admin', level: 'problem', name: 'an agent whose rights do not reach ip' },
    facts: { rights: { of: 'agent', uid: 998, effective: ADMIN | RAW, ambient: RAW } },
    says: /without CAP_NET_ADMIN.*AmbientCapabilities=CAP_NET_ADMIN/s,
  },
  {
    ...{ id: 'rights-net-admin', level: 'problem', name: 'root in a container' },
    facts: { rights: { of: 'agent', uid: 0, effective: ALL_CAPABILITIES & ~ADMIN, ambient: 0n } },
    says: /--cap-add=NET_ADMIN/,
  },
  {
    ...{ id: 'rights-net-admin', level: 'note', name: 'a user who asks' },
    facts: { euid: 1_000, rights: { of: 'self', uid: 1_000, effective: RAW, ambient: RAW } },
    says: /this command: runs as user 1000/,
  },
  {
    ...{ id: 'rights-net-raw', level: 'warning', name: 'an agent without raw sockets' },
    facts: { rights: { of: 'agent', uid: 998, effective: ADMIN, ambient: ADMIN } },
    says: /arping cannot send/,
  },
  {
    id: 'interface',
    level: 'ok',
    name: 'a good interface',
    facts: {},
    says: /eth0: up, with carrier; 10.10.10.1\/24/,
  },
  {
    ...{ id: 'interface-missing', level: 'problem', name: 'an interface of another name' },
    facts: { links: new Map([['ens3', eth0()]]) },
    says: /eth0: there is no such interface; there are ens3/,
  },
  {
    ...{ id: 'interface-down', level: 'problem', name: 'an interface that is off' },
    ...{ facts: { links: links({ up: false, carrier: false }) }, says: /ip link set dev eth0 up/ },
  },
  {
    ...{ id: 'interface-carrier', level: 'problem', name: 'an interface without a cable' },
    ...{ facts: { links: links({ carrier: false }) }, says: /no carrier/ },
  },
  {
    ...{ id: 'own-address', level: 'warning', name: 'the path of another host' },
    facts: { links: links({ addresses: [{ address: '10.10.10.7', prefixLength: 24, leased: false }] }) },
    says: /none is on this host: 10.10.10.1/,
  },
  {
    ...{ id: 'port-taken', level: 'problem', name: 'a port that another has' },
    facts: { agent: stopped('ENOENT'), portProblems: [{ url: 'udp://10.10.10.1:7112', code: 'EADDRINUSE' }] },
    ...{ says: /another program.*sport = :7112/s, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    ...{ id: 'vip-left-over', level: 'problem', name: 'a VIP that nobody looks after' },
    facts: {
      agent: stopped('ENOENT'),
      links: links({
        addresses: [...eth0().addresses, { address: '10.10.10.42', prefixLength: 32, leased: false }],
      }),
    },
    ...{ says: /ip address del 10.10.10.42\/32 dev eth0/, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    ...{ id: 'vip-configured', level: 'problem', name: 'a VIP that the host takes at boot' },
    facts: {
      managers: managers({
        netplan: [
          { path: '/etc/netplan/01.yaml', text: '# 10.10.10.42 moved\n  addresses: [10.10.10.42/24]\n' },
        ],
      }),
    },
    says: /10.10.10.42: it is also written in \/etc\/netplan\/01.yaml/,
  },
  {
    id: 'path',
    level: 'ok',
    name: 'a good path',
    facts: {},
    says: /udp:\/\/10.10.10.2:7112: both ways, 0.4 ms there and back, nothing lost/,
  },
  {
    ...{ id: 'paths-not-asked', level: 'note', name: 'nobody who could ask' },
    facts: { agent: stopped('ENOENT') },
    ...{ says: /lb2 \(10.10.10.2\) answers ping/, with: ['agent-absent'] },
  },
  {
    ...{ id: 'peer-silent', level: 'problem', name: 'a peer that is not heard, on a host that lives' },
    facts: { agent: running(peer({ state: 'silent', hearsUs: false, heardAgoMs: 61_000 })) },
    says: /nothing is heard of it for 61 s, over any path; its host answers ping/,
  },
  {
    ...{ id: 'peer-silent', level: 'problem', name: 'a peer that was never heard, on a host that is dead' },
    facts: {
      agent: running(peer({ state: 'silent', hearsUs: false, heardAgoMs: undefined })),
      ways: [way({ ping: 'silent', largePing: 'silent' })],
    },
    says: /nothing was ever heard of it.*does not answer ping either/,
  },
  {
    ...{ id: 'peer-away', level: 'note', name: 'a peer that restarts' },
    facts: { agent: running(peer({ state: 'silent', hearsUs: false, awayForMs: 4_200 })) },
    says: /another 5 s/,
  },
  {
    ...{ id: 'path-in', level: 'warning', name: 'one of two paths on which nothing comes' },
    ...{
      facts: { agent: running(twoPaths({ up: false })) },
      says: /192.168.1.2:7112 nothing comes.*lb2 → lb1/,
    },
  },
  {
    ...{ id: 'path-out', level: 'problem', name: 'a peer that does not hear us' },
    ...{ facts: { agent: running(peer({ hearsUs: false })) }, says: /lb1 → lb2 is cut/ },
  },
  {
    ...{ id: 'path-out', level: 'problem', name: 'a peer that we hear and never reached' },
    ...{ facts: { agent: running(peer({ state: 'unproven', hearsUs: false })) }, says: /lb1 → lb2 is cut/ },
  },
  {
    ...{ id: 'path-out', level: 'warning', name: 'one of two paths on which nothing arrives' },
    ...{
      facts: { agent: running(twoPaths({ lossPercent: 100 })) },
      says: /192.168.1.2:7112 the direction lb1 → lb2/,
    },
  },
  {
    ...{ id: 'path-loss', level: 'warning', name: 'a tenth lost' },
    facts: { agent: running(peer({ paths: [pathReport({ lossPercent: 12.5 })] })) },
    says: /13 % of what is sent/,
  },
  {
    ...{ id: 'peer-rejects', level: 'warning', name: 'frames that are refused now' },
    facts: { agent: running(peer({ rejects: { signature: 9 } }), peer({ rejects: { signature: 2 } })) },
    says: /refused just now: signature/,
  },
  {
    ...{ id: 'peer-name', level: 'problem', name: 'a name without an address' },
    ...{
      facts: { ways: [way({ url: 'udp://lb2.example:7112', address: undefined })] },
      says: /lb2.example:7112 has no address/,
    },
  },
  {
    ...{ id: 'peer-no-route', level: 'problem', name: 'no route' },
    ...{ facts: { ways: [way({ route: 'none' })] }, says: /no route to 10.10.10.2/ },
  },
  { id: 'firewall', level: 'ok', name: 'no filter', facts: {}, says: /filters nothing/ },
  {
    ...{ id: 'firewall', level: 'ok', name: 'a filter that lets us in' },
    facts: { firewall: chain({ drops: true, rules: [answersOnly, rule({ verdict: 'accept' })] }) },
    says: /no rule that could be read/,
  },
  {
    ...{ id: 'firewall-output', level: 'problem', name: 'sends that the kernel refuses' },
    facts: {
      agent: running(
        standby({ counters: { [EPERM]: 40 }, peers: [peerReport({ hearsUs: false })] }),
        counting({ [EPERM]: 31 }),
      ),
      firewall: chain({ name: 'inet f o', hook: 'output', rules: [rule({})] }),
    },
    says: /EPERM, 9 frames just now, 40 in all.*inet f o: udp dport 7112 drop/s,
  },
  {
    ...{ id: 'firewall-output', level: 'note', name: 'sends that the kernel once refused' },
    ...{ facts: { agent: running(counting({ [EPERM]: 40 })) }, says: /it has stopped/ },
  },
  {
    ...{ id: 'firewall-rule', level: 'problem', name: 'a rule that drops what comes' },
    facts: { firewall: chain({ rules: [rule({})] }) },
    says: /udp\/7112: a rule of this host drops it at its input: inet filter input: udp dport 7112 drop/,
  },
  {
    ...{ id: 'firewall-input', level: 'warning', name: 'a filter that does not know the port' },
    facts: {
      firewall: chain({
        drops: true,
        rules: [answersOnly, rule({ verdict: 'accept', ports: [{ transport: 'tcp', from: 22, to: 22 }] })],
      }),
    },
    says: /drops by default.*ufw allow 7112\/udp/s,
  },
  {
    id: 'mtu',
    level: 'ok',
    name: 'a good MTU',
    facts: {},
    says: /packets of up to 592 bytes, 1500 fit through eth0/,
  },
  {
    ...{ id: 'mtu', level: 'ok', name: 'an MTU in which the largest just fits' },
    ...{ facts: { links: links({ mtu: 592 }) }, says: /592 fit/ },
  },
  {
    ...{ id: 'mtu-fragments', level: 'warning', name: 'an MTU that is one byte too small' },
    ...{ facts: { links: links({ mtu: 591 }) }, says: /cut into fragments/ },
  },
  {
    ...{ id: 'mtu-fragments', level: 'warning', name: 'a path whose MTU the kernel has learned' },
    ...{ facts: { ways: [way({ route: { link: 'eth0', mtu: 576 } })] }, says: /where 576 fit/ },
  },
  {
    ...{ id: 'mtu-blocked', level: 'problem', name: 'a tunnel that swallows large packets' },
    ...{ facts: { ways: [way({ largePing: 'silent' })] }, says: /answers a small ping, and not one of 592/ },
  },
  { id: 'manager-none', level: 'ok', name: 'an interface of nobody', facts: {}, says: /no network manager/ },
  {
    ...{ id: 'manager-networkmanager', level: 'note', name: 'NetworkManager' },
    facts: {
      managers: managers({
        networkManager: new Map([
          ['eth0', 'connected'],
          ['lo', 'connected (externally)'],
        ]),
      }),
    },
    says: /unmanaged-devices=interface-name:eth0.*90-sealbeat.conf/s,
  },
  {
    ...{ id: 'manager-none', level: 'ok', name: 'NetworkManager, which leaves it alone' },
    facts: { managers: managers({ networkManager: new Map([['eth0', 'unmanaged']]) }) },
    says: /no network manager/,
  },
  {
    ...{ id: 'manager-networkd', level: 'warning', name: 'systemd-networkd' },
    facts: { managers: networkd(undefined) },
    says: /> \/etc\/systemd\/network\/10-netplan-eth0.network.d\/sealbeat.conf\nnetworkctl reload/,
  },
  {
    ...{ id: 'manager-networkd', level: 'warning', name: 'systemd-networkd that keeps static addresses' },
    ...{ facts: { managers: networkd('static') }, says: /KeepConfiguration=static is not enough/ },
  },
  {
    ...{ id: 'manager-networkd', level: 'ok', name: 'systemd-networkd that keeps all' },
    ...{ facts: { managers: networkd('yes') }, says: /leaves addresses alone/ },
  },
  {
    ...{ id: 'manager-netplan', level: 'note', name: 'netplan' },
    facts: {
      managers: managers({
        netplan: [
          {
            path: '/etc/netplan/50.yaml',
            text: 'network:\n  ethernets:\n    eth0:\n      dhcp4: no\n    eth00: {}\n',
          },
        ],
      }),
    },
    says: /describes it in \/etc\/netplan\/50.yaml/,
  },
  {
    ...{ id: 'manager-ifupdown', level: 'note', name: 'ifupdown' },
    facts: {
      managers: managers({
        ifupdown: [{ path: '/etc/network/interfaces', text: 'auto eth0\niface eth0 inet static\n' }],
      }),
    },
    says: /before ifdown eth0: sealbeat drain/,
  },
  {
    ...{ id: 'manager-none', level: 'ok', name: 'ifupdown of another interface' },
    facts: {
      managers: managers({
        ifupdown: [
          { path: '/etc/network/interfaces', text: 'iface eth0.5 inet static\n#iface eth0 inet dhcp\n' },
        ],
      }),
    },
    says: /no network manager/,
  },
  {
    ...{ id: 'manager-dhcpcd', level: 'note', name: 'dhcpcd' },
    ...{ facts: { managers: managers({ dhcpcd: true }) }, says: /static ip_address/ },
  },
  { id: 'iproute', level: 'ok', name: 'iproute2', facts: {}, says: /iproute2/ },
  {
    ...{ id: 'iproute-missing', level: 'problem', name: "BusyBox's ip" },
    facts: { tools: { ip: 'other', arping: 'arping (iputils)', ndptool: true } },
    says: /BusyBox/,
  },
  { id: 'arping', level: 'ok', name: 'an arping', facts: {}, says: /arping \(iputils\) announces IPv4/ },
  {
    ...{ id: 'arping-missing', level: 'note', name: 'no arping' },
    ...{ facts: { tools: { ip: 'iproute2', arping: undefined, ndptool: true } }, says: /same-mac/ },
  },
  {
    ...{ id: 'arping-missing', level: 'problem', name: 'no arping where the config insists' },
    facts: {
      config: configWith(['interface: eth0', 'interface: eth0\n    announce: { method: arping }']),
      tools: { ip: 'iproute2', arping: undefined, ndptool: true },
      agent: stopped('ENOENT'),
    },
    ...{ says: /not announced at all/, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    ...{ id: 'ndptool-missing', level: 'note', name: 'no ndptool' },
    ...{
      facts: { tools: { ip: 'iproute2', arping: 'arping (habets)', ndptool: false } },
      says: /IPv6 is announced by the kernel/,
    },
  },
  {
    ...{ id: 'announce-none', level: 'note', name: 'a group that is not announced' },
    facts: {
      config: configWith(['interface: eth0', 'interface: eth0\n    announce: { method: none }']),
      agent: stopped('ENOENT'),
    },
    ...{ says: /announced by nobody/, with: ['agent-absent', 'paths-not-asked'] },
  },
  ...(
    [
      ['arp-ignore', 'problem', { 'net/ipv4/conf/all/arp_ignore': '8' }, /no ARP request is answered/],
      [
        'arp-gratuitous-dropped',
        'note',
        { 'net/ipv4/conf/eth0/drop_gratuitous_arp': '1' },
        /eth0.drop_gratuitous_arp=0/,
      ],
      ['ipv6-disabled', 'problem', { 'net/ipv6/conf/eth0/disable_ipv6': '1' }, /disable_ipv6=1/],
      ['nonlocal-bind', 'note', { 'net/ipv4/ip_nonlocal_bind': '0' }, /ip_nonlocal_bind is 0 \(IPv4\)/],
    ] as const
  ).map(([id, level, values, says]): Row => ({
    ...{ id, level, name: `a setting, ${Object.keys(values)[0]}`, says },
    facts: {
      sysctl: (path) => new Map(Object.entries({ 'net/ipv4/ip_nonlocal_bind': '1', ...values })).get(path),
    },
  })),
  {
    ...{ id: 'arp-flux', level: 'warning', name: 'two interfaces in one network' },
    facts: {
      links: new Map([
        ['eth0', eth0()],
        ['eth1', eth0({ addresses: [{ address: '10.10.10.11', prefixLength: 24, leased: false }] })],
      ]),
    },
    says: /eth1 is in the same network/,
  },
  {
    ...{ id: 'rp-filter', level: 'note', name: 'strict filtering with two interfaces' },
    facts: {
      links: new Map([
        ['eth0', eth0()],
        ['eth1', eth0({ addresses: [{ address: '10.20.0.1', prefixLength: 24, leased: false }] })],
      ]),
      sysctl: (path) => ({ 'net/ipv4/conf/all/rp_filter': '1' })[path],
    },
    says: /net.ipv4.conf.eth0.rp_filter=2/,
  },
  {
    ...{ id: 'kernel-setting', level: 'warning', name: 'a setting of NetBSD' },
    facts: {
      platform: 'netbsd',
      links: undefined,
      rights: undefined,
      managers: undefined,
      tools: undefined,
      firewall: undefined,
      answers: [],
      service: undefined,
      advice: ['net.inet.ip.dad_count is 3: a takeover takes 4 to 7 s'],
    },
    ...{ says: /net.inet.ip.dad_count is 3.*4 to 7 s/s, with: ['linux-only'] },
  },
  {
    ...{ id: 'linux-only', level: 'note', name: 'illumos' },
    facts: {
      platform: 'sunos',
      links: undefined,
      rights: undefined,
      managers: undefined,
      tools: undefined,
      firewall: undefined,
      answers: [],
      service: undefined,
    },
    says: /illumos: not looked at/,
  },
  { id: 'vip-answer', level: 'ok', name: 'the holder answers', facts: {}, says: /lb2 answers for it/ },
  {
    ...{ id: 'vip-answer', level: 'ok', name: 'nobody answers, and no agent says who should' },
    facts: { ...noVip, agent: stopped('ENOENT') },
    ...{ says: /nobody answers for it/, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    ...{ id: 'vip-duplicate', level: 'problem', name: 'two answer' },
    ...{
      facts: { answers: [answer({ macs: [MAC9, '02:00:00:00:00:02'] })] },
      says: /2 answer for it on eth0/,
    },
  },
  {
    ...{ id: 'vip-duplicate', level: 'problem', name: 'somebody else answers for what is here' },
    facts: { agent: running(holding()), answers: [answer({ here: true, macs: [MAC9] })] },
    says: /02:00:00:00:00:99, 02:00:00:00:00:01 \(this host\)/,
  },
  {
    ...{ id: 'vip-stranger', level: 'problem', name: 'not the holder answers' },
    ...{
      facts: { answers: [answer({ macs: [MAC9] })] },
      says: /02:00:00:00:00:99 answers for it on eth0, and not who should: lb2 has/,
    },
  },
  {
    ...{ id: 'vip-stranger', level: 'problem', name: 'somebody answers, and nobody should' },
    facts: {
      agent: running(group({ role: 'standby', has: false, holder: '', holderKnown: 'nobody' })),
      answers: [answer({ macs: [MAC9], peers: [] })],
    },
    ...{ says: /no node of the cluster is known to hold it/, with: ['group-unheld'] },
  },
  {
    ...{ id: 'vip-unanswered', level: 'problem', name: 'the network does not let the VIP through' },
    ...{ facts: noVip, says: /lb2 holds it, and answers on eth0 for its own 10.10.10.2.*anti-spoofing/s },
  },
  {
    ...{ id: 'vip-unanswered', level: 'problem', name: 'the same at OpenStack' },
    facts: { ...noVip, cloud: 'OpenStack' },
    ...{ says: /openstack port set --allowed-address ip-address=10.10.10.42/, with: ['cloud-adapter'] },
  },
  {
    ...{ id: 'vip-not-asked', level: 'note', name: 'nothing to ask with' },
    ...{ facts: { answers: [answer({ by: 'nothing', macs: [] })] }, says: /could not be asked/ },
  },
  {
    ...{ id: 'vip-ask-peer', level: 'note', name: 'the holder itself' },
    facts: { agent: running(holding()), answers: [answer({ here: true, macs: [] })] },
    says: /on lb2: sealbeat doctor/,
  },
  {
    ...{ id: 'cloud-adapter', level: 'warning', name: 'a cloud that does not listen to announcements' },
    ...{ facts: { cloud: 'Amazon EC2' }, says: /assign-private-ip-addresses.*aws-secondary-ip.yaml/s },
  },
  {
    ...{ id: 'cloud-adapter', level: 'note', name: 'a cloud that filters' },
    ...{ facts: { cloud: 'OpenStack' }, says: /allowed-address/ },
  },
  {
    id: 'timing',
    level: 'ok',
    name: 'good timing',
    facts: {},
    says: /interval 250ms, timeout 3s: 3 heartbeats may be lost/,
  },
  {
    ...{ id: 'timing-config', level: 'warning', name: 'a timeout below the lease' },
    facts: { config: configWith(['timeout: 3s', 'timeout: 2s']), agent: stopped('ENOENT') },
    ...{ says: /heartbeat.timeout: 2s is shorter than the lease/, with: ['agent-absent', 'paths-not-asked'] },
  },
  {
    ...{ id: 'stalls', level: 'warning', name: 'an agent that often stands still' },
    ...{
      facts: { agent: running(standby({ upForMs: 7_200_000, counters: { stalls: 3 } })) },
      says: /3 times/,
    },
  },
  {
    ...{ id: 'stalls', level: 'note', name: 'an agent that stood still after its start' },
    ...{ facts: { agent: running(standby({ upForMs: 60_000, counters: { stalls: 3 } })) }, says: /3 times/ },
  },
  {
    ...{ id: 'timeout-near', level: 'warning', name: 'loss that will run out a timeout' },
    facts: { agent: running(peer({ paths: [pathReport({ lossPercent: 50 })] })) },
    ...{ says: /present loss \(50 %\)/, with: ['path-loss'] },
  },
  { id: 'service', level: 'ok', name: 'an enabled service', facts: {}, says: /starts with the host/ },
  {
    ...{ id: 'service-off', level: 'note', name: 'a service that is not enabled' },
    ...{ facts: { service: 'disabled' }, says: /systemctl enable --now sealbeat/ },
  },
  { id: 'clock', level: 'ok', name: 'any clock', facts: {}, says: /need not agree/ },
];

for (const { id, level, name, facts, says, with: more = [] } of rows) {
  test(`doctor: ${id}, ${level}: ${name}`, () => {
    const findings = findingsOf(soundFacts(facts));
    const found = findings.find((one) => one.id === id && one.level === level);
    assert.ok(found, `found instead: ${findings.map((one) => `${one.id} ${one.level}`).join(', ')}`);
    assert.match(`${found.subject}: ${found.what}\n${found.why}\n${found.fix}`, says);
    const others = findings.filter((one) => one.level !== 'ok').map((one) => one.id);
    const expected = [...(level === 'ok' ? [] : [id]), ...more];
    assert.deepEqual([...new Set(others)].toSorted(), [...new Set(expected)].toSorted());
  });
}

test('doctor: a sound host has nothing but good news, and every row finds something that it has not', () => {
  assert.deepEqual(
    findingsOf(soundFacts()).filter(({ level }) => level !== 'ok'),
    [],
  );
});

test('doctor: every finding of the catalogue has a row for each of its levels, and no row is of another', () => {
  const inCatalogue = Object.entries(CATALOGUE).flatMap(([id, { levels }]) =>
    levels.map((level) => `${id} ${level}`),
  );
  const inRows = new Set(rows.map(({ id, level }) => `${id} ${level}`));
  assert.deepEqual(
    [...inRows].filter((row) => !inCatalogue.includes(row)),
    [],
  );
  assert.deepEqual(
    inCatalogue.filter((row) => !inRows.has(row)),
    [],
  );
});

test('doctor: what is no news says why it matters and what to do', () => {
  for (const { facts } of rows) {
    for (const { id, level, why, fix } of findingsOf(soundFacts(facts))) {
      const isQuoted = [
        'config-warning',
        'timing-config',
        'adapter-note',
        'adapter-alarm',
        'kernel-setting',
      ].includes(id);
      if (level === 'ok') assert.deepEqual([why, fix], ['', ''], id);
      else if (!isQuoted) assert.notEqual(why, '', id);
      if ((level === 'warning' || level === 'problem') && !isQuoted) assert.notEqual(fix, '', id);
    }
  }
});

test('doctor: the worst comes last', () => {
  const facts = soundFacts({
    links: links({ up: false, carrier: false }),
    service: 'disabled',
    cloud: 'Azure',
  });
  const places = findingsOf(facts).map(({ level }) => LEVELS.indexOf(level));
  assert.deepEqual(places, places.toSorted());
  assert.equal(LEVELS[places.at(-1)!], 'problem');
});

test('doctor: docs/doctor.md has the table of the catalogue', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'doctor.md'), 'utf8');
  const table = page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .join('\n');
  assert.equal(table, catalogueTable());
});
