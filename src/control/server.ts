import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../core/ports.ts';
import {
  CONTROL_VERSION,
  PID_HEADER,
  VERSION_HEADER,
  type ControlAnswer,
  type ControlCommand,
  type ControlPort,
  type DoneBody,
  type Verdict,
} from './messages.ts';
import { readBody } from './body.ts';
import { commandOf, HELP_TEXT, refusal, routeOf, type Refusal, type Route } from './routes.ts';
import { listenAt, type SocketPlace } from './socket-path.ts';
import { eventStreams, MAX_STREAMS, type Streams } from './streams.ts';
import { turnTaker } from './turns.ts';

/** Followers, and as many again who ask and go. */
const MAX_CONNECTIONS = 2 * MAX_STREAMS;
const MAX_HEADER_BYTES = 8 * 1024;
/** For a request to arrive in full, unless the caller says otherwise. */
const REQUEST_TIMEOUT_MS = 5_000;
/** For an order to be carried out; a planned switchover waits for two nodes. */
export const COMMAND_TIMEOUT_MS = 60_000;
/** For an answer to be read. */
const IDLE_TIMEOUT_MS = COMMAND_TIMEOUT_MS + 10_000;

const TEXT_TYPE = 'text/plain; charset=utf-8';
/** Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface ControlServer {
  readonly path: string;
  /** Ends every stream with a last line, then removes the socket. Settles within a second, whatever clients do. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 500;

/** Opens the control socket. Throws OperatorError (PORT_TAKEN, USAGE); afterwards nothing that a client does throws. */
export async function startControlServer(
  place: SocketPlace,
  {
    port,
    log,
    requestTimeoutMs = REQUEST_TIMEOUT_MS,
  }: { port: ControlPort; log: Log; requestTimeoutMs?: number },
): Promise<ControlServer> {
  const streams = eventStreams(port);
  const inTurn = turnTaker();
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: requestTimeoutMs / 5,
    keepAlive: false,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(IDLE_TIMEOUT_MS);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    inTurn(() => {
      answer(request, response, { port, log, streams }).catch((error: unknown) => {
        log.error({ err: error, url: request.url }, 'control: a request failed');
        refuse(
          response,
          refusal(500, 'REFUSED', 'the daemon failed to answer', 'see its log; this is a bug'),
        );
      });
    });
  });
  server.on('clientError', (error, socket) => refuseGarbage(error, socket, requestTimeoutMs));
  server.on('error', (error) => log.warn({ err: error }, 'control: the socket failed'));
  server.on('drop', () =>
    log.warn({ limit: MAX_CONNECTIONS }, 'control: too many clients, one was turned away'),
  );

  const removePath = await listenAt(server, place, (text) => log.warn({ path: place.path }, text));
  server.unref(); // looking at the daemon is no reason to live on
  return {
    path: place.path,
    async close() {
      removePath();
      streams.close();
      await closed(server);
    },
  };
}

interface Answering {
  readonly port: ControlPort;
  readonly log: Log;
  readonly streams: Streams;
}

async function answer(request: IncomingMessage, response: ServerResponse, shell: Answering): Promise<void> {
  const { port, streams } = shell;
  const routed = routeOf(request.method ?? '', request.url ?? '');
  if (!routed.ok) return refuse(response, routed.refusal);
  const { route } = routed;
  switch (route.kind) {
    case 'help':
      return send(response, 200, TEXT_TYPE, HELP_TEXT);
    case 'metrics':
      return send(response, 200, METRICS_TYPE, await port.metrics());
    case 'health':
      return sendVerdict(response, port.health());
    case 'readiness':
      return sendVerdict(response, port.readiness());
    case 'status':
      return sendJson(response, 200, port.status());
    case 'explain': {
      const explained = port.explain(route.group);
      if (explained === undefined) return refuse(response, noGroup(route.group, port));
      return sendJson(response, 200, explained);
    }
    case 'drill':
      if (!port.status().groups.some(({ name }) => name === route.group))
        return refuse(response, noGroup(route.group, port));
      return sendJson(response, 200, await port.drill(route.group, route.planned));
    case 'events':
      if (!route.follow) return sendJson(response, 200, port.events(route.after));
      if (streams.full()) return refuse(response, tooManyStreams);
      head(response, 200, 'application/x-ndjson');
      if (request.method === 'HEAD') return void response.end();
      request.socket.setTimeout(0); // hours without an event are no fault
      return streams.open(response, route.after);
    default:
      return carryOut(request, response, route, shell);
  }
}

