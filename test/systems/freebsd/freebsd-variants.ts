/** Where sources leave open what a FreeBSD host does, or where its releases differ. */
export interface FreebsdVariants {
  /** 14: the netlink half of ifconfig says what the kernel said, on a line of its own before the known sentence. */
  readonly netlinkLine: boolean;
  /** What `bad value (width too large)` names: the width, or address and width. */
  readonly badWidthNames: 'width' | 'address';
  /** How sysctl words that it does not know a name. */
  readonly unknownOid: 'quoted' | 'errno';
  /** What writing net.inet.carp.demotion does. */
  readonly demotionWrite: 'adds' | 'sets';
  /** Whether a prefix may be on two interfaces; sysctl net.inet.ip.same_prefix_carp_only changes it. */
  readonly sharesPrefixes: boolean;
  /** An IPv6 address is announced once it is usable. */
  readonly announcesIPv6: boolean;
  /** How late the kernel ends a valid lifetime. */
  readonly leaseLatenessMs: number;
  /** Finite lifetimes stand in the listing without being asked for, as given and not as left: 14 with netlink. */
  readonly showsLifetimes: boolean;
  /** The order of address lines. */
  readonly listing: 'asAdded' | 'byFamily';
  /** 14: a command with `vhid` and without `peer` goes back to multicast. */
  readonly forgetsPeer: boolean;
  readonly hashCoversAddresses: boolean;
}

export const freebsdDefaults = (version: 13 | 14): FreebsdVariants => ({
  netlinkLine: false,
  badWidthNames: 'width',
  unknownOid: 'quoted',
  demotionWrite: 'adds',
  sharesPrefixes: true,
  announcesIPv6: true,
  leaseLatenessMs: 1_000,
  showsLifetimes: version >= 14,
  listing: 'asAdded',
  forgetsPeer: true,
  hashCoversAddresses: true,
});
