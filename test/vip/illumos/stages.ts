import type { Vip, VipAdapter } from '../../../src/core/ports.ts';
import { illumosIfconfigVip, illumosVip } from '../../../src/vip/illumos/illumos.ts';
import { objectOf } from '../../../src/vip/illumos/object-name.ts';
import type { PlainVipOptions } from '../../../src/vip/plain/plain.ts';
import type { ManualClock } from '../../fakes/manual-clock.ts';
import type { IllumosHost } from '../../systems/illumos/host.ts';
import type { IllumosSetup } from '../../systems/illumos/setup.ts';
import { makeStage, VIP, VIP6 } from '../../systems/illumos/stage.ts';
import type { Lan } from '../../systems/lan.ts';
import { type ModelStage, stageOnModel } from '../on-model.ts';
import { vipOf } from '../vip-of.ts';

export const LINK = 'e1000g0';

export interface IllumosStage extends ModelStage {
  readonly host: IllumosHost;
  readonly lan: Lan;
  readonly clock: ManualClock;
  /** What a command prints, without the end of its line. */
  printed(line: string): Promise<string>;
  /** The same adapter on one more host of the LAN. */
  neighbour(setup?: Partial<IllumosSetup>): Promise<ModelStage>;
}

export interface Kind {
  readonly open: (options: PlainVipOptions) => VipAdapter;
  readonly removal: (vip: Vip) => string;
  readonly addition: (vip: Vip) => string;
}

const inet6 = ({ family }: Vip): string => (family === 6 ? ' inet6' : '');

export const IPADM: Kind = {
  open: illumosVip,
  removal: (vip) => `ipadm delete-addr ${objectOf(vip)}`,
  addition: ({ address, prefixLength, link, family }) =>
    `ipadm create-addr -t -T static -a ${address}/${prefixLength} ${link}/hand${family}`,
};
export const IFCONFIG: Kind = {
  open: illumosIfconfigVip,
  removal: (vip) => `ifconfig ${vip.link}${inet6(vip)} removeif ${vip.address}`,
  addition: (vip) => `ifconfig ${vip.link}${inet6(vip)} addif ${vip.address}/${vip.prefixLength} up`,
};

export interface StageSetup extends Partial<IllumosSetup> {
  /** Interface of the VIPs. */
  readonly on?: string;
}

export async function illumosStage(kind: Kind, setup: StageSetup = {}): Promise<IllumosStage> {
  const { on = LINK, ...own } = setup;
  const { clock, lan, host, another } = await makeStage(own);
  const stageOf = (model: IllumosHost): ModelStage =>
    stageOnModel({
      ...{ ...kind, host: model, clock },
      vips: [vipOf(`${VIP}/32`, on), vipOf(`${VIP6}/128`, on)],
      missingLink: 'e1000g9',
      open: (ports) => kind.open({ ...ports, announceMethod: 'auto' }),
      denied: { exitCode: 1, stderr: 'ifconfig: SIOCGLIFCONF: permission denied\n' },
      others: () => model.addresses().filter((text) => !text.includes('100/')),
    });
  const stage = stageOf(host);
  return {
    ...{ ...stage, host, lan, clock },
    printed: async (line) => (await stage.type(line)).stdout.trimEnd(),
    neighbour: async (its = {}) => stageOf(await another({ ...own, ...its })),
  };
}
