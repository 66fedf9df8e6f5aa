import { findArping } from '../../vip/announce/arping.ts';
import { hasNdptool } from '../../vip/linux/unsolicited-na.ts';
import { FREEBSD_SETTINGS } from '../../vip/bsd/freebsd.ts';
import { NETBSD_SETTINGS } from '../../vip/bsd/netbsd.ts';
import { adviceFrom } from '../../vip/bsd/settings-advice.ts';
import { cloudOf } from '../../doctor/clouds.ts';
import type { RightsFacts, ToolFacts } from '../../doctor/facts.ts';
import { saidBy, type World } from './world.ts';

const FIRMWARE = ['sys_vendor', 'product_name', 'chassis_asset_tag', 'bios_vendor', 'board_vendor'];

export function rightsFacts(world: World, pid: number | undefined): RightsFacts | undefined {
  const ofAgent = pid === undefined ? undefined : world.readText(`/proc/${pid}/status`);
  const text = ofAgent ?? world.readText('/proc/self/status');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s+(?:\\d+\\s+(?=\\d))?([0-9a-f]+)`, 'm').exec(text ?? '')?.[1];
  const [uid, effective] = [field('Uid'), field('CapEff')];
  if (uid === undefined || effective === undefined) return undefined;
  return {
    of: ofAgent === undefined ? 'self' : 'agent',
    uid: Number(uid),
    effective: BigInt(`0x${effective}`),
    ambient: BigInt(`0x${field('CapAmb') ?? '0'}`),
  };
}

export async function toolFacts(world: World): Promise<ToolFacts> {
  const [ip, arping, ndptool] = await Promise.all([
    saidBy(world, 'ip', ['-V']),
    findArping(world.exec),
    hasNdptool(world.exec),
  ]);
  const isOwn = /iproute2/.test(`${ip?.stdout ?? ''}${ip?.stderr ?? ''}`);
  return {
    ip: ip === undefined ? 'missing' : isOwn ? 'iproute2' : 'other',
    arping: arping && `${arping.command.join(' ')} (${arping.breed})`,
    ndptool,
  };
}

export const cloudFacts = (world: World): string | undefined =>
  cloudOf(FIRMWARE.map((name) => world.readText(`/sys/class/dmi/id/${name}`) ?? '').join('\n'));

export async function serviceFacts(world: World): Promise<string | undefined> {
  if (world.list('/run/systemd/system').length === 0) return undefined;
  const ran = await saidBy(world, 'systemctl', ['is-enabled', 'sealbeat']);
  return ran?.stdout.trim();
}

/** What the adapters of other systems say about their kernel's settings. */
export async function adviceFacts({ platform, exec }: World): Promise<readonly string[]> {
  const settings = platform === 'freebsd' ? FREEBSD_SETTINGS : platform === 'netbsd' ? NETBSD_SETTINGS : [];
  return (await adviceFrom(exec, settings)).map(({ text }) => text);
}
