import { canonicalAddress } from '../address.ts';
import { fieldsOf, linesOf, unreadable } from './parsable.ts';

/** One address as ipadm knows it. */
export interface AddressObject {
  /** `e1000g0/v4`; `e1000g0/?` where ipmgmtd has no name for it. */
  readonly name: string;
  readonly link: string;
  /** `static`, `addrconf`, `dhcp`, `from-gz`. */
  readonly type: string;
  /** `ok`, `tentative`, `duplicate`, `down`, `inaccessible` (no link), `disabled` (not there before the next boot). */
  readonly state: string;
  /** It comes back at boot. One that was made to be down at boot does not show it. */
  readonly persistent: boolean;
  /** As the kernel's tools print it; empty where there is none yet. */
  readonly address: string;
  readonly prefixLength: number | undefined;
}

export const SHOW_ADDR = ['show-addr', '-p', '-o', 'addrobj,type,state,current,persistent,addr'] as const;
const COMMAND = `ipadm ${SHOW_ADDR.join(' ')}`;

/** Throws OperatorError VIP_UNKNOWN on a line that is none of its lines. */
export function parseAddressObjects(text: string): readonly AddressObject[] {
  return linesOf(text).map((line) => {
    const [name = '', type = '', state = '', , persistent = '', address, ...more] = fieldsOf(line);
    const slash = name.indexOf('/');
    if (address === undefined || more.length > 0 || slash < 1 || state === '')
      throw unreadable(COMMAND, line);
    return {
      ...{ name, link: name.slice(0, slash), type, state },
      persistent: state === 'disabled' || /[^-]/.test(persistent),
      ...addressOf(address),
    };
  });
}

/** `A/P`, and `A/P->B/Q` on a point-to-point link, where the first is this host's. */
function addressOf(text: string): Pick<AddressObject, 'address' | 'prefixLength'> {
  const [local = ''] = text.split('->');
  const [address = '', length] = local.split('/');
  return {
    address: canonicalAddress(address, address.includes(':') ? 6 : 4),
    prefixLength: length === undefined ? undefined : Number(length),
  };
}
