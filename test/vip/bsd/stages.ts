import type { Vip, VipAdapter } from '../../../src/core/ports.ts';
import { freebsdVip } from '../../../src/vip/bsd/freebsd.ts';
import { netbsdVip } from '../../../src/vip/bsd/netbsd.ts';
import { openbsdVip } from '../../../src/vip/bsd/openbsd.ts';
import type { PlainVipOptions } from '../../../src/vip/plain/plain.ts';
import type { BsdHost, BsdHostOptions } from '../../systems/bsd/host.ts';
import { type Stage as Network, stage as network, VIP, VIP6 } from '../../systems/bsd/stage.ts';
import { freebsdHost, type FreebsdOptions } from '../../systems/freebsd/freebsd.ts';
import type { Lan } from '../../systems/lan.ts';
import { netbsdHost } from '../../systems/netbsd/netbsd.ts';
import type { NetbsdVariants } from '../../systems/netbsd/netbsd-variants.ts';
import { openbsdHost } from '../../systems/openbsd/openbsd.ts';
import type { OpenbsdVariants } from '../../systems/openbsd/openbsd-variants.ts';
import { type ModelStage, stageOnModel } from '../on-model.ts';
import { vipOf } from '../vip-of.ts';

export interface BsdStage extends ModelStage {
  readonly host: BsdHost;
  readonly link: string;
  readonly lan: Lan;
}

interface System {
  readonly link: string;
  readonly open: (options: PlainVipOptions) => VipAdapter;
  readonly host: (network: Network) => BsdHost;
  readonly removal: (vip: Vip) => string;
  readonly addition: (vip: Vip) => string;
}

const family = (vip: Vip): string => (vip.family === 4 ? 'inet' : 'inet6');

export function bsdStage({ link, open, host: makeHost, removal, addition }: System): BsdStage {
  const net = network();
  const host = makeHost(net);
  const vips = [vipOf(`${VIP}/32`, link), vipOf(`${VIP6}/128`, link)] as const;
  const stage = stageOnModel({
    ...{ host, clock: net.clock, vips, removal, addition },
    missingLink: 'em9',
    denied: { exitCode: 1, stderr: 'ifconfig: socket: Operation not permitted\n' },
    open: (ports) => open({ ...ports, announceMethod: 'auto' }),
    others: () => host.addresses().filter((text) => !text.includes('100/')),
  });
  return { ...stage, host, link, lan: net.lan };
}

export const freebsd = (options: Partial<FreebsdOptions> = {}, open: System['open'] = freebsdVip): BsdStage =>
  bsdStage({
    link: 'em0',
    open,
    host: (net) => freebsdHost({ ...net.place(1, 'em0'), ...options }),
    removal: (vip) => `ifconfig em0 ${family(vip)} ${vip.address} -alias`,
    addition: (vip) => `ifconfig em0 ${family(vip)} ${vip.address}/${vip.prefixLength} alias`,
  });

export const openbsd = (options: Partial<BsdHostOptions<OpenbsdVariants>> = {}): BsdStage =>
  bsdStage({
    link: 'em0',
    open: openbsdVip,
    host: (net) => openbsdHost({ ...net.place(1, 'em0'), ...options }),
    removal: (vip) => `ifconfig em0 ${family(vip)} ${vip.address} delete`,
    addition: (vip) => `ifconfig em0 ${family(vip)} alias ${vip.address}/${vip.prefixLength}`,
  });

export const netbsd = (options: Partial<BsdHostOptions<NetbsdVariants>> = {}): BsdStage =>
  bsdStage({
    link: 'wm0',
    open: netbsdVip,
    host: (net) => netbsdHost({ ...net.place(1, 'wm0'), ...options }),
    removal: (vip) => `ifconfig wm0 ${family(vip)} ${vip.address} -alias`,
    addition: (vip) => `ifconfig wm0 ${family(vip)} ${vip.address}/${vip.prefixLength} alias`,
  });

/** A network card that the kernel knows is asked for duplicates by default. */
export const netbsdWithoutProbing = async (
  options: Partial<BsdHostOptions<NetbsdVariants>> = {},
): Promise<BsdStage> => {
  const stage = netbsd(options);
  await stage.type('sysctl -w net.inet.ip.dad_count=0');
  await stage.type('sysctl -w net.inet6.ip6.dad_count=0');
  return stage;
};
