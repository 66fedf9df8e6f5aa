import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import { hostPasswordFindings } from '../../src/config/password-host-rules.ts';
import { pair } from './example-file.ts';

const MAIL = 'server: smtp://mail.example.net, from: lb@example.net, to: ops@example.net';
const withAlerts = (text: string) => examine(`${pair}alerts: ${text}\n`);

test('alerts: the defaults', () => {
  const { settings, problems } = withAlerts(
    `{ mail: { ${MAIL} }, webhooks: { b: { url: http://h/x }, a: { url_file: /u } } }`,
  );
  assert.deepEqual(problems, []);
  const { mail, webhooks, ...rest } = settings!.alerts!;
  assert.deepEqual(mail, {
    ...{ host: 'mail.example.net', port: 587, tls: 'required', user: '', passwordFile: '', caFile: '' },
    from: new Map([
      ['lb1', 'lb@example.net'],
      ['lb2', 'lb@example.net'],
    ]),
    ...{ to: ['ops@example.net'], subject: '[sealbeat mail]', timeoutMs: 30_000 },
  });
  assert.deepEqual(
    webhooks.map(({ name, url, urlFile, template }) => [name, url, urlFile, template]),
    [
      ['a', '', '/u', { kind: 'json' }],
      ['b', 'http://h/x', '', { kind: 'json' }],
    ],
  );
  assert.deepEqual(rest, {
    on: ['moves', 'faults', 'alarms', 'peers'],
    rate: { most: 20, perMs: 600_000 },
    queueMax: 200,
  });
  assert.equal(examine(pair).settings?.alerts, undefined);
});

test('alerts: a difference is one of the part "alerts", and the order of names is none', () => {
  const parts = (text: string) => withAlerts(text).settings!.partDigests;
  const [one, other] = [parts(`{ mail: { ${MAIL} } }`), parts(`{ mail: { ${MAIL}, subject: x } }`)];
  assert.deepEqual(
    Object.keys(one).filter((part) => one[part as 'alerts'] !== other[part as 'alerts']),
    ['alerts'],
  );
  const senders = (text: string) => parts(`{ mail: { server: smtps://m, to: a@b, from: ${text} } }`).alerts;
  assert.equal(senders('{ lb1: a@b, lb2: c@d }'), senders('{ lb2: c@d, lb1: a@b }'));
  assert.notEqual(senders('{ lb1: a@b, lb2: c@d }'), senders('{ lb1: c@d, lb2: a@b }'));
});

const hook = (text: string): string => `{ webhooks: { chat: { ${text} } } }`;
const mail = (text: string): string => `{ mail: { from: lb@example.net, to: ops@example.net, ${text} } }`;
const wrong: readonly [text: string, expected: RegExp][] = [
  ['{}', /error alerts: names nobody; write "mail:" or "webhooks:" below it/],
  ['{ mial: {} }', /alerts.mial: is not a key here; did you mean "mail"\?/],
  [`{ mail: { ${MAIL} }, on: [moved] }`, /alerts.on\[0\]: .*did you mean "moves"\?/],
  [`{ mail: { ${MAIL} }, on: [moves, moves] }`, /alerts.on\[1\]: moves stands twice/],
  [`{ mail: { ${MAIL} }, rate: { per: 1s } }`, /alerts.rate.per: /],
  [
    `{ mail: { ${MAIL} }, webhooks: { mail: { url: http://h } } }`,
    /webhooks.mail: is called as the mails are/,
  ],
  [
    mail('server: mail.example.net'),
    /is not a mail server; write for instance smtp:\/\/mail.example.net:587/,
  ],
  [
    mail('server: smtp://joe:secret@h'),
    /a login has no place in a URL; put it into "user" and "password_file"/,
  ],
  [mail('server: smtp://h/x'), /nothing but host and port may follow smtp:\/\//],
  [mail('server: smtps://h, tls: off'), /tls: smtps:\/\/ is always encrypted/],
  [mail('server: smtp://h, user: x'), /user: has no "password_file" beside it/],
  [mail('server: smtp://h, password_file: /x'), /password_file: has no "user" beside it/],
  [
    mail('server: smtp://h, user: x, password_file: /x, tls: off'),
    /tls: off may send the password in the clear/,
  ],
  [mail('server: smtp://h, tls: off, ca: /x'), /warning alerts.mail.ca: is not used/],
  [
    '{ mail: { server: smtp://h, from: a@b, to: Joe <joe@example.net> } }',
    /write joe@example.net, without the name/,
  ],
  ['{ mail: { server: smtp://h, from: a@b, to: [] } }', /mail.to: is empty/],
  ['{ mail: { server: smtp://h, to: a@b, from: { lb1: a@b } } }', /from: has no address for lb2/],
  [
    '{ mail: { server: smtp://h, to: a@b, from: { lb1: a@b, lb2: a@b, lb22: a@b } } }',
    /from.lb22: is not a node; did you mean "lb2"\?/,
  ],
  [hook(''), /webhooks.chat: does not say where to/],
  [hook('url: http://h, url_file: /x'), /url_file: stands beside "url"/],
  [hook('url: https://me:pw@h/x'), /a secret has no place in this file/],
  [hook('url: htps://h/x'), /"htps" cannot be posted to; did you mean https:\/\/\?/],
  [hook('url: http://h, token_file: /x'), /warning .*token_file: is sent in the clear/],
  [hook('url: http://h, template: slak'), /"slak" is not a template; did you mean slack\?/],
  [
    hook(`url: http://h, template: '{"a": {text}}'`),
    /template: is not a JSON document; words in braces stand in its strings/,
  ],
  [
    hook(`url: http://h, template: '{"a": "{grup}"}'`),
    /\{grup\} stands for nothing; did you mean \{group\}\?/,
  ],
];
for (const [text, expected] of wrong) {
  test(`alerts: ${text}`, () => {
    const said = withAlerts(text).problems.map(({ severity, text: sentence }) => `${severity} ${sentence}`);
    assert.match(said.join('\n'), expected);
  });
}

test('alerts: files with secrets are looked at on the host', () => {
  const { settings } = withAlerts(
    `{ mail: { ${MAIL}, user: u, password_file: /pw }, webhooks: { a: { url_file: /u, token_file: /t, header_file: /h } } }`,
  );
  const modes: Readonly<Record<string, number>> = { '/pw': 0o644, '/u': 0o600, '/t': 0o604 };
  const found = hostPasswordFindings(settings!, settings!.nodes[0]!, {
    factsOf: (path) =>
      path in modes ? { is: 'file', mode: modes[path]!, uid: 0, gid: 0 } : { is: 'missing' },
    realPath: (path) => path,
    euid: 0,
  });
  assert.deepEqual(
    found.map(({ path, text }) => `${path.join('.')}: ${text}`),
    [
      'alerts.mail.password_file: /pw may be read or used by others, its mode is 0644; chmod 0600 /pw',
      'alerts.webhooks.a.token_file: /t may be read or used by others, its mode is 0604; chmod 0600 /t',
      'alerts.webhooks.a.header_file: /h does not exist; write the headers there, with mode 0600',
    ],
  );
});
