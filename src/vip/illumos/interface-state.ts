import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { vipText } from '../address.ts';
import { type HostLook } from './host-look.ts';
import { type LogicalInterface } from './logical-interfaces.ts';

/** The logical interfaces of one interface; empty when there is no such interface. */
export const partsOf = ({ interfaces }: HostLook, link: string): readonly LogicalInterface[] =>
  interfaces.filter((one) => one.link === link);

/**
 * Two opinions: RUNNING is what the IP layer thinks, dladm asks the driver. Drivers that do not know say `unknown`, and dladm
 * shows neither IPMP groups nor, in a zone without a network of its own, anything.
 */
export function hasCarrier(look: HostLook, link: string): boolean {
  return (
    look.linkStates.get(link) !== 'down' &&
    partsOf(look, link).some(({ number, flags }) => number === 0 && flags.has('RUNNING'))
  );
}

/** IPv6 begins with it: without one a VIP cannot be added. */
export const hasLinkLocal = (look: HostLook, link: string): boolean =>
  partsOf(look, link).some(({ address }) => /^fe[89ab]/.test(address));

/**
 * Throws for a member of an IPMP group: the kernel would move a VIP from there to the group's interface, where nobody would
 * look for it.
 */
export function assertNoMember(look: HostLook, vip: Vip): void {
  const member = partsOf(look, vip.link).find(({ group, flags }) => group !== '' && !flags.has('IPMP'));
  if (member === undefined) return;
  const ofGroup = look.interfaces.find(({ group, flags }) => group === member.group && flags.has('IPMP'));
  throw new OperatorError(
    'VIP_FAILED',
    `${vipText(vip)}: ${vip.link} is a member of the IPMP group ${member.group}, whose interface has the addresses`,
    { hint: `write \`interface: { NODE: ${ofGroup?.name ?? 'the interface that `ipmpstat -g` shows'} }\`` },
  );
}
