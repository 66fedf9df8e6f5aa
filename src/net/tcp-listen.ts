import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Log, Random } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import type { Binding } from './bindings.ts';
import { openListeners } from './listeners.ts';
import { openConnection, type Connection, type Over } from './tcp-connection.ts';
import { newStrangers } from './tcp-strangers.ts';

/** The listening sockets, and the connections there of which nobody knows yet whose they are. */
export interface TcpListeners {
  close(): void;
}

/** What becomes of a connection once it is somebody's. */
export interface Owner {
  /** Another frame was accepted on it. */
  heard(): void;
  /** It has gone: by the system's code, or because what came on it was no frame of a peer. */
  lost(code: string): void;
}

export interface ListenOptions {
  readonly own: readonly PathSettings[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly count: (what: string) => void;
  readonly onFrame: (frame: Uint8Array, over: Over) => void;
  /** A frame of this node was accepted on it; undefined when nobody wants to have it. */
  readonly claim: (connection: Connection, node: number, path: number) => Owner | undefined;
}

/** About a frame: what a connection brings is read when somebody asks for it, and not before. */
const READ_AHEAD_BYTES = 2_048;

/** Throws OperatorError PORT_TAKEN, and then none is left open. */
export async function listenTcp(options: ListenOptions): Promise<TcpListeners> {
  const { own, clock, random, log, count } = options;
  const strangers = newStrangers({ clock, random });
  const open = new Set<Connection>();

  const accept = (socket: Socket): void => {
    const address = socket.remoteAddress;
    // It may have gone before anybody looked.
    if (address === undefined) return void socket.destroy();
    let owner: Owner | undefined;
    const stranger = {
      address,
      close(reason: string) {
        count(`connections closed: ${reason}`);
        connection.drop();
      },
    };
    const refuse = (reason: string): void => {
      count(`connections closed: ${reason}`);
      connection.drop();
      strangers.remove(stranger);
      owner?.lost(reason);
    };
    const over: Over = {
      send: (frame) => connection.send(frame),
      refuse,
      belongsTo(node, path) {
        if (owner !== undefined) return owner.heard();
        owner = options.claim(connection, node, path);
        if (owner === undefined) return;
        strangers.remove(stranger);
        connection.trust();
      },
    };
    if (!strangers.admit(stranger)) {
      count('connections refused');
      socket.on('error', () => undefined);
      return void socket.resetAndDestroy();
    }
    const connection = openConnection(socket, {
      ...{ clock, trusted: false, onFrame: (frame) => options.onFrame(frame, over) },
      onOutOfStep: () => refuse('length'),
      onEnd(code) {
        strangers.remove(stranger);
        owner?.lost(code);
      },
    });
    open.add(connection);
    socket.once('close', () => open.delete(connection));
  };

  const listeners = await openListeners({
    ...{ transport: 'tcp', own, clock, log, bind: listeningServer },
    onOpen(server: Server) {
      server.on('connection', accept);
      server.on('error', (error) => log.warn({ err: error }, 'tcp: a listening socket reported an error'));
    },
  });
  return {
    close() {
      listeners.close();
      strangers.close();
      for (const connection of open) connection.drop();
      open.clear();
    },
  };
}

function listeningServer({ host, port, family }: Binding): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ pauseOnConnect: true, noDelay: true, highWaterMark: READ_AHEAD_BYTES });
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, ipv6Only: family === 6 }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}
