import { OperatorError } from '../core/errors.ts';
import { type Vip } from '../core/ports.ts';
import { vipText } from './address.ts';

/** Throws unless the VIP, if left now, would be gone by itself after `leaseSeconds`, and is there to be left. */
export function assertMayLeave(
  vip: Vip,
  { leaseSeconds, mayVanish, isThere }: { leaseSeconds: number; mayVanish: boolean; isThere: boolean },
): void {
  if (!(leaseSeconds >= 1))
    throw mayNotLeave(vip, 'without a lease nobody would take it down', 'set `lease` in the config, or stop');
  if (!mayVanish)
    throw mayNotLeave(
      vip,
      'as a primary address it could take others with it when its lease ends',
      `sysctl -w net.ipv4.conf.${vip.link}.promote_secondaries=1, or give the VIP the length /32`,
    );
  // What is not there may be another node's by now: leaving must not bring it up.
  if (!isThere) throw mayNotLeave(vip, 'it is not there', 'look at `sealbeat status`, and start again');
}

export function mayNotLeave(vip: Vip, why: string, hint: string): OperatorError {
  return new OperatorError('VIP_FAILED', `${vipText(vip)} cannot be left for a restart: ${why}`, { hint });
}
