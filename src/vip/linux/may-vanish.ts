import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { isHostLength, vipText } from '../address.ts';
import { type InterfaceSysctl, isOn } from './interface-sysctl.ts';

/**
 * Which VIPs may vanish by themselves, by their lease or by the guard. The primary address of a subnet may not: it
 * takes its secondaries with it, this host's own address perhaps, unless the kernel promotes one of them.
 */
export function mayVanish(vips: readonly Vip[], sysctl: InterfaceSysctl): ReadonlySet<Vip> {
  const promoted = new Map<string, boolean>(); // two files, which are not read a thousand times over
  const isPromoted = (link: string): boolean => {
    const known = promoted.get(link) ?? isOn(sysctl, 'ipv4', link, 'promote_secondaries');
    promoted.set(link, known);
    return known;
  };
  return new Set(vips.filter((vip) => vip.family === 6 || isHostLength(vip) || isPromoted(vip.link)));
}

/** For one that may not. */
export function unleased(vip: Vip): OperatorError {
  const message = `${vipText(vip)} stays when the agent is killed: as a primary address it could take others with it`;
  return new OperatorError('VIP_FAILED', message, {
    hint: `sysctl -w net.ipv4.conf.${vip.link}.promote_secondaries=1, or give the VIP the length /32`,
  });
}
