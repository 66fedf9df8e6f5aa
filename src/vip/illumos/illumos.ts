import { type Vip, type VipAdapter } from '../../core/ports.ts';
import { byLink } from '../address.ts';
import { plainVip, type PlainVipOptions } from '../plain/plain.ts';
import { SHOW_ADDR } from './address-objects.ts';
import { ifconfigTools } from './ifconfig-tools.ts';
import { ipadmTools } from './ipadm-tools.ts';
import { linkLocalCommand, sharedLinkLocal } from './link-local.ts';

/** With ipadm(8). */
export function illumosVip(options: PlainVipOptions): VipAdapter {
  const adapter = plainVip(
    { ...announcedByKernel(options), exec: sharedLinkLocal(options.exec) },
    ipadmTools,
  );
  return {
    ...adapter,
    plan(vips, leaseSeconds) {
      const { up, down } = adapter.plan(vips, leaseSeconds);
      // A command for each of them, whose objects do not show the address to everybody.
      const named = down.map((line, at) => `${line}  # ${vips[at]?.address}`);
      return { up: [...linkLocals(vips), ...up, UNTIL_OK], down: named };
    },
  };
}

/** With ifconfig(8). */
export function illumosIfconfigVip(options: PlainVipOptions): VipAdapter {
  const adapter = plainVip(announcedByKernel(options), (exec) => ifconfigTools(exec, options.clock));
  return {
    ...adapter,
    plan(vips, leaseSeconds) {
      const { up, down } = adapter.plan(vips, leaseSeconds);
      return { up: [...up, UNTIL_OK], down };
    },
  };
}

const UNTIL_OK = `ipadm ${SHOW_ADDR.join(' ')}  # until the state of each is ok`;

const linkLocals = (vips: readonly Vip[]): readonly string[] =>
  [...byLink(vips.filter(({ family }) => family === 6)).keys()].map(
    (link) => `${linkLocalCommand(link).join(' ')}  # only where ${link} has no link-local address`,
  );

/** Five times, and again and again: nothing is to be added, unless somebody asks for it. */
const announcedByKernel = (options: PlainVipOptions): PlainVipOptions =>
  options.announceMethod === 'auto' ? { ...options, announceMethod: 'none' } : options;
