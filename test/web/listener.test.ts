// Goal: what clients do, well or badly meant, is answered, refused or ended, and costs no more than is written down.
import assert from 'node:assert/strict';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { answer, type Handler } from '../../src/web/answer.ts';
import { hostCheck } from '../../src/web/host-check.ts';
import { listen, type Listener, type Listening } from '../../src/web/listener.ts';
import { webRoutes, type WebPort } from '../../src/web/routes.ts';
import { until } from '../lab/wait.ts';

const PATIENCE_MS = 10_000;
const port: WebPort = {
  metrics: () => Promise.resolve('up 1\n'),
  health: () => ({ ok: true, text: 'ok' }),
  readiness: () => ({ ok: false, text: 'it is starting' }),
};

interface Served {
  readonly listener: Listener;
  readonly faults: unknown[];
  ask(path: string, how?: { method?: string; headers?: Record<string, string> }): Promise<Answered>;
  say(text: string): Socket;
}
interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

async function served(
  t: TestContext,
  {
    limits = {},
    pages = [],
  }: { limits?: NonNullable<Listening['limits']>; pages?: [string, Handler][] } = {},
): Promise<Served> {
  const faults: unknown[] = [];
  const listener = await listen(
    { host: '127.0.0.1', port: 0 },
    {
      routes: webRoutes(port, { page: pages.length > 0, metrics: true }, new Map(pages)),
      isOurs: hostCheck(['lb1']),
      onFault: (error) => faults.push(error),
      limits,
    },
  );
  t.after(() => listener.close());
  const place = { host: '127.0.0.1', port: listener.address.port };
  return {
    ...{ listener, faults },
    say: (text) => sayOn(connect(place), text),
    ask: (path, { method = 'GET', headers = {} } = {}) =>
      new Promise((resolve, reject) => {
        const asking = request({ ...place, path, method, headers, agent: false }, (answered) => {
          let text = '';
          answered.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          answered.on('end', () =>
            resolve({ status: answered.statusCode ?? 0, text, headers: answered.headers }),
          );
          answered.on('error', reject);
        });
        asking.on('error', reject);
        asking.end();
      }),
  };
}

function sayOn(socket: Socket, text: string): Socket {
  socket.on('error', () => undefined);
  socket.write(text);
  return socket;
}

const rows: readonly {
  name: string;
  path: string;
  how?: { method?: string; headers?: Record<string, string> };
  status: number;
  text: string | RegExp;
}[] = [
  { name: 'metrics', path: '/metrics', status: 200, text: 'up 1\n' },
  { name: 'a query is no matter', path: '/healthz?a=b', status: 200, text: 'ok\n' },
  { name: 'health', path: '/healthz', status: 200, text: 'ok\n' },
  { name: 'not ready, and why', path: '/readyz', status: 503, text: 'it is starting\n' },
  { name: 'the head alone', path: '/metrics', how: { method: 'HEAD' }, status: 200, text: '' },
  { name: 'what there is', path: '/', status: 200, text: 'sealbeat\n\n/metrics\n/healthz\n/readyz\n' },
  { name: 'nothing', path: '/v1/status', status: 404, text: 'there is nothing here\n' },
  { name: 'a path out of it', path: '/../metrics', status: 404, text: 'there is nothing here\n' },
  {
    name: 'an order',
    path: '/metrics',
    how: { method: 'POST' },
    status: 405,
    text: 'this is for reading only\n',
  },
  { name: 'another method', path: '/', how: { method: 'OPTIONS' }, status: 405, text: /reading only/ },
  {
    name: 'by a name of ours',
    path: '/healthz',
    how: { headers: { host: 'lb1:80' } },
    status: 200,
    text: 'ok\n',
  },
  {
    name: 'by a name of another',
    path: '/metrics',
    how: { headers: { host: 'evil.example' } },
    status: 421,
    text: /allow_hosts/,
  },
  {
    name: 'with a body',
    path: '/',
    how: { headers: { 'content-length': '1' } },
    status: 413,
    text: /no body/,
  },
];
for (const { name, path, how, status, text } of rows) {
  test(`web: ${name}`, async (t) => {
    const { ask } = await served(t);
    const answered = await ask(path, how);
    assert.equal(answered.status, status);
    if (typeof text === 'string') assert.equal(answered.text, text);
    else assert.match(answered.text, text);
    assert.match(String(answered.headers['content-security-policy']), /^default-src 'none'/);
    assert.equal(answered.headers['x-content-type-options'], 'nosniff');
    assert.equal(answered.headers['cache-control'], 'no-store');
    if (status === 405) assert.equal(answered.headers['allow'], 'GET, HEAD');
  });
}

