import { createSocket, type Socket } from 'node:dgram';
import type { Clock, Log } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import { isLoopback, isWildcard, type Binding, type Family } from './bindings.ts';
import { openListeners } from './listeners.ts';
import type { Names, Resolved } from './names.ts';

/** Datagrams to and from configured addresses. Loss is normal here, so nothing is promised. */
export interface UdpLink {
  /** To one path of a peer; dropped while its name has no address. */
  send(to: PathSettings, frame: Uint8Array): void;
  /** Datagrams taken from the sockets since the start: whether something is still waiting is seen from it. */
  received(): number;
  close(): void;
}

export interface UdpOptions {
  /** This node's own paths: the UDP ones are listened on. */
  readonly own: readonly PathSettings[];
  readonly clock: Clock;
  readonly log: Log;
  readonly names: Names;
  readonly onFrame: (frame: Uint8Array) => void;
  /** A send failed, for a reason that the system gave. */
  readonly onTrouble: (to: PathSettings, code: string) => void;
}

const RECEIVE_BUFFER_BYTES = 1 << 20;

/**
 * Opens the sockets. Throws OperatorError PORT_TAKEN, and then none is left open; an address that does not exist yet is
 * waited for.
 */
export async function openUdp({ own, clock, log, names, onFrame, onTrouble }: UdpOptions): Promise<UdpLink> {
  let received = 0;
  let closed = false;
  const senders = new Map<Family, Socket>();
  const { open: listening, close: closeListeners } = await openListeners({
    ...{ transport: 'udp', own, clock, log, bind: boundSocket },
    onOpen(socket: Socket) {
      socket.on('error', (error) => log.warn({ err: error }, 'udp: a socket reported an error'));
      socket.on('message', (frame) => {
        received += 1;
        if (!closed) onFrame(frame);
      });
      growBuffer(socket);
    },
  });

  /** One that listens where there is one, so that answers find the way back through the same hole in a firewall. */
  const socketFor = ({ address, family }: Resolved): Socket => {
    const fits = listening.filter(({ binding }) => binding.family === family);
    const bound =
      fits.find(({ binding }) => isWildcard(binding)) ??
      (isLoopback(address) ? fits.find(({ binding }) => isLoopback(binding.host)) : undefined);
    if (bound !== undefined) return bound.socket;
    const known = senders.get(family);
    if (known !== undefined) return known;
    const socket = openSocket(family);
    socket.on('error', (error) =>
      log.warn({ err: error }, 'udp: a socket that only sends reported an error'),
    );
    senders.set(family, socket);
    return socket;
  };

  return {
    send(to, frame) {
      if (closed) return;
      const target = names.addressOf(to.host);
      if (target === undefined) return;
      socketFor(target).send(frame, to.port, target.address, (error) => {
        if (error !== null && !closed) onTrouble(to, (error as NodeJS.ErrnoException).code ?? error.message);
      });
    },
    received: () => received,
    close() {
      if (closed) return;
      closed = true;
      closeListeners();
      for (const socket of senders.values()) socket.close();
    },
  };
}

function boundSocket({ host, port, family }: Binding): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(family);
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** Addresses come resolved, so the resolver that node:dgram would ask for every datagram is answered on the spot. */
function openSocket(family: Family): Socket {
  return createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    ipv6Only: family === 6,
    lookup: (host, _options, done) => done(null, host, family),
  });
}

/** Room for what arrives while the process does not run; the system may allow less, which is no reason to stop. */
function growBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // the default is still there
  }
}