async function carryOut(
  request: IncomingMessage,
  response: ServerResponse,
  route: Extract<Route, { kind: 'reload' | 'restart' | 'all' | 'group' }>,
  { port, log }: Answering,
): Promise<void> {
  const read = await readBody(request);
  if (!read.ok) return refuse(response, read.refusal);
  const asked = commandOf(route, read.body);
  if (!asked.ok) return refuse(response, asked.refusal);
  const { command } = asked;
  if ('group' in command && command.group !== '') {
    const isThere = port.status().groups.some(({ name }) => name === command.group);
    if (!isThere) return refuse(response, noGroup(command.group, port));
  }
  log.info({ command }, `control: ${command.kind} was ordered`);
  const done = await withinLimit(port, command);
  if (done === 'late') return refuse(response, noAnswerYet);
  if (!done.ok) {
    const { code, message, hint } = done;
    return refuse(response, { status: 409, body: { code, message, hint } });
  }
  const body: DoneBody = { text: done.text, facts: done.facts ?? {} };
  sendJson(response, 200, body);
}

function noGroup(group: string, port: ControlPort): Refusal {
  const names = port.status().groups.map(({ name }) => name);
  const hint = names.length === 0 ? 'the config has none' : `the groups are: ${names.join(', ')}`;
  return refusal(404, 'USAGE', `there is no group "${group}"`, hint);
}

const tooManyStreams = refusal(503, 'REFUSED', `${MAX_STREAMS} clients follow already`, 'end one of them');
const noAnswerYet = refusal(
  504,
  'REFUSED',
  `the order was not carried out within ${COMMAND_TIMEOUT_MS / 1_000} s; it may still be`,
  'look at: sealbeat status, sealbeat events',
);

async function withinLimit(port: ControlPort, command: ControlCommand): Promise<ControlAnswer | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), COMMAND_TIMEOUT_MS);
  });
  try {
    return await Promise.race([port.command(command), late]);
  } finally {
    clearTimeout(timer);
  }
}

function head(
  response: ServerResponse,
  status: number,
  type: string,
  extra: Record<string, string> = {},
): void {
  response.shouldKeepAlive = false; // a client that stays takes a place from one that asks
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    [VERSION_HEADER]: String(CONTROL_VERSION),
    [PID_HEADER]: String(process.pid),
    ...extra,
  });
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  extra: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const bytes = Buffer.from(text);
  head(response, status, type, { 'Content-Length': String(bytes.length), ...extra });
  response.end(bytes);
}

const sendVerdict = (response: ServerResponse, { ok, text }: Verdict): void =>
  send(response, ok ? 200 : 503, TEXT_TYPE, `${text}\n`);

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  extra?: Record<string, string>,
): void {
  send(response, status, 'application/json', `${JSON.stringify(body)}\n`, extra);
}

function refuse(response: ServerResponse, { status, body, allow }: Refusal): void {
  sendJson(response, status, body, allow === undefined ? {} : { Allow: allow });
}

/** Bytes that are no HTTP, headers that are too long, a request that does not come to its end. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex, requestTimeoutMs: number): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const { status, body } = timedOut
    ? refusal(408, 'USAGE', `the request was not complete within ${requestTimeoutMs / 1_000} s`, 'try again')
    : refusal(400, 'USAGE', 'this is not a request that can be read', 'speak HTTP/1.1, headers below 8 KiB');
  const text = `${JSON.stringify(body)}\n`;
  const reason = timedOut ? 'Request Timeout' : 'Bad Request';
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    () => socket.destroy(),
  );
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
