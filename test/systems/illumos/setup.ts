import type { Clock } from '../../../src/core/ports.ts';
import type { Wire } from '../model.ts';
import type { VariantChoice } from './variants.ts';

export interface LinkSetup {
  readonly name: string;
  /** As ifconfig prints it: `8:0:27:1:2:3`. */
  readonly mac: string;
  /** Whether the driver reports link changes; one that does not has long waits and no known state. */
  readonly driver?: 'fast' | 'slow';
}

export interface AddressSetup {
  /** `e1000g0/v4`. */
  readonly object: string;
  /** `10.77.0.1/24`. */
  readonly address: string;
  readonly type?: 'static' | 'addrconf';
  /** Whether it comes back at boot. */
  readonly isPersistent?: boolean;
  /** A test address of IPMP. */
  readonly isTest?: boolean;
  /** Non-global zone that it belongs to. */
  readonly zone?: string;
}

export interface IllumosSetup {
  readonly wire: Wire;
  readonly clock: Clock;
  /** At least 0, less than 1; decides how long duplicate detection waits before it begins. */
  readonly random: () => number;
  readonly links: readonly LinkSetup[];
  /** What is there after boot; the loopback's addresses need not be said. */
  readonly addresses: readonly AddressSetup[];
  /** Whether IPv6 is plumbed, with a link-local address on every link that is plumbed at all. */
  readonly hasIpv6?: boolean;
  /** IPMP groups: name of the group interface, and the links in it. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** `shared`: a zone without a network of its own. `exclusive`: one with links of its own. */
  readonly zone?: 'global' | 'exclusive' | 'shared';
  /** What the global zone lets an exclusive zone use; undefined for anything. */
  readonly allowedAddresses?: readonly string[];
  /** netmasks(5): masks by network. */
  readonly netmasks?: Readonly<Record<string, string>>;
  readonly variants?: VariantChoice;
}

/** What may change while the host runs. */
export interface Conditions {
  /** The authorization solaris.network.interface.config. */
  isAuthorized: boolean;
  /** The privilege sys_ip_config. */
  isPrivileged: boolean;
  /** Whether ipmgmtd answers. */
  hasIpmgmtd: boolean;
}
