import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { aTurn, closedPort, loopback, saying, standing, watched } from './loopback.ts';

const LIMIT = { timeoutMs: 1_000 };
/** For 127.0.0.1 and web.test, 2020 to 2120. */
const pem = readFileSync(new URL('../fixtures/self-signed.pem', import.meta.url), 'utf8');

const http = (port: number, path = '/'): ProbeSettings => ({
  kind: 'http',
  url: `http://127.0.0.1:${port}${path}`,
  text: '',
});
const https = (port: number, host = '127.0.0.1'): ProbeSettings => ({
  kind: 'https',
  url: `https://${host}:${port}/`,
  text: '',
});
const withStatus =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status, { location: '/elsewhere' }).end();

for (const [status, answered] of [
  [200, true],
  [204, true],
  [302, true],
  [399, true],
  [400, false],
  [404, false],
  [500, false],
] as const) {
  test(`http: ${status} is ${answered ? 'an answer' : 'none'}`, async (t) => {
    const server = await loopback(t, createServer(withStatus(status)));
    const { clock, prober } = standing();
    assert.deepEqual(await prober.ask(http(server.port), LIMIT), { answered, text: `HTTP/1.1 ${status}` });
    assert.equal(clock.waiting, 0);
    await server.left();
  });
}

test('http: one GET of the URL as written, on a connection that is closed; a redirect is not followed', async (t) => {
  const asked: IncomingMessage[] = [];
  const server = await loopback(
    t,
    createServer((request, response) => {
      asked.push(request);
      withStatus(302)(request, response);
    }),
  );
  const { prober } = standing();
  await prober.ask(http(server.port, '/health?full=1'), LIMIT);
  await server.left();
  assert.deepEqual(
    asked.map(({ method, url, headers }) => [method, url, headers.connection]),
    [['GET', '/health?full=1', 'close']],
  );
});

test('http: a body without an end is not waited for', async (t) => {
  const server = await loopback(
    t,
    createServer((_, response) => void response.writeHead(200).write('x'.repeat(1024))),
  );
  const { prober } = standing();
  assert.deepEqual(await prober.ask(http(server.port), LIMIT), { answered: true, text: 'HTTP/1.1 200' });
  await server.left();
});

const refusals: readonly (readonly [what: string, pieces: readonly string[], text: string])[] = [
  ['garbage', ['\u0000\u0001 nothing of the kind\r\n\r\n'], 'answer is not HTTP'],
  ['headers without an end', [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`], 'answer is not HTTP'],
  [
    '101',
    ['HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    'closed without an answer',
  ],
];
for (const [what, pieces, text] of refusals) {
  test(`http: ${what}`, async (t) => {
    const server = await loopback(t, saying(...pieces));
    const { clock, prober } = standing();
    assert.deepEqual(await prober.ask(http(server.port), LIMIT), { answered: false, text });
    assert.equal(clock.waiting, 0);
    await server.left();
  });
}

test('http: who hangs up without an answer', async (t) => {
  const server = await loopback(
    t,
    createTcpServer((socket) => socket.end()),
  );
  const { prober } = standing();
  assert.deepEqual(await prober.ask(http(server.port), LIMIT), {
    answered: false,
    text: 'closed by the other side',
  });
});

test('http: a port without a listener, and a URL that is none', async () => {
  const { prober } = standing();
  assert.equal((await prober.ask(http(await closedPort()), LIMIT)).text, 'refused');
  const nonsense: ProbeSettings = { kind: 'http', url: 'http://', text: '' };
  assert.deepEqual(await prober.ask(nonsense, LIMIT), { answered: false, text: 'Invalid URL' });
});

for (const [what, pieces] of [
  ['who takes the request and is silent', []],
  ['who stops in the middle of the headers', ['HTTP/1.1 200 OK\r\nx: y\r\n']],
] as const) {
  test(`http: ${what} is given up at the limit, not before`, async (t) => {
    const server = await loopback(t, saying(...pieces));
    const { clock, prober } = standing();
    const seen = watched(prober.ask(http(server.port), LIMIT));
    await server.accepted();
    clock.goOn(999);
    await aTurn();
    assert.equal(seen.text, undefined);
    clock.goOn(1);
    assert.deepEqual(await seen.asked, { answered: false, text: 'no answer in 1 s', isLate: true });
    await server.left();
  });
}

test('https: a certificate that signs itself is refused, and the text says so', async (t) => {
  const server = await loopback(t, createSecureServer({ key: pem, cert: pem }, withStatus(200)));
  const { clock, prober } = standing();
  assert.deepEqual(await prober.ask(https(server.port), LIMIT), {
    answered: false,
    text: 'certificate refused: self-signed certificate',
  });
  assert.equal(clock.waiting, 0);
  await server.left();
});

test('https: a certificate that an authority of the system vouches for', async (t) => {
  const server = await loopback(t, createSecureServer({ key: pem, cert: pem }, withStatus(200)));
  const { prober } = standing({ authorities: () => [pem] });
  assert.deepEqual(await prober.ask(https(server.port), LIMIT), { answered: true, text: 'HTTP/1.1 200' });
  assert.deepEqual(await prober.ask(https(server.port), LIMIT), { answered: true, text: 'HTTP/1.1 200' });
  await server.left();
});

for (const [host, answered, text] of [
  ['web.test', true, /^HTTP\/1\.1 200$/],
  ['other.test', false, /^certificate refused: .*other\.test/],
] as const) {
  test(`https: a good certificate, asked for as ${host}`, async (t) => {
    const server = await loopback(t, createSecureServer({ key: pem, cert: pem }, withStatus(200)));
    const { prober } = standing({
      authorities: () => [pem],
      lookup: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const answer = await prober.ask(https(server.port, host), LIMIT);
    assert.equal(answer.answered, answered);
    assert.match(answer.text, text);
  });
}

test('https: who does not speak TLS', async (t) => {
  const server = await loopback(t, createServer(withStatus(200)));
  const { prober } = standing();
  assert.deepEqual(await prober.ask(https(server.port), LIMIT), {
    answered: false,
    text: 'answer is not TLS',
  });
});
