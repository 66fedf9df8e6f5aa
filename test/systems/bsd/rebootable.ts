import type { NamespacePlace, SystemHost } from '../system-host.ts';
import type { Wire } from '../model.ts';
import type { BsdHost, BsdHostOptions } from './host.ts';

type MakeHost<Variants> = (options: BsdHostOptions<Variants>) => BsdHost;

/**
 * A BSD host in a namespace. Options: everything of the host's but what the namespace says. Orders: `reboot`, after which
 * only the host's own addresses are there; `addresses`; and where it has them, `beginBulkUpdate` and `endBulkUpdate`.
 */
export async function bsdInNamespace<Variants>(
  make: MakeHost<Variants>,
  { clock, wire, links, options }: NamespacePlace,
): Promise<SystemHost> {
  const shown = new Map<string, Parameters<Wire['vanish']>>();
  const noting: Wire = {
    ...wire,
    appear(...address) {
      shown.set(address.join(' '), address);
      return wire.appear(...address);
    },
    vanish(...address) {
      shown.delete(address.join(' '));
      return wire.vanish(...address);
    },
  };
  const boot = (): BsdHost =>
    make({
      ...(options as Partial<BsdHostOptions<Variants>>),
      ...{ clock, wire: noting },
      links: links.map(({ name, mac, addresses }) => ({ name, mac, addresses })),
    });
  let host = boot();
  const own = (name: 'beginBulkUpdate' | 'endBulkUpdate') => (): void => {
    if (name in host) (host as unknown as Record<typeof name, () => void>)[name]();
  };
  return {
    model: {
      commands: host.commands,
      run: (argv) => host.run(argv),
      close: () => host.close(),
    },
    orders: {
      async reboot() {
        host.close();
        const isOwn = (link: string, address: string, length: number): boolean =>
          links.some((one) => one.name === link && one.addresses.includes(`${address}/${length}`));
        for (const address of [...shown.values()]) if (!isOwn(...address)) await noting.vanish(...address);
        host = boot();
      },
      addresses: () => host.addresses(),
      beginBulkUpdate: own('beginBulkUpdate'),
      endBulkUpdate: own('endBulkUpdate'),
    },
  };
}
