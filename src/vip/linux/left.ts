import { type Vip } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { mayNotLeave } from '../leaving.ts';
import { type Address } from './ip-json.ts';

/** Throws unless a look shows an end of its life that fits to a renewal which began `sinceMs` ago. */
export function assertLeft(
  vip: Vip,
  address: Address | undefined,
  { leaseSeconds, sinceMs }: { leaseSeconds: number; sinceMs: number },
): void {
  // The kernel shows whole seconds, and the longest that can remain is the lease itself.
  const shortest = leaseSeconds - Math.ceil(sinceMs / SECOND_MS) - 1;
  const fits =
    address?.dynamic === true &&
    !address.dadFailed &&
    address.validSeconds <= leaseSeconds &&
    address.validSeconds >= shortest;
  if (!fits)
    throw mayNotLeave(
      vip,
      `ip reported success, but it does not end in ${leaseSeconds} s`,
      `see who else changes addresses of ${vip.link}: \`ip monitor address\``,
    );
}
