import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { alertTest, type AlertTestOptions } from '../../src/cli/commands/alert.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { scriptedServer, type SmtpScript } from '../alert/smtp-script.ts';
import { pair } from '../config/example-file.ts';
import { fakeHost } from '../fakes/cli-host.ts';

async function tried(
  script: SmtpScript,
  { name, more = {}, alerts }: { name?: string; more?: Partial<AlertTestOptions>; alerts?: string } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-alert-'));
  const server = await scriptedServer(script);
  try {
    const config = join(folder, 'sealbeat.yaml');
    const mail = `mail: { server: 'smtp://127.0.0.1:${server.port}', tls: off, from: a@b, to: c@d }`;
    writeFileSync(
      config,
      `${pair}${alerts ?? `alerts: { ${mail}, webhooks: { chat: { url: 'http://127.0.0.1:1/' } } }`}\n`,
    );
    const host = fakeHost();
    const failure = await alertTest(host, name, {
      config,
      identity: join(folder, 'none'),
      as: 'lb2',
      ...more,
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const code = failure instanceof OperatorError ? failure.code : failure;
    return { host, code, heard: server.heard };
  } finally {
    server.stop();
    rmSync(folder, { recursive: true });
  }
}

test('alert test: says what the server said', async () => {
  const { host, code, heard } = await tried({}, { name: 'mail' });
  assert.equal(code, undefined);
  assert.match(host.errs.join('\n'), /^sealbeat: mail \(to c@d\): told in \d+ ms; it said: 250 taken$/);
  assert.match(heard.join('\n'), /^Subject: \[sealbeat mail\] test message$/m);
});

test('alert test: for programs, all places, and whether each was told', async () => {
  const { host, code } = await tried({ RCPT: '550 nobody' }, { more: { json: true } });
  assert.equal(code, 'ALERT_FAILED');
  const results = JSON.parse(host.outs.join('')) as readonly Record<string, unknown>[];
  assert.deepEqual(
    results.map(({ name, told, outcome, said }) => [name, told, outcome, said]),
    [
      ['mail', false, 'never', 'c@d: 550 nobody'],
      ['chat', false, 'later', 'connection refused'],
    ],
  );
});

test('alert test: what makes no sense', async () => {
  assert.equal((await tried({}, { name: 'chatt' })).code, 'USAGE');
  assert.equal((await tried({}, { more: { as: 'lb9' } })).code, 'USAGE');
  assert.equal((await tried({}, { alerts: '' })).code, 'CONFIG_INVALID');
});
