import { BITS, canonical, defaultLength, maskLength, maskText } from './address-text.ts';
import { ioctlFailed } from './ifconfig-session.ts';
import type { Complaint, Session } from './ifconfig-session.ts';

export interface ParsedAddress {
  readonly address: string;
  /** Undefined where no `/LENGTH` was given. */
  readonly prefixLength: number | undefined;
}

/** `ADDRESS[/LENGTH]` of the session's family, or the complaint about it. */
export function parseAddress({ family }: Session, text: string): ParsedAddress | string {
  const [host = '', length] = text.split('/');
  if (length !== undefined && (!/^\d+$/.test(length) || Number(length) > BITS[family]))
    return `Bad prefix length in ${text}`;
  const known = canonical(host);
  if (known?.family !== family) return `${host}: bad address`;
  return { address: known.address, prefixLength: length === undefined ? undefined : Number(length) };
}

/** The prefix length of an address that came without one, from `netmask MASK` or `netmask +` anywhere in the call. */
export function lengthFor({ machine, words, family, name, print }: Session, address: string): number {
  if (family === 6) return address.startsWith('fe80:') ? 10 : 64;
  const usual = defaultLength(address, machine.setup.netmasks);
  const at = words.lastIndexOf('netmask');
  const mask = at < 0 ? undefined : words[at + 1];
  if (mask === '+') print(`Setting netmask of ${name} to ${maskText(usual)}\n`);
  if (mask === undefined || mask === '+') return usual;
  return maskLength(mask) ?? usual;
}

/** `ifconfig IF:N ADDRESS[/LENGTH]`. */
export async function setAddress(session: Session, text: string): Promise<Complaint> {
  const parsed = parseAddress(session, text);
  if (typeof parsed === 'string') return parsed;
  const { machine, name, family } = session;
  const lif = machine.kernel.findLif(name, family);
  if (lif === undefined) return ioctlFailed('SIOCGLIFNETMASK', name, 'ENXIO');
  const length = parsed.prefixLength ?? lengthFor(session, parsed.address);
  const problem = await machine.kernel.setAddress(lif, parsed.address, length);
  return problem === undefined ? undefined : ioctlFailed('SIOCSLIFADDR', name, problem);
}

/** Where it follows an address the mask has already been taken into account. */
export async function setNetmask(
  { machine, name, family, words }: Session,
  mask: string,
): Promise<Complaint> {
  if (family !== 4) return `Operation netmask not supported for inet6`;
  if (words.includes('addif')) return undefined;
  const lif = machine.kernel.findLif(name, family);
  if (lif === undefined) return ioctlFailed('SIOCSLIFNETMASK', name, 'ENXIO');
  const length = maskLength(mask);
  if (length === undefined) return `${mask}: bad address`;
  const problem = await machine.kernel.setAddress(lif, lif.address, length);
  return problem === undefined ? undefined : ioctlFailed('SIOCSLIFNETMASK', name, problem);
}
