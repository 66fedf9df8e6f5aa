import { OperatorError, unreachable } from '../core/errors.ts';
import { type Errand, type VipAdapter } from '../core/ports.ts';
import { type GroupSettings } from '../core/settings.ts';
import { type NodeName } from '../core/units.ts';
import { freebsdVip } from './bsd/freebsd.ts';
import { netbsdVip } from './bsd/netbsd.ts';
import { openbsdVip } from './bsd/openbsd.ts';
import { carpVipFor } from './carp/carp-for-system.ts';
import { illumosIfconfigVip, illumosVip } from './illumos/illumos.ts';
import { linuxVip } from './linux/linux.ts';
import { simulatedVip } from './simulated/simulated.ts';
import type { VipOptions } from './options.ts';
import { adapterKind, platformNamed, SYSTEM_NAMES } from './system.ts';

/**
 * For those who have to know it as well. SEALBEAT_PLATFORM names another system, whose commands are then run: for a
 * rehearsal with programs that stand in for them.
 */
export const systemPlatform: NodeJS.Platform = platformOf(process.env['SEALBEAT_PLATFORM']);

function platformOf(wanted: string | undefined): NodeJS.Platform {
  if (wanted === undefined || wanted === '') return process.platform;
  const platform = platformNamed(wanted);
  if (platform !== undefined) return platform;
  throw new OperatorError('USAGE', `SEALBEAT_PLATFORM=${wanted}: no such system`, {
    hint: `one of ${SYSTEM_NAMES.join(', ')}; or unset it`,
  });
}

export interface AdapterOptions extends VipOptions {
  readonly group: GroupSettings;
  readonly node: NodeName;
  /** As it is now, for the programs that are told. */
  readonly errand: () => Errand;
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
    case 'freebsd':
      return freebsdVip({ ...options, announceMethod: group.announce.method });
    case 'openbsd':
      return openbsdVip({ ...options, announceMethod: group.announce.method });
    case 'netbsd':
      return netbsdVip({ ...options, announceMethod: group.announce.method });
    case 'carp':
      return carpVipFor({ ...options, group, node }, platform);
    case 'script':
    case 'command':
      throw new OperatorError('CONFIG_INVALID', `adapter ${kind}: not there yet`, { hint: 'use another' });
    default:
      return unreachable(kind);
  }
}
