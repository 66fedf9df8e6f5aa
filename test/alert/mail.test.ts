// Goal: whatever a mail server says or leaves out, it is known whether the mail may be sent again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMail } from '../../src/alert/mail-format.ts';
import { newFindAddresses } from '../../src/alert/lookup.ts';
import { mailText, timeText } from '../../src/alert/mail-text.ts';
import { mailTarget } from '../../src/alert/mail.ts';
import type { NodeName } from '../../src/core/units.ts';
import { systemClock } from '../../src/system/clock.ts';
import { at, mailSettings, moved } from './messages.ts';
import { scriptedServer, type SmtpScript } from './smtp-script.ts';

const target = (port: number, changes = {}) =>
  mailTarget(mailSettings({ port, timeoutMs: 1_500, ...changes }), {
    ...{ node: 'lb2' as NodeName, clock: systemClock, find: newFindAddresses() },
  });
const how = { lost: 0, signal: new AbortController().signal };

const rows: readonly [name: string, script: SmtpScript, expected: RegExp, changes?: object][] = [
  ['all is well', {}, /^sent 250 taken$/],
  ['it hangs after it has taken the mail', { QUIT: undefined }, /^sent 250 taken$/],
  ['it hangs up instead of a greeting', { HELLO: 'END' }, /^later 127\.0\.0\.1: /],
  [
    'it is silent',
    { HELLO: undefined },
    /^later (no answer in 1\.5 s|127\.0\.0\.1: Greeting never received)$/,
  ],
  ['it is no mail server', { HELLO: 'SSH-2.0-OpenSSH_9.2' }, /^later .*SSH-2\.0/],
  ['it is busy', { HELLO: '421 come back later' }, /^later .*421 come back later/],
  ['it refuses us', { HELLO: '554 no' }, /^never 554 no$/],
  ['it refuses the sender for now', { MAIL: '451 not now' }, /^later .*451 not now/],
  ['it refuses the sender', { MAIL: '550 who?' }, /^never 550 who\?$/],
  ['greylisting', { RCPT: '450 not now' }, /^later .*450 not now/],
  ['it refuses the recipient', { RCPT: '550 nobody here' }, /^never ops@example\.net: 550 nobody here$/],
  ['it refuses the mail for now', { '.': '452 disk full' }, /^later .*452 disk full/],
  ['it refuses the mail', { '.': '554 spam' }, /^never 554 spam$/],
  ['it hangs before it has taken the mail', { '.': undefined }, /^later /],
  ['it hangs up before it has taken the mail', { '.': 'END' }, /^later /],
  ['it has no STARTTLS', {}, /^never 502/, { tls: 'required' }],
  [
    'it breaks TLS',
    { EHLO: '250-mail\r\n250 STARTTLS', STAR: '220 go\r\nrubbish' },
    /^later /,
    { tls: 'required' },
  ],
  ['it offers nothing', {}, /^sent /, { tls: 'if_offered' }],
  ['nobody listens', {}, /^later connection refused$/, { port: 1 }],
  ['the name is unknown', {}, /^later no address for nowhere\.invalid/, { host: 'nowhere.invalid' }],
];
for (const [name, script, expected, changes] of rows) {
  test(`mail: ${name}`, { timeout: 20_000 }, async () => {
    const server = await scriptedServer({ STAR: '502 what?', ...script });
    try {
      const outcome = await target(server.port, changes).send(moved(), how);
      assert.match(`${outcome.kind} ${outcome.kind === 'sent' ? outcome.said : outcome.why}`, expected);
    } finally {
      server.stop();
    }
  });
}

test(
  'mail: who has it is not sent it again when another could not take it yet',
  { timeout: 20_000 },
  async () => {
    let grey = '450 not now';
    const to = (address: string): string => `RCPT TO:<${address}@example.net>`;
    const server = await scriptedServer(() => ({ [to('grey')]: grey, [to('gone')]: '550 gone' }));
    try {
      const mail = target(server.port, { to: ['ops@example.net', 'grey@example.net', 'gone@example.net'] });
      const first = await mail.send(moved(), how);
      assert.equal(first.kind, 'later');
      grey = '250 now';
      const second = await mail.send(moved(), how);
      assert.deepEqual(second, { kind: 'sent', said: '250 taken', refused: 'gone@example.net: 550 gone' });
      assert.equal(server.heard.filter((line) => line === to('ops')).length, 1);
      const ids = server.heard.flatMap((line) => /^DATA[^]*?\nMessage-ID: (.*)$/m.exec(line)?.[1] ?? []);
      assert.deepEqual(ids, ['<mail.lb2.abc.1@example.net>', '<mail.lb2.abc.1@example.net>']);
    } finally {
      server.stop();
    }
  },
);

test('mail: what is aborted ends at once', { timeout: 20_000 }, async () => {
  const server = await scriptedServer({ MAIL: undefined });
  try {
    const ending = new AbortController();
    const sending = target(server.port, { timeoutMs: 60_000 }).send(moved(), {
      lost: 0,
      signal: ending.signal,
    });
    ending.abort();
    assert.deepEqual(await sending, { kind: 'later', why: 'ended' });
  } finally {
    server.stop();
  }
});

test('mail: the text', () => {
  assert.equal(
    mailText(
      moved({ cause: 'a cause that is so long that it does not fit on one line of a mail of 76 columns' }),
      2,
    ),
    [
      'web moved to lb2 (from lb1).',
      '',
      'Group:  web',
      'From:   lb1',
      'To:     lb2',
      `When:   ${timeText(at)}`,
      'Cause:  a cause that is so long that it does not fit on one line of a mail',
      '        of 76 columns',
      'Epoch:  81',
      'Gap:    at most 3.1 s',
      '',
      '  lb1: silent, last heard 3.1 s ago',
      '',
      '2 earlier messages could not be delivered in time and were dropped;',
      '"sealbeat events" has what happened.',
      '',
      'Next:   sealbeat explain web  (on lb2)',
      '',
      '-- ',
      'sealbeat on lb2, cluster mail',
      '',
    ].join('\n'),
  );
});

test('mail: nothing that a peer or a server says becomes a header, and the text is ASCII', () => {
  const text = mailText(moved({ cause: 'Übel\r\nBcc: all@example.net' }), 0);
  const mail = formatMail({ from: 'a@b', to: ['c@d', 'e@f'], subject: 'Ü'.repeat(60), at, id: 'x.1', text });
  const [head = '', ...rest] = mail.split('\r\n\r\n');
  const body = rest.join('\n\n');
  assert.match(mail, /^[\r\n\x20-\x7e]*$/);
  assert.doesNotMatch(mail, /^Bcc/m);
  assert.match(body, /=C3=9Cbel/);
  assert.ok(mail.split('\r\n').every((line) => line.length <= 78));
  assert.match(head, /^To: c@d,\r\n e@f\r$/m);
  const words = [...head.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map(([, word = '']) =>
    Buffer.from(word, 'base64'),
  );
  assert.equal(Buffer.concat(words).toString(), 'Ü'.repeat(60));
});
