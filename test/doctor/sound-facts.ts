import { parseSettings } from '../../src/config/load.ts';
import type { Facts, LinkFacts, VipAnswer, WayFacts } from '../../src/doctor/facts.ts';
import type { StatusReport } from '../../src/core/report.ts';
import { pairWith } from '../config/example-file.ts';
import {
  groupNamed,
  groupReport,
  node,
  pathReport,
  peerReport,
  statusReport,
} from '../fakes/status-report.ts';

export const FILES = {
  config: '/etc/sealbeat/sealbeat.yaml',
  identity: '/etc/sealbeat/identity',
  control: '/run/sealbeat/control.sock',
};
export const MAC1 = '02:00:00:00:00:01';
export const MAC2 = '02:00:00:00:00:02';
export const MAC9 = '02:00:00:00:00:99';

/** The config of the example with some of its text replaced; a path, which is no setting, goes without saying. */
export const configWith = (...changes: readonly [string, string][]): Facts['config'] => {
  const { settings, warnings, notes } = parseSettings(pairWith(...changes), FILES.config);
  return { settings, unreadable: undefined, problems: [...warnings, ...notes], onHost: [] };
};

export const eth0 = (changes: Partial<LinkFacts> = {}): LinkFacts => ({
  ...{ up: true, carrier: true, mtu: 1_500, mac: MAC1 },
  addresses: [
    { address: '10.10.10.1', prefixLength: 24, leased: false },
    { address: '2001:db8::1', prefixLength: 64, leased: false },
  ],
  ...changes,
});

export const way = (changes: Partial<WayFacts> = {}): WayFacts => ({
  ...{ peer: 'lb2', url: 'udp://10.10.10.2:7112', transport: 'udp', port: 7_112, address: '10.10.10.2' },
  ...{ route: { link: 'eth0', mtu: undefined }, ping: 'answered', largePing: 'answered' },
  ...changes,
});

export const answer = (changes: Partial<VipAnswer> = {}): VipAnswer => ({
  ...{ address: '10.10.10.42', group: 'web', link: 'eth0', by: 'arping', here: false, macs: [MAC2] },
  peers: [{ name: 'lb2', address: '10.10.10.2', macs: [MAC2] }],
  ...changes,
});

const sound = configWith();

/** lb1 while lb2 holds the group, all of it well. */
export const standby = (changes: Partial<StatusReport> = {}): StatusReport =>
  statusReport({
    configDigest: sound.settings!.digest,
    groups: [
      groupReport({ role: 'standby', has: false, holder: node('lb2'), holderKnown: 'direct', vips: [] }),
    ],
    peers: [peerReport({ paths: [pathReport()] })],
    ...changes,
  });

export const holding = (changes: Partial<StatusReport> = {}): StatusReport =>
  standby({ groups: [groupReport({ name: groupNamed('web') })], ...changes });

export const running = (status: StatusReport, before: StatusReport = status): Facts['agent'] => ({
  ...{ status, before, pid: 4_711, refusal: undefined },
});

export const stopped = (errno: string, text = 'there is none', hint = 'start it'): Facts['agent'] => ({
  ...{ status: undefined, before: undefined, pid: undefined },
  refusal: { code: 'CONTROL_UNREACHABLE', text, hint, errno },
});

export const ALL_CAPABILITIES = 0x1ff_ffff_ffffn;

/** A host on which nothing is to be found. */
export function soundFacts(changes: Partial<Facts> = {}): Facts {
  const config = changes.config ?? sound;
  return {
    ...{ platform: 'linux', euid: 0, files: FILES, config },
    identity: { refusal: undefined },
    self: config.settings?.nodes.find(({ name }) => name === 'lb1'),
    agent: running(standby()),
    rights: { of: 'agent', uid: 0, effective: ALL_CAPABILITIES, ambient: 0n },
    links: new Map([
      ['lo', eth0({ mtu: 65_536, addresses: [{ address: '127.0.0.1', prefixLength: 8, leased: false }] })],
      ['eth0', eth0()],
    ]),
    portProblems: [],
    ways: [way()],
    firewall: { chains: [] },
    managers: {
      ...{ networkManager: undefined, networkd: new Map(), dhcpcd: false },
      ...{ netplan: [], ifupdown: [], connections: [] },
    },
    tools: { ip: 'iproute2', arping: 'arping (iputils)', ndptool: true },
    sysctl: (path) => (path.endsWith('ip_nonlocal_bind') ? '1' : '0'),
    ...{ advice: [], answers: [answer()], cloud: undefined, service: 'enabled' },
    ...changes,
  };
}