test('web: a page takes its place at /, and says itself what it may do', async (t) => {
  const page: Handler = (_, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'sha256-x'");
    answer(response, 200, { text: '<!doctype html>', type: 'text/html; charset=utf-8' });
  };
  const { ask } = await served(t, { pages: [['/', page]] });
  const { text, headers } = await ask('/');
  assert.equal(text, '<!doctype html>');
  assert.equal(headers['content-security-policy'], "default-src 'none'; style-src 'sha256-x'");
  assert.equal(headers['x-frame-options'], 'DENY');
});

test('web: a handler that fails is answered and told of, whether at once or later', async (t) => {
  const { ask, faults } = await served(t, {
    pages: [
      ['/now', () => assert.fail('now')],
      ['/later', () => Promise.reject(new Error('later'))],
    ],
  });
  assert.equal((await ask('/now')).status, 500);
  assert.equal((await ask('/later')).status, 500);
  assert.equal(faults.length, 2);
  assert.equal((await ask('/healthz')).status, 200);
});

const ended = async (socket: Socket, what: string): Promise<void> =>
  await until(`${what} to be ended`, PATIENCE_MS, () => Promise.resolve(socket.destroyed || socket.closed));

test('web: who does not come to the end of its request is ended', async (t) => {
  const { say, ask } = await served(t, { limits: { requestMs: 200 } });
  const slow = say('GET / HTTP/1.1\r\nHost: lb1\r\n');
  const silent = say('');
  const garbage = say('\0\0\0\0\r\n\r\n');
  const long = say(`GET / HTTP/1.1\r\nHost: lb1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  const upgrade = say('GET / HTTP/1.1\r\nHost: lb1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  for (const [socket, what] of [
    [slow, 'a slow one'],
    [silent, 'a silent one'],
    [garbage, 'garbage'],
    [long, 'a long header'],
    [upgrade, 'an upgrade'],
  ] as const) {
    socket.resume();
    await ended(socket, what);
  }
  assert.equal((await ask('/healthz')).status, 200);
});

/** More than the kernel takes for somebody who does not read. */
const LARGE = 'x'.repeat(16 * 1024 * 1024);
const large: [string, Handler] = ['/large', (_, response) => answer(response, 200, { text: LARGE })];

test('web: who does not read its answer is ended, and meanwhile no other answer is made', async (t) => {
  const { say, ask } = await served(t, {
    limits: { answerMs: 700, unreadBytes: 1024 * 1024 },
    pages: [large],
  });
  const reader = say('GET /large HTTP/1.1\r\nHost: lb1\r\n\r\n');
  reader.pause();
  await until('too much to be unread', PATIENCE_MS, async () => (await ask('/healthz')).status === 503);
  await until(
    'the others to have their turn',
    PATIENCE_MS,
    async () => (await ask('/healthz')).status === 200,
  );
  reader.resume();
  await ended(reader, 'the reader');
});

test('web: a stream may last', async (t) => {
  const stream: Handler = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
    setTimeout(() => response.end('data: 2\n\n'), 300);
  };
  const { ask } = await served(t, { limits: { answerMs: 50 }, pages: [['/events', stream]] });
  assert.equal((await ask('/events')).text, 'data: 1\n\ndata: 2\n\n');
});

test('web: the 65th client is turned away, and comes in when another has gone', async (t) => {
  const { say, ask } = await served(t);
  const clients = Array.from({ length: 64 }, () => say('GET / HTTP/1.1\r\nHost: lb1\r\n'));
  await until('a full house', PATIENCE_MS, () =>
    ask('/healthz').then(
      () => false,
      () => true,
    ),
  );
  for (const client of clients) client.destroy();
  await until('room', PATIENCE_MS, () =>
    ask('/healthz').then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
});

test('web: it closes although a client stays', async (t) => {
  const { say, listener, ask } = await served(t);
  const stayer = say('GET / HTTP/1.1\r\nHost: lb1\r\n');
  assert.equal((await ask('/healthz')).status, 200);
  await listener.close();
  await ended(stayer, 'the stayer');
});

test('web: a port that is taken, and an address that is not here, are said', async (t) => {
  const { listener } = await served(t);
  const listening = { routes: new Map(), isOurs: () => true, onFault: () => undefined };
  const { port: taken } = listener.address;
  await assert.rejects(listen({ host: '127.0.0.1', port: taken }, listening), {
    code: 'PORT_TAKEN',
    message: `the listener cannot listen on 127.0.0.1:${taken}: another program has this port`,
  });
  await assert.rejects(listen({ host: '192.0.2.1', port: 7180 }, listening), {
    message: 'the listener cannot listen on 192.0.2.1:7180: this host has no such address now',
  });
});
