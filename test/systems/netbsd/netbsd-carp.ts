import type { CarpState } from '../bsd/carp.ts';
import type { CarpInterface, CarpInterfaces } from '../bsd/carp-interface.ts';
import { refused } from '../bsd/errno.ts';
import type { Interface } from '../bsd/interface.ts';
import type { Kernel } from '../bsd/kernel.ts';
import type { NetbsdVariants } from './netbsd-variants.ts';

/** What one word of ifconfig changes of a virtual host. */
export interface VhostChange {
  readonly parent?: string;
  readonly vhid?: number;
  readonly advbase?: number;
  readonly advskew?: number;
  readonly pass?: string;
  readonly state?: CarpState;
}

export interface ChangeOptions {
  readonly kernel: Kernel;
  readonly carps: CarpInterfaces;
  readonly variants: NetbsdVariants;
}

/**
 * SIOCSVH. A state that is asked for is entered first, advertisement and all; then, whatever was asked for, the virtual
 * host goes through INIT once it has a number, and so ends as a backup.
 */
export function changeVhost(one: CarpInterface, change: VhostChange, options: ChangeOptions): void {
  const { kernel, carps, variants } = options;
  const { carp } = one;
  if (change.parent !== undefined) carps.setParent(one, kernel.find(change.parent) ?? refused('EINVAL'));
  if (change.state !== undefined) carp.force(change.state);
  const vhid = change.vhid ?? carp.settings.vhid;
  carp.settings.advbase = change.advbase ?? carp.settings.advbase;
  carp.settings.advskew = change.advskew ?? carp.settings.advskew;
  carp.settings.pass = change.pass ?? carp.settings.pass;
  const isReset = variants.changeResets || vhid !== carp.settings.vhid;
  if (vhid !== 0 && isReset) carps.setVhid(one, vhid);
  else carp.run();
  kernel.publish();
}

export const carpOf = (iface: Interface, carps: CarpInterfaces): CarpInterface =>
  carps.of(iface) ?? refused('ENOTTY');
