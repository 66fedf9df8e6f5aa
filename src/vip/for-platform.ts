import { OperatorError, unreachable } from '../core/errors.ts';
import { type VipAdapter } from '../core/ports.ts';
import { type AdapterName } from '../core/settings.ts';
import { linuxVip, type LinuxVipOptions } from './linux/linux.ts';
import { simulatedVip } from './simulated/simulated.ts';

/** For those who have to know it as well. */
export const systemPlatform = process.platform;

/**
 * The one place that asks which system this is. `auto` means this system's own adapter.
 * Throws OperatorError CONFIG_INVALID where there is none.
 */
export function vipAdapterFor(
  name: AdapterName,
  options: LinuxVipOptions,
  platform: NodeJS.Platform = process.platform,
): VipAdapter {
  switch (name) {
    case 'simulated':
      return simulatedVip(options);
    case 'auto':
    case 'linux':
      if (platform === 'linux') return linuxVip(options);
      throw new OperatorError(
        'CONFIG_INVALID',
        `adapter ${name}: sealbeat cannot set addresses on ${platform}`,
        {
          hint: 'supported here: `simulated` (files instead of addresses, for rehearsals); on Linux also `linux`',
        },
      );
    default:
      return unreachable(name);
  }
}
