import { type VipAdapter } from '../../core/ports.ts';
import { plainVip, type PlainVipOptions } from '../plain/plain.ts';
import { ifconfigTools } from './ifconfig-tools.ts';
import { ipadmTools } from './ipadm-tools.ts';
import { sharedLinkLocal } from './link-local.ts';

/** With ipadm(8). */
export function illumosVip(options: PlainVipOptions): VipAdapter {
  return plainVip({ ...announcedByKernel(options), exec: sharedLinkLocal(options.exec) }, ipadmTools);
}

/** With ifconfig(8). */
export function illumosIfconfigVip(options: PlainVipOptions): VipAdapter {
  return plainVip(announcedByKernel(options), (exec) => ifconfigTools(exec, options.clock));
}

/** Five times, and again and again: nothing is to be added, unless somebody asks for it. */
const announcedByKernel = (options: PlainVipOptions): PlainVipOptions =>
  options.announceMethod === 'auto' ? { ...options, announceMethod: 'none' } : options;
