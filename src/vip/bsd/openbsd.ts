import type { VipAdapter } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { plainVip, type PlainVipOptions } from '../plain/plain.ts';
import { type Dialect, familyWord, ifconfigTools, lifetimeWords } from './ifconfig.ts';

/**
 * ifconfig(8) of OpenBSD. Without the word `alias` the first address of the interface is replaced, and configuring an
 * interface that does not exist creates it where its kind can be created (vlan3, carp7).
 */
const openbsd: Dialect = {
  addCommand: (vip, leaseSeconds) => [
    ...(['ifconfig', vip.link, familyWord(vip), 'alias'] as const),
    `${vip.address}/${vip.prefixLength}`,
    ...lifetimeWords(vip, leaseSeconds),
  ],
  removeCommand: (vip) => ['ifconfig', vip.link, familyWord(vip), vip.address, 'delete'],
  createsLinks: true,
  settleMs: 5 * SECOND_MS,
  asRoot: 'run as root',
  hints: {
    links: 'ifconfig -A',
    linkUp: (link) => `ifconfig ${link} up`,
    tentative: ({ link }) => `see whether it stays so: \`ifconfig ${link}\``,
  },
  settings: [],
};

export const openbsdVip = (options: PlainVipOptions): VipAdapter =>
  plainVip(options, (exec) => ifconfigTools(exec, openbsd));
