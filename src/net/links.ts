import type { Clock, Log, Random } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import { waysTo } from '../core/ways.ts';
import { familiesOf } from './bindings.ts';
import type { Neighbours } from './neighbour.ts';
import { newNames, type Lookup } from './names.ts';
import { openTcp, type Peer } from './tcp.ts';
import type { Over } from './tcp-connection.ts';
import type { TcpTiming } from './tcp-dial.ts';
import { openUdp, type UdpLink } from './udp.ts';

/** All ways to all peers: one door for frames, whatever carries them. */
export interface Links {
  /** Over one way to a peer (core/ways.ts). Nothing is promised. */
  send(peer: number, path: number, frame: Uint8Array): void;
  /** The same for an answer to the frame that is being handled: over the connection on which that came, if it came on one. */
  answer(peer: number, path: number, frame: Uint8Array): void;
  /** What was sent over this way is not acknowledged: its connections end, and are made anew. */
  redial(peer: number, path: number): void;
  /** At the start, after which peers are dialled, and on a reload; tells `onReady` of every way that is. */
  setPeers(peers: readonly Peer[], timing: TcpTiming): void;
  /** A peer is heard again: what we send must not wait for the kernel to find it. */
  refresh(peer: number): void;
  /** Frames taken from sockets since the start: whether something is still waiting is seen from it. */
  received(): number;
  close(): void;
}

export interface LinksOptions {
  /** This node's own paths: what to listen on. */
  readonly own: readonly PathSettings[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly neighbours: Neighbours;
  /** For what is worth a number and no sentence. */
  readonly count: (what: string) => void;
  /** `over` is the connection on which it came; undefined for a datagram. */
  readonly onFrame: (frame: Uint8Array, over: Over | undefined) => void;
  /** A way over TCP has its first connection now, or has lost its last. */
  readonly onReady: (peer: number, path: number, ready: boolean) => void;
  /** The system gave a reason to doubt that the peer is there. */
  readonly onTrouble: (peer: number) => void;
  /** The system's resolver, unless a test brings its own. */
  readonly lookup?: Lookup;
}

/** Throws OperatorError PORT_TAKEN, and then nothing is left open. */
export async function openLinks(options: LinksOptions): Promise<Links> {
  const { own, clock, random, log, count, onReady, onTrouble, lookup } = options;
  const names = newNames({ clock, log, families: familiesOf(own), lookup });
  let peers: readonly Peer[] = [];
  /** By the peer's number and the way's place; undefined for a way over TCP. */
  let datagramsTo: readonly (readonly (PathSettings | undefined)[])[] = [];
  let asking: Over | undefined;

  let udp: UdpLink | undefined;
  try {
    udp = await openUdp({
      ...{ own, clock, log, names, onFrame: (frame) => options.onFrame(frame, undefined) },
      onTrouble(to, code) {
        count(`send failed: ${code}`);
        const peer = peers.find(({ paths }) => paths.includes(to));
        if (peer !== undefined) onTrouble(peer.number);
      },
    });
    const tcp = await openTcp({
      ...{ own, clock, random, log, names, count, onReady },
      onFrame(frame, over) {
        asking = over;
        options.onFrame(frame, over);
        asking = undefined;
      },
      onTrouble(peer, code) {
        count(`connections lost: ${code}`);
        onTrouble(peer);
      },
    });
    return joined(udp, tcp);
  } catch (error) {
    udp?.close();
    names.close();
    throw error;
  }

  function joined(datagrams: UdpLink, tcp: Awaited<ReturnType<typeof openTcp>>): Links {
    const send: Links['send'] = (peer, path, frame) => {
      const to = datagramsTo[peer]?.[path];
      if (to !== undefined) datagrams.send(to, frame);
      else if (tcp.waysOf(peer)[path]?.send(frame) !== true) count('frames skipped');
    };
    return {
      send,
      answer(peer, path, frame) {
        if (asking === undefined) send(peer, path, frame);
        else if (!asking.send(frame)) count('frames skipped');
      },
      redial: (peer, path) => tcp.waysOf(peer)[path]?.redial(),
      setPeers(newPeers, timing) {
        peers = newPeers;
        const places: (PathSettings | undefined)[][] = [];
        for (const { number, paths } of peers)
          places[number] = waysTo(own, paths).map((way) => (way.kind === 'udp' ? way.to : undefined));
        datagramsTo = places;
        tcp.setPeers(peers, timing);
      },
      refresh(peer) {
        for (const { host } of peers.find(({ number }) => number === peer)?.paths ?? []) {
          const known = names.addressOf(host);
          if (known !== undefined) options.neighbours.refresh(known.address);
        }
      },
      received: () => datagrams.received() + tcp.received(),
      close() {
        tcp.close();
        datagrams.close();
        names.close();
      },
    };
  }
}
