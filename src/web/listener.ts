import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ListenSettings } from '../core/settings.ts';
import { answer, secure, type Routes } from './answer.ts';
import { listenProblem } from './listen-problem.ts';

const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 8 * 1024;
const REQUESTS_PER_CONNECTION = 1_000;
/** For a request to arrive in full. */
const REQUEST_MS = 5_000;
/** A connection on which nothing moves, and one that is kept for another request. */
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
/** For an answer to be read in full, unless it is a stream. */
const ANSWER_MS = 30_000;
/** What all readers together may leave unread in our memory. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024;
const CLOSE_MS = 500;

export interface Listener {
  readonly address: AddressInfo;
  /** Settles within a second, whatever clients do. */
  close(): Promise<void>;
}

export interface Listening {
  readonly routes: Routes;
  readonly isOurs: (hostHeader: string | undefined) => boolean;
  readonly onFault: (error: unknown, request: IncomingMessage) => void;
  readonly limits?: {
    readonly requestMs?: number;
    readonly answerMs?: number;
    readonly unreadBytes?: number;
  };
}

/** HTTP for reading only. Throws OperatorError when it can't listen; afterwards nothing that a client does throws. */
export async function listen(place: ListenSettings, listening: Listening): Promise<Listener> {
  const { requestMs = REQUEST_MS } = listening.limits ?? {};
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 5,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
  server.setTimeout(IDLE_MS);
  const readers = new Set<ServerResponse>();
  server.on('request', (request, response) => serve(request, response, readers, listening));
  // Bytes that are no HTTP, or a request that does not come to its end, deserve no answer.
  server.on('clientError', (_: Error, socket: Socket) => socket.destroy());
  // A request to change the protocol, or to be a proxy, is one that we don't have.
  server.on('connect', (_: IncomingMessage, socket: Socket) => socket.destroy());
  server.on('upgrade', (_: IncomingMessage, socket: Socket) => socket.destroy());
  await bound(server, place);
  server.unref();
  return { address: server.address() as AddressInfo, close: () => closed(server) };
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  readers: Set<ServerResponse>,
  { routes, isOurs, onFault, limits = {} }: Listening,
): void {
  const { answerMs = ANSWER_MS, unreadBytes = UNREAD_BYTES_MAX } = limits;
  secure(response);
  request.resume();
  keepInTime(response, answerMs);
  readers.add(response);
  response.once('close', () => readers.delete(response));
  response.on('error', () => response.destroy());
  const refused = refusalOf(request, isOurs) ?? (unreadBy(readers) > unreadBytes ? BUSY : undefined);
  if (refused !== undefined) {
    response.shouldKeepAlive = false;
    for (const [name, value] of Object.entries(refused.headers ?? {})) response.setHeader(name, value);
    return answer(response, refused.status, { text: `${refused.text}\n` });
  }
  const [path = ''] = (request.url ?? '').split('?', 1);
  const handler = routes.get(path);
  if (handler === undefined) return answer(response, 404, { text: 'there is nothing here\n' });
  const handled = async (): Promise<void> => await handler(request, response);
  void handled().catch((error: unknown) => {
    onFault(error, request);
    answer(response, 500, { text: 'the daemon failed to answer; see its log\n' });
  });
}

interface Refused {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}
const BUSY: Refused = {
  status: 503,
  text: 'too many clients read too slowly',
  headers: { 'Retry-After': '5' },
};

function refusalOf(request: IncomingMessage, isOurs: Listening['isOurs']): Refused | undefined {
  const { method = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, text: 'this is for reading only', headers: { Allow: 'GET, HEAD' } };
  if (!isOurs(headers.host)) {
    const text =
      'this host has no such name; ask by its address, or add the name to "allow_hosts" under "web"';
    return { status: 421, text };
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
    return { status: 413, text: 'a request to read has no body' };
  return undefined;
}

function unreadBy(readers: ReadonlySet<ServerResponse>): number {
  let bytes = 0;
  for (const reader of readers) bytes += reader.writableLength;
  return bytes;
}

/** Whoever reads a byte a second would keep the whole answer, and a connection, for as long as it likes. */
function keepInTime(response: ServerResponse, answerMs: number): void {
  const timer = setTimeout(() => {
    if (response.getHeader('content-type') !== 'text/event-stream') response.destroy();
  }, answerMs);
  timer.unref();
  response.once('close', () => clearTimeout(timer));
}

function bound(server: Server, place: ListenSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenProblem(place, cause)));
    // Without ipv6Only, [::] would be all of IPv4 too, which nobody has written.
    server.listen({ ...place, ipv6Only: true }, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined); // of a connection that is gone before it is accepted
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
