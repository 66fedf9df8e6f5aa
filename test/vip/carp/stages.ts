import type { Vip } from '../../../src/core/ports.ts';
import type { CarpSettings, VhostSettings } from '../../../src/core/settings.ts';
import type { NodeName } from '../../../src/core/units.ts';
import { carpVipFor } from '../../../src/vip/carp/carp-for-system.ts';
import { groupOf, NODE } from '../../fakes/group-of.ts';
import type { BsdHost } from '../../systems/bsd/host.ts';
import { type Stage as Network, stage as network, VIP, VIP6 } from '../../systems/bsd/stage.ts';
import { freebsdHost } from '../../systems/freebsd/freebsd.ts';
import type { HostModel, Outcome } from '../../systems/model.ts';
import { netbsdHost } from '../../systems/netbsd/netbsd.ts';
import { openbsdHost } from '../../systems/openbsd/openbsd.ts';
import { type ModelAgent, type ModelStage, stageOnModel } from '../on-model.ts';
import { vipOf } from '../vip-of.ts';

export const SYSTEMS = ['freebsd 13', 'freebsd 14', 'openbsd', 'netbsd'] as const;
export type SystemName = (typeof SYSTEMS)[number];
export const isFreebsd = (system: SystemName): boolean => system.startsWith('freebsd');
export const linkOf = (system: SystemName): string => (system === 'netbsd' ? 'wm0' : 'em0');
const platformOf = (system: SystemName): NodeJS.Platform =>
  isFreebsd(system) ? 'freebsd' : (system as 'openbsd' | 'netbsd');

/** A host with CARP, and what pfsync(4) does to it where there is such a thing. */
export type CarpHost = BsdHost & {
  /** Of vhid 1, or of carp0. */
  state(): string | undefined;
  beginBulkUpdate?(): void;
  endBulkUpdate?(): void;
};

type PlaceOptions = Omit<ReturnType<Network['place']>, 'clock'>;

export function carpHost(system: SystemName, net: Network, number: number, options: object = {}): CarpHost {
  const place =
    'wire' in options
      ? { clock: net.clock, ...(options as object as PlaceOptions) }
      : { ...net.place(number, linkOf(system)), ...options };
  if (isFreebsd(system)) {
    const host = freebsdHost({ ...place, version: system === 'freebsd 13' ? 13 : 14 });
    return { ...host, state: () => host.carpState('em0', 1) };
  }
  const host = system === 'openbsd' ? openbsdHost(place) : netbsdHost(place);
  return { ...host, state: () => host.carpState('carp0') };
}

export interface CarpStage extends ModelStage {
  readonly host: CarpHost;
  readonly net: Network;
  readonly system: SystemName;
  /** One more agent on this host, with another carp section. */
  agentWith(carp: Partial<CarpSettings>): ModelAgent;
  /** Whether the host serves the first VIP. */
  serves(): boolean;
}

/** Programs that no model has. */
export type Programs = Readonly<Record<string, (args: readonly string[]) => Partial<Outcome> | undefined>>;

export interface CarpStageOptions {
  readonly net?: Network;
  readonly number?: number;
  readonly carp?: Partial<CarpSettings>;
  readonly vips?: readonly [string, string];
  /** The second VIP is on another network, with this virtual host. */
  readonly outside?: VhostSettings;
  /** Of the model: what sources leave open, and so on. */
  readonly host?: object;
  readonly programs?: Programs;
}

export function carpStage(system: SystemName, options: CarpStageOptions = {}): CarpStage {
  const { net = network(), number = 1, vips: texts = [`${VIP}/32`, `${VIP6}/128`] } = options;
  const link = linkOf(system);
  const { outside } = options;
  const place = outside === undefined ? {} : onBothNetworks(net, number, link);
  const host = carpHost(system, net, number, { ...place, ...options.host });
  const vips = texts.map((text, at) =>
    vipOf(text, at === 1 && outside !== undefined ? outsideOf(link) : link),
  ) as unknown as readonly [Vip, Vip];
  let { carp } = options;
  const stage = stageOnModel({
    ...{ clock: net.clock, vips, missingLink: 'em9' },
    host: withPrograms(host, { ...programsOf(system), ...options.programs }),
    open: (ports) =>
      carpVipFor({ ...ports, group: groupWith(carp, vips, outside), node: NODE }, platformOf(system)),
    removal: removalOn(system),
    // Behind CARP's back, as an address of the host itself.
    addition: ({ family, address, prefixLength }) =>
      `ifconfig ${link} ${family === 4 ? 'inet' : 'inet6'} alias ${address}/${prefixLength}`,
    denied: { exitCode: 1, stderr: 'ifconfig: socket: Operation not permitted\n' },
    others: () => host.addresses().filter((text) => !text.includes('100/') && text.startsWith(link)),
  });
  const agentWith: CarpStage['agentWith'] = (section) => {
    carp = section;
    return stage.agentThat();
  };
  return {
    ...stage,
    agentWith,
    host,
    net,
    system,
    serves: () => net.lan.holders(VIP).includes(`host${number}`),
  };
}

/** `em1` beside `em0`. */
export const outsideOf = (link: string): string => link.replace(/0$/, '1');

function onBothNetworks(net: Network, number: number, link: string) {
  const { links } = net.place(number, link);
  const other = {
    name: outsideOf(link),
    mac: `08:00:27:01:03:0${number}`,
    addresses: [`203.0.113.${number}/24`],
  };
  return {
    links: [...links, other],
    wire: net.lan.join(`host${number}`, { [link]: 'lan', [outsideOf(link)]: 'outside' }),
  };
}

export function groupWith(
  carp: Partial<CarpSettings> = {},
  vips: readonly Vip[] = [],
  outside?: VhostSettings,
) {
  return groupOf('carp', {
    carp: {
      ...{ vhid: 1, advbaseSeconds: 1, passwordFile: '', peers: new Map<NodeName, string>() },
      interfaces: new Map([[NODE, 'carp0']]),
      ...carp,
    },
    vips: vips.map(({ address, family, prefixLength, label, link }) => ({
      ...{ address, family, prefixLength, label },
      interfaces: new Map([[NODE, link]]),
      ...(outside !== undefined && link.endsWith('1') ? { carp: outside } : {}),
    })),
  });
}

const removalOn =
  (system: SystemName) =>
  ({ family, address, link }: Vip): string =>
    `ifconfig ${isFreebsd(system) ? link : 'carp0'} ${family === 4 ? 'inet' : 'inet6'} ${address} -alias`;

const programsOf = (system: SystemName): Programs => ({
  ...(system === 'openbsd' ? { pgrep: () => ({ rc: 1 }) } : {}),
  sysctl: (args) =>
    args.includes('kern.osreldate')
      ? { stdout: system === 'freebsd 13' ? '1302001\n' : '1401000\n' }
      : undefined,
});

const withPrograms = (host: HostModel, programs: Programs): HostModel => ({
  ...host,
  commands: [...new Set([...host.commands, ...Object.keys(programs)])],
  async run(argv) {
    const said = programs[argv[0] ?? '']?.(argv.slice(1));
    return said === undefined ? host.run(argv) : { rc: 0, stdout: '', stderr: '', ...said };
  },
});
