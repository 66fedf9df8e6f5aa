import { OperatorError } from '../../core/errors.ts';
import { type Exec, type Vip } from '../../core/ports.ts';
import { type AddressState, type AddressTools, type Command, type ShownAddress } from '../plain/tools.ts';
import { type AddressObject } from './address-objects.ts';
import { foreignObject } from './foreign.ts';
import { hostLook, type HostLook } from './host-look.ts';
import { assertNoMember, hasCarrier, hasLinkLocal, partsOf } from './interface-state.ts';
import { HINTS, MONITOR, SETTLE_MS } from './kernel.ts';
import { linkLocalCommand } from './link-local.ts';
import { objectOf } from './object-name.ts';
import { unreadable } from './parsable.ts';
import { toolFailed } from './tool-failed.ts';

/** ipadm(8): a VIP is a temporary address object with a name of ours. */
export function ipadmTools(exec: Exec): AddressTools {
  const lookAtHost = hostLook(exec);
  let last: HostLook | undefined;

  return {
    async show(link) {
      const look = await lookAtHost();
      last = look;
      const { objects } = look;
      if (objects instanceof OperatorError) throw objects;
      if (partsOf(look, link).length === 0) return undefined;
      return {
        name: link,
        up: true, // each logical interface is switched on by itself
        carrier: hasCarrier(look, link),
        addresses: objects.filter((one) => one.link === link && isThere(one)).map(shown),
      };
    },
    addCommands(vip) {
      if (last !== undefined) assertNoMember(last, vip);
      const lacksLinkLocal = vip.family === 6 && last !== undefined && !hasLinkLocal(last, vip.link);
      return [...(lacksLinkLocal ? [linkLocalCommand(vip.link)] : []), createCommand(vip)];
    },
    removeCommands: (vip) => [['ipadm', 'delete-addr', objectOf(vip)]],
    isKernelLeased: () => false,
    createsLinks: true,
    settleMs: SETTLE_MS,
    failed: toolFailed,
    monitor: MONITOR,
    hints: { ...HINTS, foreign: foreignObject },
  };
}

/** Never without -t: it would be back at boot before anybody has decided anything. */
const createCommand = (vip: Vip): Command => [
  ...(['ipadm', 'create-addr', '-t', '-T', 'static'] as const),
  ...['-a', `${vip.address}/${vip.prefixLength}`, objectOf(vip)],
];

const isThere = ({ state, address }: AddressObject): boolean => state !== 'disabled' && address !== '';

function shown(object: AddressObject): ShownAddress {
  const { name, link, address, prefixLength, persistent } = object;
  const family = address.includes(':') ? 6 : 4;
  const isNamed = name === objectOf({ address, family, link });
  return {
    ...{ family, address, prefixLength: prefixLength ?? (family === 4 ? 32 : 128), handle: name },
    owner: isNamed && !persistent ? 'ours' : 'host',
    state: stateOf(object, isNamed),
  };
}

const STATES: readonly string[] = [
  'ok',
  'tentative',
  'duplicate',
  'down',
  'inaccessible',
] satisfies AddressState[];
const isState = (text: string): text is AddressState => STATES.includes(text);

/** A word that we do not know is somebody else's business, unless it is about an address of ours. */
function stateOf({ name, state }: AddressObject, isNamed: boolean): AddressState {
  if (isState(state)) return state;
  if (isNamed) throw unreadable(`ipadm show-addr ${name}`, state);
  return 'ok';
}
