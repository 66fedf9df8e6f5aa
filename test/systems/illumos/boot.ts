import { canonical, linkLocalOf } from './address-text.ts';
import type { AddressObject } from './address-objects.ts';
import { FLAG } from './flags.ts';
import { hasAddress } from './interfaces.ts';
import type { Lif } from './interfaces.ts';
import type { Machine } from './machine.ts';
import type { AddressSetup } from './setup.ts';

/**
 * `first`: what the setup says, as a host that has been up for long. `again`: what its persistent configuration says, with
 * duplicate detection for every address.
 */
export async function bootUp(machine: Machine, how: 'first' | 'again'): Promise<void> {
  const { objects, tunables, setup } = machine;
  for (const tunable of tunables.values()) tunable.current = tunable.persistent ?? tunable.standard;
  const wanted = [...loopback(machine), ...linkLocal(machine), ...(how === 'first' ? setup.addresses : [])];
  const saved = objects.all.filter(({ persistent }) => persistent !== undefined);
  for (const object of [...objects.all]) objects.delete(object);
  for (const name of Object.keys(setup.groups ?? {})) plumb(machine, name);
  for (const address of wanted) await addFirst(machine, address);
  if (how === 'again') for (const object of saved) await addSaved(machine, object);
}

/** Both families, where there are two. */
function plumb({ kernel, setup }: Machine, name: string): void {
  const families = setup.hasIpv6 === false ? ([4] as const) : ([4, 6] as const);
  for (const family of families) if (kernel.find(name, family) === undefined) kernel.boot.plumb(name, family);
}

const LOOPBACK: readonly AddressSetup[] = [
  { object: 'lo0/v4', address: '127.0.0.1/8', isPersistent: false },
  { object: 'lo0/v6', address: '::1/128', isPersistent: false },
];

const loopback = ({ setup }: Machine): readonly AddressSetup[] =>
  LOOPBACK.slice(0, setup.hasIpv6 === false ? 1 : 2);

/** Every link that has an address has a link-local one too. */
function linkLocal({ setup }: Machine): readonly AddressSetup[] {
  const { addresses, links, hasIpv6 = true } = setup;
  const used = links.filter(({ name }) => addresses.some(({ object }) => object.startsWith(`${name}/`)));
  return used.slice(0, hasIpv6 ? undefined : 0).map(({ name, mac }) => ({
    object: `${name}/ll`,
    address: `${linkLocalOf(mac)}/10`,
    type: 'addrconf',
    isPersistent: false,
  }));
}

async function addFirst(machine: Machine, wanted: AddressSetup): Promise<void> {
  const { objects, persistentLinks } = machine;
  const { object, type = 'static', isPersistent = true, isTest = false, zone } = wanted;
  const [link = ''] = object.split('/');
  const [host = '', length = ''] = wanted.address.split('/');
  const known = canonical(host);
  if (known === undefined) throw new Error(`${wanted.address} is no address`);
  const [address, prefixLength] = [known.address, Number(length)];
  plumb(machine, link);
  const lif = freeLif(machine, link, known.family, zone);
  Object.assign(lif, { address, prefixLength, flags: isTest ? FLAG.NOFAILOVER | FLAG.DEPRECATED : 0n });
  await machine.kernel.boot.bringUp(lif, 'at once');
  persistentLinks.add(link);
  const persistent = isPersistent ? { address, prefixLength, isUp: true } : undefined;
  objects.add({ name: object, link, family: known.family, type, lif, persistent });
}

async function addSaved(machine: Machine, object: AddressObject): Promise<void> {
  const { persistent, link, family } = object;
  if (persistent === undefined) return;
  plumb(machine, link);
  const lif = freeLif(machine, link, family);
  Object.assign(lif, persistent, { isUp: false });
  if (persistent.isUp) await machine.kernel.boot.bringUp(lif, 'detecting');
  machine.objects.add({ ...object, lif });
}

/** Number 0 where it is free, else the next. */
function freeLif({ kernel }: Machine, link: string, family: 4 | 6, zone?: string): Lif {
  const on = kernel.find(link, family);
  if (on === undefined) throw new Error(`${link} is none of the host's links`);
  const zeroth = on.lifs.get(0);
  const isFree = zeroth !== undefined && !hasAddress(zeroth) && zone === undefined;
  return isFree ? zeroth : kernel.boot.addLif(on, zone);
}
