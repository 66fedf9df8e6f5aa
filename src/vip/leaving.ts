import { OperatorError } from '../core/errors.ts';
import { type Vip } from '../core/ports.ts';
import { SECOND_MS } from '../core/units.ts';
import { vipText } from './address.ts';
import { type Address } from './ip-json.ts';

/** Throws unless the VIP, if left now, would be gone by itself after `leaseSeconds`, and is there to be left. */
export function assertMayLeave(
  vip: Vip,
  { leaseSeconds, mayVanish, isThere }: { leaseSeconds: number; mayVanish: boolean; isThere: boolean },
): void {
  if (!(leaseSeconds >= 1))
    throw refused(vip, 'without a lease nobody would take it down', 'set `lease` in the config, or stop');
  if (!mayVanish)
    throw refused(
      vip,
      'as a primary address it could take others with it when its lease ends',
      `sysctl -w net.ipv4.conf.${vip.link}.promote_secondaries=1, or give the VIP the length /32`,
    );
  // What is not there may be another node's by now: leaving must not bring it up.
  if (!isThere) throw refused(vip, 'it is not there', 'look at `sealbeat status`, and start again');
}

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
    throw refused(
      vip,
      `ip reported success, but it does not end in ${leaseSeconds} s`,
      `see who else changes addresses of ${vip.link}: \`ip monitor address\``,
    );
}

function refused(vip: Vip, why: string, hint: string): OperatorError {
  return new OperatorError('VIP_FAILED', `${vipText(vip)} cannot be left for a restart: ${why}`, { hint });
}
