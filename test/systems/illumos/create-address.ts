import type { AddressObject } from './address-objects.ts';
import { NO_ADDRESS } from './address-text.ts';
import type { Family } from './address-text.ts';
import { NO_IPMGMTD, STATUS } from './ipadm-answer.ts';
import { hasAddress } from './interfaces.ts';
import type { IpInterface, Lif } from './interfaces.ts';
import type { Machine } from './machine.ts';

export interface Wanted {
  readonly object: string;
  readonly link: string;
  readonly type: AddressObject['type'];
  readonly address: string;
  readonly family: Family;
  readonly prefixLength: number;
  readonly isPersistent: boolean;
  readonly isUp: boolean;
}

/** The new logical interface, with duplicate detection going on, or why there is none. Nothing is left behind then. */
export async function createAddress(machine: Machine, wanted: Wanted): Promise<Lif | string> {
  const refusal = refusalOf(machine, wanted);
  if (refusal !== undefined) return refusal;
  const on = plumbed(machine, wanted);
  if (typeof on === 'string') return on;
  const zeroth = on.lifs.get(0);
  const isZeroth = zeroth !== undefined && !hasAddress(zeroth);
  const lif = isZeroth ? zeroth : machine.kernel.addLif(on);
  if (typeof lif === 'string') return STATUS[lif];

  const problem = await configure(machine, lif, wanted);
  if (problem !== undefined) {
    if (isZeroth) await machine.kernel.setAddress(lif, NO_ADDRESS[wanted.family], 0);
    else await machine.kernel.removeLif(lif);
    return problem;
  }
  const { object: name, link, family, type, address, prefixLength, isUp } = wanted;
  const persistent = wanted.isPersistent ? { address, prefixLength, isUp } : undefined;
  machine.objects.add({ name, link, family, type, lif, persistent });
  return lif;
}

/** What is refused before anything is touched, in libipadm's order. */
function refusalOf(machine: Machine, { object, link, isPersistent }: Wanted): string | undefined {
  const { setup, conditions, variants, kernel, objects, persistentLinks } = machine;
  if (!conditions.isAuthorized) return variants.words.createNoAuthorization;
  if (setup.zone === 'shared') return variants.words.createInSharedZone;
  const known = kernel.find(link, 4) ?? kernel.find(link, 6);
  if (known?.group !== undefined && variants.ipadmOnIpmp === 'refused') return 'Operation not supported';
  if (!conditions.hasIpmgmtd) return NO_IPMGMTD;
  if (isPersistent && known !== undefined && !persistentLinks.has(link))
    return 'Persistent operation on temporary object';
  if (objects.find(object) !== undefined) return 'Address object already exists';
  const isFixed = setup.zone === 'exclusive' && setup.allowedAddresses !== undefined;
  return isFixed && isPersistent ? STATUS.ENOTALLOWED : undefined;
}

/** Both families are plumbed where they are not. */
function plumbed({ kernel, variants, persistentLinks }: Machine, wanted: Wanted): IpInterface | string {
  const { link, family, isPersistent } = wanted;
  for (const each of [family, family === 4 ? 6 : 4] as const) {
    if (kernel.find(link, each) !== undefined) continue;
    const problem = kernel.plumb(link, each);
    if (problem !== undefined)
      return problem === 'ENXIO' ? variants.words.createNoInterface : STATUS[problem];
    if (isPersistent) persistentLinks.add(link);
  }
  return kernel.find(link, family) ?? variants.words.createNoInterface;
}

async function configure(
  { kernel, variants }: Machine,
  lif: Lif,
  wanted: Wanted,
): Promise<string | undefined> {
  const { words } = variants;
  const set = await kernel.setAddress(lif, wanted.address, wanted.prefixLength);
  if (set !== undefined) return set === 'EADDRNOTAVAIL' ? words.createNoLinkLocal : STATUS[set];
  const up = wanted.isUp ? kernel.setUp(lif) : undefined;
  if (up === undefined) return undefined;
  return up === 'EADDRNOTAVAIL' ? words.createSameAddress : STATUS[up];
}
