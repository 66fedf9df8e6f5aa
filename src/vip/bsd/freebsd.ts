import type { VipAdapter } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { plainVip, type PlainVipOptions } from '../plain/plain.ts';
import { aliasBehindAddress, type Dialect, ifconfigTools } from './ifconfig.ts';
import type { Setting } from './settings-advice.ts';

export const FREEBSD_SETTINGS: readonly Setting[] = [
  {
    name: 'net.link.ether.inet.garp_rexmit_count',
    families: [4],
    advise: (count) =>
      count === 0
        ? 'the kernel announces an address only once, which can get lost: sysctl net.link.ether.inet.garp_rexmit_count=3, and in /etc/sysctl.conf'
        : undefined,
  },
];

/**
 * ifconfig(8) of FreeBSD. The word `alias` is vital: without it, or without an address behind it, the first address of the
 * interface is deleted, which is the host's own.
 */
const freebsd: Dialect = {
  ...aliasBehindAddress,
  createsLinks: false,
  // IPv6 only: up to one second of waiting, and one for each probe, of which there is one.
  settleMs: 5 * SECOND_MS,
  asRoot: 'run as root; inside a jail only with a network stack of its own (VNET)',
  hints: {
    links: 'ifconfig -l',
    linkUp: (link) => `ifconfig ${link} up`,
    tentative: () => 'see `sysctl net.inet6.ip6.dad_count`; 0 switches the probing off',
  },
  settings: FREEBSD_SETTINGS,
};

export const freebsdVip = (options: PlainVipOptions): VipAdapter =>
  plainVip(options, (exec) => ifconfigTools(exec, freebsd));
