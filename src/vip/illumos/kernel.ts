import { type Command, type Hints } from '../plain/tools.ts';

/*
 * What illumos does by itself, whichever tool configures it: it asks for other owners before it uses an address (half a
 * second on drivers that report link changes, up to 5.5 s on others), announces what it uses, and defends it.
 */

export const SETTLE_MS = 7_000;

/** Prints what the routing socket says: addresses that come and go, interfaces whose state changes. */
export const MONITOR: Command = ['route', '-n', 'monitor'];

export const HINTS: Hints = {
  links: 'dladm show-link',
  linkUp: (link) => `ifconfig ${link} up`,
  tentative: ({ link }) =>
    `see \`dladm show-link ${link}\`: with a driver that does not report link changes (state unknown) it takes 5.5 s`,
  duplicate: ({ address }) =>
    `find it with \`arp ${address}\` on a third host. If no node holds the group, a host whose kernel still answers while its processes hang blocks the takeover: take the address from it, or switch it off`,
};
