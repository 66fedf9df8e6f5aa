export type AddressState = 'usable' | 'tentative' | 'duplicated' | 'detached';

export interface Lifetimes {
  readonly sinceMs: number;
  /** Undefined for ever. */
  readonly validSeconds: number | undefined;
  readonly preferredSeconds: number | undefined;
}

export interface KernelAddress {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
  state: AddressState;
  isDeprecated: boolean;
  lifetimes: Lifetimes | undefined;
  /** The virtual host that it belongs to, where CARP is a property of addresses. */
  readonly vhid: number | undefined;
  /** What ends when the address goes: a lease, a duplicate detection, repeated announcements. */
  readonly stops: Map<string, () => void>;
}

export interface Interface {
  readonly name: string;
  readonly kind: string;
  readonly index: number;
  mac: string;
  isUp: boolean;
  hasCarrier: boolean;
  addresses: KernelAddress[];
  readonly groups: Set<string>;
}

export const newAddress = (
  given: Pick<KernelAddress, 'family' | 'address' | 'prefixLength'> & { readonly vhid?: number | undefined },
): KernelAddress => ({
  family: given.family,
  address: given.address,
  prefixLength: given.prefixLength,
  vhid: given.vhid,
  state: 'usable',
  isDeprecated: false,
  lifetimes: undefined,
  stops: new Map(),
});

/** All three systems know an address by itself, whatever its prefix length. */
export const addressOn = (iface: Interface, address: string): KernelAddress | undefined =>
  iface.addresses.find((one) => one.address === address);

/** Puts `stop` in the place of an earlier one of that name, which is called. */
export function runFor(address: KernelAddress, name: string, stop: () => void): void {
  address.stops.get(name)?.();
  address.stops.set(name, stop);
}

export function stopAll(address: KernelAddress): void {
  for (const stop of address.stops.values()) stop();
  address.stops.clear();
}

/** `em0` → `em`. */
export const kindOf = (name: string): string => name.replace(/\d+$/, '');
