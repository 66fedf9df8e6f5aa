// Goal: what is posted is what the receiver understands, and its answer decides whether it is posted again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { newFindAddresses } from '../../src/alert/lookup.ts';
import type { SendOutcome } from '../../src/alert/message.ts';
import { bodyOf } from '../../src/alert/template.ts';
import { webhookTarget } from '../../src/alert/webhook.ts';
import type { WebhookSettings } from '../../src/core/settings.ts';
import { systemClock } from '../../src/system/clock.ts';
import { newSecrets } from './mail-server.ts';
import { moved, webhookSettings } from './messages.ts';

interface Posted {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function served<T>(
  answer: (response: ServerResponse) => void,
  body: (origin: string, posted: readonly Posted[]) => Promise<T>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<T> {
  const posted: Posted[] = [];
  const secure = tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  const server = (secure ? createSecureServer(secure) : createServer()).on('request', (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      posted.push({ url: request.url ?? '', headers: request.headers, body: text });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await body(`${tls ? 'https' : 'http'}://localhost:${port}`, posted);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const post = (changes: Partial<WebhookSettings>): Promise<SendOutcome> =>
  webhookTarget(webhookSettings({ timeoutMs: 1_500, ...changes }), {
    ...{ clock: systemClock, find: newFindAddresses(), version: '0.1.0' },
  }).send(moved(), { lost: 0, signal: new AbortController().signal });

const answers: readonly [
  name: string,
  answer: (response: ServerResponse) => void,
  expected: SendOutcome | RegExp,
][] = [
  ['it is taken', (to) => to.end('ok'), { kind: 'sent', said: 'HTTP 200 ok' }],
  ['without a word', (to) => to.writeHead(204).end(), { kind: 'sent', said: 'HTTP 204' }],
  ['no permission', (to) => to.writeHead(403).end('no\nno'), { kind: 'never', why: 'HTTP 403 no no' }],
  [
    'a redirect',
    (to) => to.writeHead(302, { location: 'http://x/' }).end(),
    { kind: 'never', why: 'HTTP 302' },
  ],
  [
    'too many',
    (to) => to.writeHead(429, { 'retry-after': '77' }).end(),
    { kind: 'later', why: 'HTTP 429', afterMs: 77_000 },
  ],
  [
    'not before a date',
    (to) =>
      to
        .writeHead(503, {
          'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT',
          date: 'Sun, 01 Mar 2026 12:00:00 GMT',
        })
        .end(),
    { kind: 'later', why: 'HTTP 503', afterMs: 60_000 },
  ],
  ['a timeout of its own', (to) => to.writeHead(408).end(), { kind: 'later', why: 'HTTP 408' }],
  ['it is broken', (to) => to.writeHead(500).end('oops'), { kind: 'later', why: 'HTTP 500 oops' }],
  ['it hangs', () => undefined, { kind: 'later', why: 'no answer in 1.5 s' }],
  [
    'it hangs in its answer',
    (to) => void to.writeHead(200).write('o'),
    { kind: 'later', why: 'no answer in 1.5 s' },
  ],
  ['it hangs up', (to) => to.destroy(), /^later the connection was broken off$/],
  ['it talks too much', (to) => to.end('x'.repeat(100_000)), /^sent HTTP 200/],
];
for (const [name, answer, expected] of answers) {
  test(`webhook: ${name}`, { timeout: 20_000 }, () =>
    served(answer, async (url) => {
      const outcome = await post({ url });
      if (!(expected instanceof RegExp)) return assert.deepEqual(outcome, expected);
      assert.match(`${outcome.kind} ${outcome.kind === 'sent' ? outcome.said : outcome.why}`, expected);
    }),
  );
}

test('webhook: secrets come from files, and the same message has the same name every time', async () => {
  const secrets = newSecrets();
  try {
    await served(
      (to) => to.end(),
      async (origin, posted) => {
        const changes = {
          urlFile: secrets.write('url', `${origin}/hooks/s3cret\n`),
          tokenFile: secrets.write('token', 't0ken\n'),
          headerFile: secrets.write('headers', 'X-Team: net\n\nX-More: a: b\n'),
        };
        for (const caFile of [secrets.cert, secrets.cert])
          assert.equal((await post({ ...changes, caFile })).kind, 'sent');
        const [{ url, headers, body }, again] = posted as readonly [Posted, Posted];
        assert.deepEqual(
          [url, headers.authorization, headers['x-team'], headers['x-more']],
          ['/hooks/s3cret', 'Bearer t0ken', 'net', 'a: b'],
        );
        assert.equal(headers['idempotency-key'], 'mail.lb2.abc.1');
        assert.equal(again.headers['idempotency-key'], headers['idempotency-key']);
        assert.equal((JSON.parse(body) as { title: string }).title, 'web moved to lb2');
        assert.match(JSON.stringify(await post(changes)), /later.*self-signed/);
        const open = secrets.write('open', 'x', 0o644);
        assert.match(JSON.stringify(await post({ ...changes, tokenFile: open })), /later.*chmod 0600/);
        const bad = secrets.write('bad', 'nonsense');
        assert.match(
          JSON.stringify(await post({ ...changes, headerFile: bad })),
          /later.*line 1 of .*is not/,
        );
      },
      secrets,
    );
  } finally {
    secrets.remove();
  }
});

test('webhook: for Slack', () => {
  const body = bodyOf({ kind: 'slack' }, moved({ text: 'a < b & c' }), 1);
  assert.deepEqual(body, {
    text: ':large_orange_diamond: *mail*: a &lt; b &amp; c (1 earlier message was dropped)',
  });
});

test('webhook: for Alertmanager, a move', () => {
  assert.deepEqual(bodyOf({ kind: 'alertmanager' }, moved(), 0), [
    {
      labels: {
        ...{ alertname: 'SealbeatMoved', cluster: 'mail', node: 'lb2', group: 'web', severity: 'warning' },
        occurrence: '2026-03-01T12:00:00.000Z',
      },
      annotations: {
        summary: 'web moved to lb2',
        description: 'web moved to lb2 (from lb1)',
        cause: 'lb1 is silent',
      },
      startsAt: '2026-03-01T12:00:00.000Z',
      endsAt: '2026-03-01T12:10:00.000Z',
    },
  ]);
});

test('webhook: for Alertmanager, an alarm and its end are one alert', () => {
  type Alert = {
    readonly labels: Record<string, string>;
    readonly startsAt: string;
    readonly endsAt: string;
  };
  const alertOf = (changes: Parameters<typeof moved>[0]): Alert =>
    (
      bodyOf({ kind: 'alertmanager' }, moved({ kind: 'alarms', key: 'alarm x', ...changes }), 0) as [Alert]
    )[0];
  const begun = alertOf({});
  const ended = alertOf({ resolved: true, since: moved().at, at: (moved().at + 60_000) as never });
  assert.deepEqual(ended.labels, begun.labels);
  assert.equal(begun.labels['alertname'], 'SealbeatAlarm');
  assert.deepEqual([begun.startsAt, ended.startsAt], [begun.startsAt, begun.startsAt]);
  assert.deepEqual([begun.endsAt, ended.endsAt], ['2026-03-02T12:00:00.000Z', '2026-03-01T12:01:00.000Z']);
});

test('webhook: a template of the operator stays the document that he wrote', () => {
  const text =
    '{"content": "{group}: {from} → {to} ({gap})", "n": 1, "deep": [{"why": "{cause}", "{text}": "{epoch} {other}"}]}';
  assert.deepEqual(bodyOf({ kind: 'own', text }, moved({ cause: '", "x": "{group}' }), 0), {
    content: 'web: lb1 → lb2 (at most 3.1 s)',
    n: 1,
    deep: [{ why: '", "x": "{group}', '{text}': '81 {other}' }],
  });
});
