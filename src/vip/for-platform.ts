import { OperatorError, unreachable } from '../core/errors.ts';
import { type Errand, type VipAdapter } from '../core/ports.ts';
import type { AdapterName, CommandSettings, GroupSettings } from '../core/settings.ts';
import { type NodeName } from '../core/units.ts';
import { freebsdVip } from './bsd/freebsd.ts';
import { netbsdVip } from './bsd/netbsd.ts';
import { openbsdVip } from './bsd/openbsd.ts';
import { carpVipFor } from './carp/carp-for-system.ts';
import { illumosIfconfigVip, illumosVip } from './illumos/illumos.ts';
import { commandVip } from './command/command.ts';
import { linuxVip } from './linux/linux.ts';
import { scriptVip } from './script/script.ts';
import { simulatedVip } from './simulated/simulated.ts';
import type { VipOptions } from './options.ts';
import { systemPlatform } from './system-platform.ts';
import { adapterKind } from './system.ts';

export interface AdapterOptions extends VipOptions {
  readonly group: GroupSettings;
  readonly node: NodeName;
  /** As it is now, for the programs that are told. */
  readonly errand: () => Errand;
  /** The adapter beside a cloud's commands, where several groups share one; whoever gives it closes it. */
  readonly host?: VipAdapter;
}

/** The adapter for a group on a node. Throws OperatorError CONFIG_INVALID where the system has not what the group wants. */
export function vipAdapterFor(
  { group, node, ...options }: AdapterOptions,
  platform: NodeJS.Platform = systemPlatform,
): VipAdapter {
  const kind = adapterKind(group.adapters.get(node) ?? 'auto', platform);
  switch (kind) {
    case 'simulated':
      return simulatedVip(options);
    case 'illumos':
      return illumosVip({ ...options, announceMethod: group.announce.method });
    case 'illumos-ifconfig':
      return illumosIfconfigVip({ ...options, announceMethod: group.announce.method });
    case 'linux':
      return linuxVip({ ...options, announceMethod: group.announce.method });
    case 'script':
      return scriptVip({ ...options, node, group: group.name, settings: needed('script', group.script) });
    case 'command': {
      const settings = needed('command', group.command);
      const { host = hostPart({ ...options, group, node }, settings, platform) } = options;
      return commandVip({
        ...{ ...options, group: group.name, settings, host },
        ownsHost: options.host === undefined,
      });
    }
    case 'freebsd':
      return freebsdVip({ ...options, announceMethod: group.announce.method });
    case 'openbsd':
      return openbsdVip({ ...options, announceMethod: group.announce.method });
    case 'netbsd':
      return netbsdVip({ ...options, announceMethod: group.announce.method });
    case 'carp':
      return carpVipFor({ ...options, group, node }, platform);
    default:
      return unreachable(kind);
  }
}

function hostPart(
  { group, node, ...options }: AdapterOptions,
  { also }: CommandSettings,
  platform: NodeJS.Platform,
): VipAdapter | undefined {
  if (also === undefined) return undefined;
  return vipAdapterFor({ ...options, group: besideCloud(group, node, also), node }, platform);
}

/** The group as the adapter that puts its addresses on the host sees it. */
export const besideCloud = (group: GroupSettings, node: NodeName, also: AdapterName): GroupSettings => ({
  ...group,
  adapters: new Map([[node, also]]),
});

/** The config's rules see to it that it is there. */
function needed<T>(name: 'script' | 'command', settings: T | undefined): T {
  if (settings !== undefined) return settings;
  throw new OperatorError('CONFIG_INVALID', `adapter ${name}: there is no "${name}" in the group`, {
    hint: 'see docs/systems/scripts.md and docs/systems/clouds.md',
  });
}
