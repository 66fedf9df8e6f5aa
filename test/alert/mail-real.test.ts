// Goal: what leaves us arrives at a real SMTP server that wants STARTTLS and a login, and reads well.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { newFindAddresses } from '../../src/alert/lookup.ts';
import { mailTarget } from '../../src/alert/mail.ts';
import type { AlertMessage, SendOutcome } from '../../src/alert/message.ts';
import type { MailSettings } from '../../src/core/settings.ts';
import type { NodeName } from '../../src/core/units.ts';
import { systemClock } from '../../src/system/clock.ts';
import { until } from '../lab/wait.ts';
import { mailServerProblem, newSecrets, startMailServer, type Mail, type Secrets } from './mail-server.ts';
import { mailSettings, moved } from './messages.ts';

const node = 'lb2' as NodeName;
const send = (settings: MailSettings, message: AlertMessage): Promise<SendOutcome> =>
  mailTarget(settings, { node, clock: systemClock, find: newFindAddresses() }).send(message, {
    lost: 0,
    signal: new AbortController().signal,
  });

const rows: readonly [
  name: string,
  settings: (secrets: Secrets) => Partial<MailSettings>,
  expected: RegExp,
  mails: number,
][] = [
  ['STARTTLS and a login', () => ({}), /^sent 250 taken as number 7$/, 1],
  ['a wrong password', (own) => ({ passwordFile: own.write('wrong', 'guess') }), /^never 535 /, 0],
  ['no login', () => ({ user: '', passwordFile: '' }), /^never 530 .*Authentication required/, 0],
  ['an authority that is not trusted', () => ({ caFile: '' }), /^later localhost: .*self-signed/, 0],
  ['a certificate of another name', () => ({ host: '127.0.0.1' }), /^later 127\.0\.0\.1: .*altnames/, 0],
  ['no encryption where it is wanted', () => ({ tls: 'off' }), /^never 530 Must issue a STARTTLS/, 0],
  [
    'a password that others can read',
    (own) => ({ passwordFile: own.write('open', 'x', 0o644) }),
    /^later .*chmod 0600/,
    0,
  ],
  [
    'an authority that is no certificate',
    (own) => ({ caFile: own.write('ca', 'x') }),
    /^later .* holds no certificate$/,
    0,
  ],
];

async function withServer(
  context: TestContext,
  body: (port: number, secrets: Secrets, mails: readonly Mail[]) => Promise<void>,
) {
  const problem = mailServerProblem();
  if (problem !== undefined && process.env['CI'] === 'true') throw new Error(problem);
  if (problem !== undefined) return context.skip(problem);
  const secrets = newSecrets();
  const server = await startMailServer(secrets);
  try {
    await body(server.port, secrets, server.mails);
  } finally {
    await server.stop();
    secrets.remove();
  }
}

test('mail: a real server', { timeout: 60_000 }, (context) =>
  withServer(context, async (port, secrets, mails) => {
    const good = {
      ...{ host: 'localhost', port, tls: 'required' as const, user: 'sealbeat' },
      ...{ passwordFile: secrets.password, caFile: secrets.cert },
    };
    for (const [name, changes, expected, count] of rows) {
      const before = mails.length;
      const outcome = await send(mailSettings({ ...good, ...changes(secrets) }), moved());
      const words = outcome.kind === 'sent' ? outcome.said : outcome.why;
      assert.match(`${outcome.kind} ${words}`, expected, name);
      // Its line comes by another way than its answer.
      await until(name, 5_000, () => mails.length >= before + count);
      assert.equal(mails.length - before, count, name);
    }
    const [mail] = mails;
    assert.deepEqual(
      [mail?.from, mail?.to, mail?.tls, mail?.login],
      ['lb2@example.net', ['ops@example.net'], true, true],
    );
    if (process.env['SHOW'] !== undefined) console.log(mail?.content);
    assert.match(mail!.content, /^Subject: \[sealbeat mail\] web moved to lb2\r?$/m);
    assert.match(mail!.content, /^Message-ID: <mail\.lb2\.abc\.1@example\.net>\r?$/m);
    assert.match(mail!.content, /^Auto-Submitted: auto-generated\r?$/m);
    assert.match(mail!.content, /^Date: Sun, 01 Mar 2026 12:00:00 \+0000\r?$/m);
  }),
);
