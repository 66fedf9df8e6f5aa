import { createSocket, type Socket } from 'node:dgram';
import { OperatorError } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import { after, SECOND_MS } from '../core/units.ts';
import { bindingsFor, isLoopback, isWildcard, otherFamily, type Binding, type Family } from './bindings.ts';
import { newNames, type Lookup, type Resolved } from './names.ts';

/** Datagrams to and from configured addresses. Loss is normal here, so nothing is promised. */
export interface UdpLink {
  /** To one path of a peer; dropped while its name has no address. */
  send(to: PathSettings, frame: Uint8Array): void;
  /** Datagrams taken from the sockets since the start: whether something is still waiting is seen from it. */
  received(): number;
  close(): void;
}

export interface UdpOptions {
  /** This node's own paths: what to listen on. */
  readonly own: readonly PathSettings[];
  readonly clock: Clock;
  readonly log: Log;
  readonly onFrame: (frame: Uint8Array) => void;
  /** A send failed, for a reason that the system gave. */
  readonly onTrouble: (to: PathSettings, code: string) => void;
  /** The system's resolver, unless a test brings its own. */
  readonly lookup?: Lookup;
}

const BIND_AGAIN_MS = SECOND_MS;
const RECEIVE_BUFFER_BYTES = 1 << 20;

interface Listening {
  readonly binding: Binding;
  readonly socket: Socket;
}

/**
 * Opens the sockets. Throws OperatorError PORT_TAKEN, and then none is left open; an address that does not exist yet is
 * waited for.
 */
export async function openUdp({ own, clock, log, onFrame, onTrouble, lookup }: UdpOptions): Promise<UdpLink> {
  let received = 0;
  let closed = false;
  const listening: Listening[] = [];
  const senders = new Map<Family, Socket>();
  const cancels = new Set<() => void>();

  const listen = async (binding: Binding, isStart: boolean): Promise<void> => {
    let socket: Socket;
    try {
      socket = await boundSocket(binding);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (closed) return;
      if (binding.optional && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return;
      // The address may come with its interface; and once running, whatever is in the way may go again.
      if (isStart && code !== 'EADDRNOTAVAIL') throw portProblem(binding, error as NodeJS.ErrnoException);
      log.warn({ address: binding.host, port: binding.port, code }, 'udp: cannot listen yet; trying again');
      const cancel = clock.wakeAt(after(clock.nowMs(), BIND_AGAIN_MS), () => {
        cancels.delete(cancel);
        void listen(binding, false);
      });
      cancels.add(cancel);
      return;
    }
    if (closed) return void socket.close();
    socket.on('error', (error) => log.warn({ err: error }, 'udp: a socket reported an error'));
    socket.on('message', (frame) => {
      received += 1;
      if (!closed) onFrame(frame);
    });
    growBuffer(socket);
    listening.push({ binding, socket });
  };
  const closeSockets = (): void => {
    closed = true;
    for (const cancel of cancels) cancel();
    for (const { socket } of listening) socket.close();
    for (const socket of senders.values()) socket.close();
  };

  const bindings = bindingsFor(own);
  try {
    for (const binding of bindings) await listen(binding, true);
  } catch (error) {
    closeSockets();
    throw error;
  }
  const families = new Set(bindings.filter(({ optional }) => !optional).map(({ family }) => family));
  const names = newNames({ clock, log, families, lookup });

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
      closeSockets();
      names.close();
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

function portProblem({ host, port, family }: Binding, cause: NodeJS.ErrnoException): OperatorError {
  const where = `UDP port ${port} on ${host}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new OperatorError('PORT_TAKEN', `${where} is in use by another program`, {
        hint: `see which with "ss -lunp sport = :${port}"; is sealbeat running already?`,
        cause,
      });
    case 'EACCES':
      return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: not permitted`, {
        hint: 'ports below 1024 need root or CAP_NET_BIND_SERVICE',
        cause,
      });
    case 'EAFNOSUPPORT':
      return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: this host has no IPv${family}`, {
        hint: `give this node a path with an IPv${otherFamily(family)} address`,
        cause,
      });
    default:
      return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: ${cause.message}`, {
        hint: 'choose another path for this node',
        cause,
      });
  }
}
