import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { isHostLength, localOf, vipText } from '../address.ts';
import { type Address, type LinkState, addressOf } from './ip-json.ts';

/** Throws when the VIP cannot be brought up on this interface as it is. `isOurs`: this adapter itself put it there. */
export function assertUsable(vip: Vip, link: LinkState, isOurs: () => boolean): void {
  if (!link.up || !link.carrier) {
    const state = link.up ? 'has no carrier' : 'is down';
    throw new OperatorError('VIP_FAILED', `interface ${link.name} ${state}`, {
      hint: link.up ? `see the cable and the switch port of ${link.name}` : `ip link set dev ${link.name} up`,
    });
  }
  const own = ownAddress(vip, link, isOurs);
  if (own !== undefined) {
    const text = `${own.local}/${own.prefixLength} on ${link.name}`;
    throw new OperatorError(
      'VIP_FAILED',
      `${text} is an address of this host itself, not a VIP of sealbeat`,
      {
        hint: `choose another VIP, or \`ip address del ${own.local}/${own.prefixLength} dev ${link.name}\` if it is a left-over`,
      },
    );
  }
}

/**
 * An address that somebody else configured, which the VIP would take over and its release would remove. What we may
 * have left behind ourselves is none: it has a lifetime, or the label that we give. Nor is one of a single host's length, as
 * keepalived and its like leave it: a host's own has that of its network, and this one stands in the config as a VIP.
 * The same address with another length counts too; for IPv6 it even is the same address to the kernel, so that a
 * renewal would put an end to the host's own.
 */
function ownAddress(vip: Vip, link: LinkState, isOurs: () => boolean): Address | undefined {
  const exact = addressOf(vip, link);
  if (exact !== undefined && !mayBeOurs(vip, exact) && !isOurs()) return exact;
  return link.byLocal.get(localOf(vip))?.find((address) => address !== exact);
}

function mayBeOurs(vip: Vip, found: Address): boolean {
  const labelled =
    vip.family === 4 && vip.label !== '' && vip.label !== vip.link && found.label === vip.label;
  return labelled || found.dynamic || isHostLength(vip);
}

/** Throws when deleting the VIP would take addresses of others with it; one that may vanish by itself takes none. */
export function assertLeavesAlone(vip: Vip, link: LinkState, mayVanish: boolean): void {
  if (mayVanish) return;
  const present = addressOf(vip, link);
  if (present === undefined || present.secondary) return;
  const secondaries = link.addresses.filter(
    (address) =>
      address.secondary && address.prefixLength === vip.prefixLength && sameSubnet(address.local, vip),
  );
  if (secondaries.length === 0) return;
  const names = secondaries.map(({ local, prefixLength }) => `${local}/${prefixLength}`).join(', ');
  throw new OperatorError(
    'VIP_FAILED',
    `${vipText(vip)} is the primary address of its subnet: deleting it would delete ${names} too`,
    { hint: `sysctl -w net.ipv4.conf.${vip.link}.promote_secondaries=1, or give the VIP the length /32` },
  );
}

function sameSubnet(address: string, { address: other, prefixLength }: Vip): boolean {
  return asNumber(address) >>> (32 - prefixLength) === asNumber(other) >>> (32 - prefixLength);
}

function asNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
