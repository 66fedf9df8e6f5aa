import { probe } from './duplicate-detection.ts';
import { refused } from './errno.ts';
import { type Interface, type KernelAddress, addressOn, newAddress, runFor } from './interface.ts';
import type { Kernel } from './kernel.ts';
import { lease } from './lease.ts';

/** Between two neighbour solicitations, and after the last. */
const RETRANSMIT_MS = 1_000;

export interface IPv6Request {
  readonly address: string;
  readonly prefixLength: number;
  readonly vltimeSeconds?: number | undefined;
  readonly pltimeSeconds?: number | undefined;
  readonly vhid?: number | undefined;
  /** The word `no_dad`. */
  readonly skipsProbing?: boolean;
}

export interface IPv6Rules {
  dadCount(): number;
  /** Whether the address is looked for on the network before it is used. */
  isProbed(iface: Interface, address: KernelAddress): boolean;
  /** An unsolicited neighbour advertisement once the address is usable. */
  readonly announces: boolean;
  readonly leaseLatenessMs: number;
}

export interface IPv6 {
  add(iface: Interface, request: IPv6Request): void;
  /** Duplicate detection, or use at once. */
  bringUp(iface: Interface, address: KernelAddress, how?: { readonly skipsProbing: boolean }): void;
}

/** The part of the KAME stack that the three systems still share. */
export function ipv6On(kernel: Kernel, rules: IPv6Rules): IPv6 {
  const startLease = (iface: Interface, address: KernelAddress, request: IPv6Request): void => {
    const { vltimeSeconds: validSeconds, pltimeSeconds: preferredSeconds } = request;
    if (validSeconds === undefined && preferredSeconds === undefined) {
      runFor(address, 'preferred', () => undefined);
      runFor(address, 'valid', () => undefined);
      Object.assign(address, { lifetimes: undefined, isDeprecated: false });
      return;
    }
    lease(address, { validSeconds, preferredSeconds }, kernel.timers, {
      onDeprecated: () => void (address.isDeprecated = true),
      onInvalid: () => kernel.remove(iface, address),
      latenessMs: rules.leaseLatenessMs,
    });
  };
  const bringUp: IPv6['bringUp'] = (iface, address, { skipsProbing } = { skipsProbing: false }) => {
    const count = !skipsProbing && rules.isProbed(iface, address) ? rules.dadCount() : 0;
    const settle = (state: 'usable' | 'duplicated'): void => {
      address.state = state;
      kernel.publish();
      if (state === 'usable' && rules.announces && address.vhid === undefined)
        kernel.announce(iface, address);
    };
    if (count === 0) return settle('usable');
    address.state = 'tentative';
    kernel.publish();
    const probing = {
      probesAtMs: [...Array(count).keys()].map((at) => at * RETRANSMIT_MS),
      endAtMs: count * RETRANSMIT_MS,
      isTaken: () => kernel.wire.isTaken(iface.name, address.address),
      onResult: ({ isTaken }: { isTaken: boolean }) => settle(isTaken ? 'duplicated' : 'usable'),
    };
    runFor(address, 'dad', probe(probing, kernel.timers));
  };
  return {
    bringUp,
    add(iface, request) {
      refuseOddLifetimes(request);
      const present = addressOn(iface, request.address);
      if (present !== undefined && present.prefixLength !== request.prefixLength) refused('EINVAL');
      const address = present ?? newAddress({ ...request, family: 6 });
      if (present === undefined) kernel.insert(iface, address);
      startLease(iface, address, request);
      if (present === undefined) bringUp(iface, address, { skipsProbing: request.skipsProbing ?? false });
      kernel.publish();
    },
  };
}

/** A lifetime that is not given is endless, and nothing may be preferred for longer than it is valid. */
function refuseOddLifetimes({ vltimeSeconds = Infinity, pltimeSeconds = Infinity }: IPv6Request): void {
  if (pltimeSeconds > vltimeSeconds) refused('EINVAL');
}
