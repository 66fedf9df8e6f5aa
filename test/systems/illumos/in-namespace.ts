import { isIPv6 } from 'node:net';
import type { InterfaceFacts } from '../namespace/facts.ts';
import type { MakeSystemHost } from '../system-host.ts';
import { illumosHost } from './host.ts';
import type { AddressSetup, Conditions, IllumosSetup } from './setup.ts';

/**
 * Options: everything of IllumosSetup but what the namespace says. Orders: `reboot`, and `conditions` with those to change.
 * What the interfaces have at the start is the host's own and persistent.
 */
export const hostInNamespace: MakeSystemHost = async ({ clock, wire, random, links, options }) => {
  const host = await illumosHost({
    ...{ clock, wire, random },
    links: links.map(({ name, mac }) => ({ name, mac: plainMac(mac) })),
    addresses: links.flatMap((link) => ownAddresses(link)),
    ...(options as Partial<IllumosSetup>),
  });
  return {
    model: host,
    orders: {
      reboot: () => host.reboot(),
      conditions: (changed) => void Object.assign(host.conditions, changed as Partial<Conditions>),
    },
  };
};

/** `02:00:…` is `2:0:…` here. */
const plainMac = (mac: string): string =>
  mac
    .split(':')
    .map((part) => parseInt(part, 16).toString(16))
    .join(':');

function ownAddresses({ name, addresses }: InterfaceFacts): AddressSetup[] {
  return addresses.map((address, at) => ({
    object: `${name}/${isIPv6(address.split('/')[0] ?? '') ? 'v6' : 'v4'}${at < 2 ? '' : `n${at}`}`,
    address,
  }));
}
