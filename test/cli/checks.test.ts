import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checksTest } from '../../src/cli/commands/checks.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { systemExec } from '../../src/system/exec.ts';
import { identities, pair } from '../config/example-file.ts';
import { fakeHost } from '../fakes/cli-host.ts';

function files(
  t: TestContext,
  ...checks: readonly string[]
): { config: string; identity: string; role: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-checks-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string): string => join(folder, name);
  const lines = checks.map((check) => `      ${check.replace('ROLE', file('role'))}\n`);
  writeFileSync(file('sealbeat.yaml'), `${pair}${lines.length > 0 ? '    checks:\n' : ''}${lines.join('')}`);
  writeFileSync(file('identity'), formatKeyFile([identities.lb1]), { mode: 0o600 });
  return { config: file('sealbeat.yaml'), identity: file('identity'), role: file('role') };
}

const refusal = async (asked: Promise<void>): Promise<string> =>
  await asked.then(
    () => 'nothing',
    (error: unknown) =>
      error instanceof OperatorError ? `${error.code} ${error.message}; ${error.hint}` : String(error),
  );

test('checks test: asks each once and says what it said', async (t) => {
  const { role, ...options } = files(
    t,
    'role: { file: ROLE, is: master }',
    'slow: { command: [/bin/sleep, "60"], timeout: 50ms }',
    'sh: { command: [/bin/sh, -c, "echo all is well"] }',
    'theirs: { process: x, nodes: [lb2] }',
  );
  writeFileSync(role, 'backup');
  const host = { ...fakeHost(), exec: systemExec };
  assert.equal(
    await refusal(checksTest(host, 'web', undefined, options)),
    'HOST_UNFIT role, slow: not good on this host now; what each said stands above; a command can be run by hand as it stands in the config',
  );
  assert.deepEqual(
    host.outs.map((line) => line.replace(/\(.* m?s\)$/, '(TIME)').replace(role, 'ROLE')),
    [
      'role  BAD      file ROLE: is "backup", not "master" (TIME)',
      'sh    good     command /bin/sh -c echo all is well: all is well (TIME)',
      'slow  SLOW     command /bin/sleep 60: no answer in 0.05 s (TIME)',
    ],
  );
  assert.equal(await refusal(checksTest(host, 'web', 'sh', { ...options, json: true })), 'nothing');
  const [row] = JSON.parse(host.outs.at(-1)!) as [{ tookMs: number }];
  assert.deepEqual(
    { ...row, tookMs: 0 },
    {
      ...{ name: 'sh', kind: 'command', subject: '/bin/sh -c echo all is well', said: 'good' },
      ...{ output: 'all is well', tookMs: 0 },
    },
  );
});

test('checks test: names what there is instead', async (t) => {
  const { config, identity } = files(t, 'haproxy: { process: haproxy }');
  const ask = (group: string, name?: string) =>
    refusal(checksTest(fakeHost(), group, name, { config, identity }));
  assert.equal(await ask('wb'), `USAGE ${config} has no group "wb"; did you mean web?`);
  assert.equal(
    await ask('web', 'haprox'),
    'USAGE lb1 asks no check of web that is called "haprox"; did you mean haproxy?',
  );
  const none = files(t);
  assert.match(
    await refusal(checksTest(fakeHost(), 'web', undefined, none)),
    /^USAGE web has no checks that lb1 asks; write them under groups\.web\.checks/,
  );
});
