import type { VipAdapter } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { plainVip, type PlainVipOptions } from '../plain/plain.ts';
import { aliasBehindAddress, type Dialect, ifconfigTools } from './ifconfig.ts';
import type { Setting } from './settings-advice.ts';

export const NETBSD_SETTINGS: readonly Setting[] = [
  {
    name: 'net.inet.ip.dad_count',
    families: [4],
    advise: (count) =>
      count === 0
        ? undefined
        : `net.inet.ip.dad_count is ${count}: a takeover takes 4 to 7 s, in which the kernel probes for the address; 0 (sysctl -w, and in /etc/sysctl.conf) makes it immediate, and lets an address that another host still has come up here as well`,
  },
];

/** ifconfig(8) of NetBSD. As on FreeBSD, without the word `alias` the first address of the interface is deleted. */
const netbsd: Dialect = {
  ...aliasBehindAddress,
  createsLinks: false,
  // IPv4 too: up to one second of waiting, three probes with up to two seconds between them, and two seconds of waiting.
  settleMs: 9 * SECOND_MS,
  asRoot: 'run as root',
  hints: {
    links: 'ifconfig -l',
    linkUp: (link) => `ifconfig ${link} up`,
    tentative: ({ family }) =>
      `sysctl -w ${family === 4 ? 'net.inet.ip' : 'net.inet6.ip6'}.dad_count=0 switches the probing off`,
  },
  settings: NETBSD_SETTINGS,
};

export const netbsdVip = (options: PlainVipOptions): VipAdapter =>
  plainVip(options, (exec) => ifconfigTools(exec, netbsd));
