// What a health check wants of an answer over HTTP beyond its being one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { test } from 'node:test';
import type { HttpQuestion } from '../../src/core/checks/settings.ts';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { loopback, standing } from './loopback.ts';

const LIMIT = { timeoutMs: 1_000 };
/** For 127.0.0.1 and web.test, 2020 to 2120. */
const pem = readFileSync(new URL('../fixtures/self-signed.pem', import.meta.url), 'utf8');

const probe = (
  port: number,
  wants: Partial<HttpQuestion>,
  kind: 'http' | 'https' = 'http',
): ProbeSettings => ({
  ...{ kind, url: `${kind}://127.0.0.1:${port}/`, text: '' },
  wants: { statuses: [{ from: 200, to: 399 }], body: '', headers: new Map(), verify: true, ...wants },
});
const saying =
  (status: number, ...pieces: readonly string[]): RequestListener =>
  (_, response) => {
    response.writeHead(status);
    for (const piece of pieces) response.write(piece);
    response.end();
  };

const rows: readonly [what: string, wants: Partial<HttpQuestion>, server: RequestListener, text: string][] = [
  ['a status that is wanted', { statuses: [{ from: 503, to: 503 }] }, saying(503), 'yes HTTP/1.1 503'],
  ['one that is not', { statuses: [{ from: 204, to: 204 }] }, saying(200), 'no HTTP/1.1 200'],
  [
    'one of two ranges',
    {
      statuses: [
        { from: 200, to: 200 },
        { from: 300, to: 310 },
      ],
    },
    saying(301),
    'yes HTTP/1.1 301',
  ],
  [
    'a body with it, in two pieces',
    { body: 'ready' },
    saying(200, 'is rea', 'dy now'),
    'yes HTTP/1.1 200, with "ready" in it',
  ],
  ['a body without it', { body: 'ready' }, saying(200, 'is not'), 'no HTTP/1.1 200, without "ready" in it'],
  ['no body', { body: 'ready' }, saying(200), 'no HTTP/1.1 200, without "ready" in it'],
  ['the body of a failure is not looked at', { body: 'ready' }, saying(500, 'ready'), 'no HTTP/1.1 500'],
  [
    'a body that never gets to it',
    { body: 'ready' },
    saying(200, 'x'.repeat(300_000), 'ready'),
    'no HTTP/1.1 200, without "ready" in it',
  ],
  [
    'a header',
    { headers: new Map([['host', 'www.test']]), body: 'www.test' },
    (request, response) => void response.end(request.headers.host),
    'yes HTTP/1.1 200, with "www.test" in it',
  ],
];
for (const [what, wants, handler, text] of rows) {
  test(`http, wanted: ${what}`, async (t) => {
    const server = await loopback(t, createServer(handler));
    const { clock, prober } = standing();
    const answer = await prober.ask(probe(server.port, wants), LIMIT);
    assert.equal(`${answer.answered ? 'yes' : 'no'} ${answer.text}`, text);
    assert.equal(clock.waiting, 0);
  });
}

test('https, wanted: a certificate that nobody vouches for, where it does not matter; and the name that is asked for', async (t) => {
  const server = await loopback(t, createSecureServer({ key: pem, cert: pem }, saying(200)));
  const { prober } = standing();
  assert.equal(
    (await prober.ask(probe(server.port, { verify: false }, 'https'), LIMIT)).text,
    'HTTP/1.1 200',
  );
  const trusting = standing({ authorities: () => [pem] }).prober;
  const asWeb = (host: string) =>
    trusting.ask(probe(server.port, { headers: new Map([['host', host]]) }, 'https'), LIMIT);
  assert.equal((await asWeb('web.test')).text, 'HTTP/1.1 200');
  assert.match((await asWeb('other.test')).text, /certificate/);
});
