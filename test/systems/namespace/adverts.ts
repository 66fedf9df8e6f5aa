import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { BlockList } from 'node:net';
import type { CarpAdvert } from '../model.ts';

/** Where CARP sends, as datagrams of UDP: whatever is done to the cables is done to them. */
const GROUP = '224.0.0.18';
const PORT = 8_112;

export interface AdvertLink {
  readonly name: string;
  /** `10.77.0.1/24`: advertisements leave with it, and what comes from this network came in here. */
  readonly address: string;
}

export interface Adverts {
  send(link: string, advert: CarpAdvert, peer: string | undefined): void;
  onAdvert(heard: (link: string, advert: CarpAdvert) => void): () => void;
  close(): void;
}

export async function openAdverts(links: readonly AdvertLink[]): Promise<Adverts> {
  const listeners = new Set<(link: string, advert: CarpAdvert) => void>();
  const ears = createSocket({ type: 'udp4', reuseAddr: true });
  ears.on('message', (bytes, { address }) => {
    const link = links.find((each) => networkOf(each).check(address));
    const advert = advertIn(bytes);
    if (link === undefined || advert === undefined) return;
    for (const heard of [...listeners]) heard(link.name, advert);
  });
  await bound(ears, PORT);
  const mouths = new Map<string, Socket>();
  for (const link of links) {
    const own = ownAddress(link);
    ears.addMembership(GROUP, own);
    mouths.set(link.name, await mouthAt(own));
  }
  return {
    send(link, advert, peer) {
      // Without a carrier sending fails, and nobody hears it, as it should be.
      mouths.get(link)?.send(JSON.stringify(advert), PORT, peer ?? GROUP, () => undefined);
    },
    onAdvert(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    close() {
      for (const socket of [ears, ...mouths.values()]) socket.close();
    },
  };
}

const ownAddress = ({ address }: AdvertLink): string => address.split('/')[0] ?? '';

function networkOf(link: AdvertLink): BlockList {
  const network = new BlockList();
  network.addSubnet(ownAddress(link), Number(link.address.split('/')[1]));
  return network;
}

async function mouthAt(own: string): Promise<Socket> {
  const mouth = createSocket('udp4');
  mouth.on('error', () => undefined);
  await bound(mouth, 0, own);
  mouth.setMulticastInterface(own);
  mouth.setMulticastTTL(1);
  mouth.setMulticastLoopback(false);
  return mouth;
}

const bound = (socket: Socket, port: number, address = '0.0.0.0'): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ port, address }, () => {
      socket.off('error', reject);
      resolve();
    });
  });

function advertIn(bytes: Buffer): CarpAdvert | undefined {
  try {
    const advert = JSON.parse(bytes.toString()) as CarpAdvert;
    return typeof advert.vhid === 'number' ? advert : undefined;
  } catch {
    return undefined; // not one of ours
  }
}
