import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../core/ports.ts';
import type { EventRecord, StatusReport } from '../../core/report.ts';
import { documentPieces, HEADERS } from './document.ts';
import { livePages, MAX_VIEWERS } from './live.ts';

/** What the page needs of the daemon: to look, and to hear of transitions. Nothing here gives orders. */
export interface PagePort {
  status(): StatusReport;
  events(after: number): readonly EventRecord[];
  onEvent(listener: (record: EventRecord) => void): () => void;
  readonly clock: Clock;
  /** Told of what must not happen; a page is no reason for a daemon to end. */
  readonly onFault?: (error: unknown) => void;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A page that is asked for again within this time is the same page, whoever asks and however often. */
const SAME_PAGE_MS = 250;
/** For how long a page is drawn before others have their turn. */
const TURN_MS = 4;

/** The status page, as answers to three paths. Reads only. */
export function pageRoutes(port: PagePort): ReadonlyMap<string, Handler> {
  const { clock } = port;
  const onFault = port.onFault ?? (() => {});
  const live = livePages({
    clock,
    status: () => port.status(),
    onFault,
    events: (after) => port.events(after),
    onEvent: (listener) => port.onEvent(listener),
  });
  const page = onceIn(clock, () => {
    const moment = { report: port.status(), events: port.events(0), now: clock.nowMs() };
    return zipped(collected(documentPieces(moment), clock));
  });
  const json = onceIn(clock, () => `${JSON.stringify(port.status())}\n`);

  return new Map([
    ['/', reading(onFault, openPage)],
    ['/status.json', reading(onFault, (_request, response) => send(response, 'application/json', json()))],
    ['/events', reading(onFault, openEvents)],
  ]);

  function openPage({ headers }: IncomingMessage, response: ServerResponse): void {
    const wantsZipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
    page().then(
      ({ plain, gzip }) => {
        const extra = { Vary: 'Accept-Encoding', ...(wantsZipped ? { 'Content-Encoding': 'gzip' } : {}) };
        send(response, 'text/html; charset=utf-8', wantsZipped ? gzip : plain, 200, extra);
      },
      (error: unknown) => fail(response, error, onFault),
    );
  }

  function openEvents(request: IncomingMessage, response: ServerResponse): void {
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site')
      return refuse(response, 403, 'another site may not follow this page');
    if (live.full()) return refuse(response, 503, `${MAX_VIEWERS} pages are open already: close one of them`);
    // Set, so that whoever bounds the time of an answer can see that this one has none.
    response.setHeader('Content-Type', 'text/event-stream');
    response.writeHead(200, {
      ...HEADERS,
      'X-Accel-Buffering': 'no', // a proxy that collects would make it late
    });
    if (request.method === 'HEAD') return void response.end();
    request.socket.setTimeout(0);
    const last = request.headers['last-event-id'];
    live.join(response, typeof last === 'string' ? last : '');
  }
}

function reading(onFault: (error: unknown) => void, answer: Handler): Handler {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'this page is for reading: GET or HEAD', { Allow: 'GET, HEAD' });
    try {
      answer(request, response);
    } catch (error) {
      fail(response, error, onFault);
    }
  };
}

function fail(response: ServerResponse, error: unknown, onFault: (error: unknown) => void): void {
  onFault(error);
  refuse(response, 500, 'the daemon failed to answer: see its log, this is a bug');
}

function onceIn<Made>(clock: Clock, make: () => Made): () => Made {
  let made: { readonly at: number; readonly it: Made } | undefined;
  return () => {
    const now = clock.nowMs();
    if (made === undefined || now - made.at >= SAME_PAGE_MS) made = { at: now, it: make() };
    return made.it;
  };
}

/** Joins pieces without keeping anybody waiting: beats are sent between them. */
async function collected(pieces: Iterable<string>, clock: Clock): Promise<string> {
  const all: string[] = [];
  let turnFrom = clock.nowMs();
  for (const piece of pieces) {
    all.push(piece);
    if (clock.nowMs() - turnFrom < TURN_MS) continue;
    await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs(), resolve));
    turnFrom = clock.nowMs();
  }
  return all.join('');
}

/** By another thread: a hundred groups are 200 kB, and a tenth of that zipped. */
async function zipped(text: Promise<string>): Promise<{ readonly plain: Buffer; readonly gzip: Buffer }> {
  const plain = Buffer.from(await text);
  return { plain, gzip: await gzipOf(plain) };
}

const gzipOf = promisify(gzip);

function send(response: ServerResponse, type: string, text: string | Buffer, status = 200, extra = {}): void {
  if (response.headersSent) return void response.destroy();
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'Content-Length': bytes.length, ...extra });
  response.end(bytes);
}

const refuse = (response: ServerResponse, status: number, sentence: string, extra = {}): void =>
  send(response, 'text/plain; charset=utf-8', `${sentence}\n`, status, extra);
