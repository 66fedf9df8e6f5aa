import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import type { HearingWire } from './lan.ts';
import { openAdverts } from './namespace/adverts.ts';
import { announcer } from './namespace/announcer.ts';
import { listenAt } from './namespace/announcement-ear.ts';
import { isTaken4 } from './namespace/arp-probe.ts';
import { firstIpv4 } from './namespace/facts.ts';
import type { InterfaceFacts } from './namespace/facts.ts';
import { isTaken6 } from './namespace/neighbour-probe.ts';
import { mustRun, tryRun } from './namespace/tool.ts';

export interface NamespaceWire extends HearingWire {
  close(): void;
}

/**
 * The network namespace that this process runs in, as a model's wire: addresses stand on its interfaces, which have the names
 * that the model knows, and everything is said and asked on the real network.
 */
export async function namespaceWire(links: readonly InterfaceFacts[]): Promise<NamespaceWire> {
  const adverts = await openAdverts(
    links.flatMap((link) => {
      const address = firstIpv4(link);
      return address === undefined ? [] : { name: link.name, address };
    }),
  );
  const listeners = new Set<(link: string, address: string) => void>();
  const ears = links.map(({ name }) =>
    listenAt(name, (address) => {
      for (const heard of [...listeners]) heard(name, address);
    }),
  );
  const voice = announcer();
  return {
    isTaken: (link, address) => (isIPv6(address) ? isTaken6(link, address) : isTaken4(link, address)),
    async appear(link, address, prefixLength) {
      if (isLinkLocal(address)) return;
      // The model has asked the network already; the kernel must not do so again.
      const quickly = isIPv6(address) ? ['nodad'] : [];
      await mustRun('ip', ['address', 'replace', `${address}/${prefixLength}`, 'dev', link, ...quickly]);
    },
    async vanish(link, address, prefixLength) {
      if (isLinkLocal(address)) return;
      voice.hush(link, address);
      await tryRun('ip', ['address', 'del', `${address}/${prefixLength}`, 'dev', link]); // a test may have been quicker
    },
    announce: (link, address) => voice.announce(link, address),
    advertise: (link, advert, peer) => adverts.send(link, advert, peer),
    onAdvert: (heard) => adverts.onAdvert(heard),
    onAnnounce(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    // Reading it fails while the interface is down.
    hasCarrier: (link) =>
      readFile(`/sys/class/net/${link}/carrier`, 'utf8').then(
        (text) => text.trim() === '1',
        () => false,
      ),
    close() {
      for (const close of [...ears, adverts.close]) close();
    },
  };
}

/** The namespace's kernel has its own, whatever the model says of them. */
const isLinkLocal = (address: string): boolean => address.startsWith('fe80:');
