import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { OperatorError } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import { after, SECOND_MS } from '../core/units.ts';

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
}

const BIND_AGAIN_MS = SECOND_MS;
/** A name is asked for again this often, because an address is a hint that may move. */
const RESOLVE_EVERY_MS = 30 * SECOND_MS;
const RESOLVE_AGAIN_MS = 2 * SECOND_MS;
const RECEIVE_BUFFER_BYTES = 1 << 20;

interface Bound {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
  socket: Socket | undefined;
}

interface Resolved {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All interfaces, unless the path is a loopback address: a host's own address may come late, or move. */
function bindings(own: readonly PathSettings[]): readonly Bound[] {
  const bounds = new Map<string, Bound>();
  for (const { host, port } of own) {
    const family = isIP(host) === 6 ? 6 : 4;
    const isLoopback = host.startsWith('127.') || host === '::1';
    const at = isLoopback ? host : family === 6 ? '::' : '0.0.0.0';
    bounds.set(`${at} ${port}`, { host: at, port, family, socket: undefined });
  }
  return [...bounds.values()];
}

/** Opens the sockets. Throws OperatorError PORT_TAKEN; an address that does not exist yet is waited for. */
export async function openUdp({ own, clock, log, onFrame, onTrouble }: UdpOptions): Promise<UdpLink> {
  let received = 0;
  let closed = false;
  const cancels = new Set<() => void>();
  const later = (ms: number, run: () => void): void => {
    const cancel = clock.wakeAt(after(clock.nowMs(), ms), () => {
      cancels.delete(cancel);
      run();
    });
    cancels.add(cancel);
  };

  const bounds = bindings(own);
  const bind = (bound: Bound): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = openSocket(bound.family);
      socket.once('error', (error: NodeJS.ErrnoException) => {
        socket.close();
        if (error.code !== 'EADDRNOTAVAIL') {
          reject(portProblem(bound, error));
          return;
        }
        log.warn({ address: bound.host }, 'udp: the address to listen on does not exist yet; trying again');
        later(
          BIND_AGAIN_MS,
          () => void bind(bound).catch((again: Error) => log.error({ err: again }, again.message)),
        );
        resolve();
      });
      socket.bind({ address: bound.host, port: bound.port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        socket.on('error', (error) => log.warn({ err: error }, 'udp: a socket reported an error'));
        socket.on('message', (frame) => {
          received += 1;
          if (!closed) onFrame(frame);
        });
        growBuffer(socket);
        bound.socket = socket;
        if (closed) socket.close();
        resolve();
      });
    });
  for (const bound of bounds) await bind(bound);

  const addresses = new Map<string, Resolved>();
  const resolving = new Set<string>();
  const resolveName = (host: string): void => {
    if (resolving.has(host) || closed) return;
    resolving.add(host);
    lookup(host, (error, address, family) => {
      resolving.delete(host);
      if (closed) return;
      if (error === null) addresses.set(host, { address, family: family === 6 ? 6 : 4 });
      else log.warn({ host, code: error.code }, 'udp: the name of a peer has no address now; trying again');
      later(error === null ? RESOLVE_EVERY_MS : RESOLVE_AGAIN_MS, () => resolveName(host));
    });
  };
  const addressOf = (host: string): Resolved | undefined => {
    const known = addresses.get(host);
    if (known !== undefined) return known;
    const kind = isIP(host);
    if (kind === 0) {
      resolveName(host);
      return undefined;
    }
    const literal: Resolved = { address: host, family: kind === 6 ? 6 : 4 };
    addresses.set(host, literal);
    return literal;
  };

  let extra: Partial<Record<4 | 6, Socket>> = {};
  const socketFor = (family: 4 | 6): Socket => {
    const bound = bounds.find((one) => one.family === family && one.socket !== undefined)?.socket;
    if (bound !== undefined) return bound;
    const unbound = extra[family] ?? openSocket(family);
    if (extra[family] === undefined)
      unbound.on('error', (error) => log.warn({ err: error }, 'udp: a socket failed'));
    extra = { ...extra, [family]: unbound };
    return unbound;
  };

  return {
    send(to, frame) {
      const target = addressOf(to.host);
      if (target === undefined || closed) return;
      socketFor(target.family).send(frame, to.port, target.address, (error) => {
        if (error !== null && !closed) onTrouble(to, (error as NodeJS.ErrnoException).code ?? error.message);
      });
    },
    received: () => received,
    close() {
      closed = true;
      for (const cancel of cancels) cancel();
      for (const { socket } of bounds) socket?.close();
      for (const socket of Object.values(extra)) socket.close();
    },
  };
}

/** Addresses come resolved, so the resolver that node:dgram would ask for every datagram is answered on the spot. */
function openSocket(family: 4 | 6): Socket {
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

function portProblem({ host, port }: Bound, error: NodeJS.ErrnoException): OperatorError {
  const where = `UDP port ${port} on ${host}`;
  if (error.code === 'EADDRINUSE') {
    return new OperatorError('PORT_TAKEN', `${where} is in use by another program`, {
      hint: `see which with "ss -lunp sport = :${port}"; is sealbeat running already?`,
      cause: error,
    });
  }
  return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: ${error.message}`, {
    hint:
      error.code === 'EACCES' ? 'ports below 1024 need root or CAP_NET_BIND_SERVICE' : 'choose another path',
    cause: error,
  });
}
