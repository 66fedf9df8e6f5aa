import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Exec, type Vip } from '../../core/ports.ts';
import { after, type MonoMs, SECOND_MS } from '../../core/units.ts';
import { canonicalAddress, vipText } from '../address.ts';
import { type AddressTools, type Command } from '../plain/tools.ts';
import { foreignInterface } from './foreign.ts';
import { hostLook, type HostLook } from './host-look.ts';
import { assertNoMember, hasCarrier, partsOf } from './interface-state.ts';
import { HINTS, MONITOR, SETTLE_MS } from './kernel.ts';
import { addressOf, hasAddress } from './lif-address.ts';
import { type LogicalInterface } from './logical-interfaces.ts';
import { toolFailed } from './tool-failed.ts';

/** Where nobody says whether duplicate detection goes on: as long as it may take, by what the driver reports. */
const DETECTION_MS = { reporting: SECOND_MS, slow: 6 * SECOND_MS } as const;

/** ifconfig(8): a VIP is a logical interface of its own. */
export function ifconfigTools(exec: Exec, clock: Clock): AddressTools {
  const lookAtHost = hostLook(exec);
  const added = new Map<string, MonoMs>();
  let last: HostLook | undefined;

  const mayBeDetecting =
    ({ linkStates }: HostLook) =>
    ({ link, address }: LogicalInterface): boolean => {
      const since = added.get(placeOf(link, address));
      const ms = linkStates.get(link) === 'up' ? DETECTION_MS.reporting : DETECTION_MS.slow;
      return since !== undefined && clock.nowMs() < after(since, ms);
    };
  const isAmongSeveral = ({ link, address, family }: Vip): boolean =>
    last !== undefined &&
    partsOf(last, link).filter((part) => part.address === canonicalAddress(address, family)).length > 1;

  return {
    async show(link) {
      const look = await lookAtHost();
      last = look;
      const parts = partsOf(look, link);
      if (parts.length === 0) return undefined;
      const addresses = parts.filter(hasAddress).map((part) => addressOf(look, part, mayBeDetecting(look)));
      return { name: link, up: true, carrier: hasCarrier(look, link), addresses };
    },
    addCommands(vip) {
      if (last !== undefined) {
        assertNoMember(last, vip);
        assertHasOwn(last, vip);
      }
      added.set(placeOf(vip.link, canonicalAddress(vip.address, vip.family)), clock.nowMs());
      return [
        ['ifconfig', vip.link, ...familyWord(vip), 'addif', `${vip.address}/${vip.prefixLength}`, 'up'],
      ];
    },
    removeCommands: (vip, found) =>
      // removeif takes the first that has the address. A number may be another's by now, so it is the second choice.
      found !== undefined && isAmongSeveral(vip)
        ? [unplumb(vip, found.handle)]
        : [['ifconfig', vip.link, ...familyWord(vip), 'removeif', vip.address]],
    isKernelLeased: () => false,
    createsLinks: false,
    settleMs: SETTLE_MS,
    failed: toolFailed,
    monitor: MONITOR,
    hints: { ...HINTS, foreign: foreignInterface },
  };
}

const placeOf = (link: string, address: string): string => `${link} ${address}`;

const familyWord = ({ family }: Vip): readonly string[] => (family === 6 ? ['inet6'] : []);

const unplumb = (vip: Vip, handle: string): Command => ['ifconfig', handle, ...familyWord(vip), 'unplumb'];

/** Else the VIP could become the interface itself, which removeif does not remove. */
function assertHasOwn(look: HostLook, vip: Vip): void {
  const zeroth = partsOf(look, vip.link).find(({ number, family }) => number === 0 && family === vip.family);
  if (zeroth !== undefined && hasAddress(zeroth)) return;
  const own =
    vip.family === 4
      ? `ipadm create-addr -T static -a ADDRESS/LENGTH ${vip.link}/v4`
      : `ipadm create-addr -T addrconf ${vip.link}/v6`;
  throw new OperatorError(
    'VIP_FAILED',
    `${vipText(vip)}: ${vip.link} has no IPv${vip.family} address of its own, so the VIP could become the interface itself, which ifconfig cannot remove`,
    { hint: `\`${own}\`, or write \`adapter: { NODE: illumos }\`` },
  );
}
