import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Ran } from '../../../src/core/ports.ts';
import { runAll, runCommand, shownAs, type Command } from '../../../src/vip/carp/command.ts';
import { readPassword } from '../../../src/vip/carp/password.ts';
import { toldExec } from '../../fakes/told-exec.ts';
import { tempFolder } from '../lab.ts';

const folder = tempFolder();
const fileWith = (text: string, mode = 0o600): string => {
  const path = join(folder, 'password');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

test('carp password: one line, with or without its end', async () => {
  for (const text of ['s3cret', 's3cret\n', 's3cret\r\n'])
    assert.deepEqual(await readPassword(fileWith(text)), { secret: 's3cret' });
  assert.deepEqual(await readPassword(fileWith('two words')), { secret: 'two words' });
  assert.equal(await readPassword(''), undefined);
});

const refused: readonly [name: string, text: string, mode: number, code: string, why: RegExp][] = [
  ['others may read it', 'hush', 0o640, 'IDENTITY_UNSAFE', /mode 0640\)$/],
  ['all may read it', 'hush', 0o604, 'IDENTITY_UNSAFE', /mode 0604\)$/],
  ['it is empty', '\n', 0o600, 'CONFIG_INVALID', /is empty$/],
  ['it has two lines', 'hush\nhush\n', 0o600, 'CONFIG_INVALID', /more than one line$/],
  ['it has letters of one keyboard', 'hüsh', 0o600, 'CONFIG_INVALID', /not on every keyboard$/],
  [
    'CARP would cut it',
    'hushhushhushhushhush',
    0o600,
    'CONFIG_INVALID',
    /has 20 characters, of which CARP uses 19$/,
  ],
  ['it is no password', 'hush '.repeat(1_000), 0o600, 'CONFIG_UNREADABLE', /too long$/],
];
for (const [name, text, mode, code, why] of refused) {
  test(`carp password: refused when ${name}`, async () => {
    const path = fileWith(text, mode);
    await assert.rejects(readPassword(path), (problem: Error & { code?: string; hint?: string }) => {
      assert.equal(problem.code, code);
      assert.match(problem.message, why);
      assert.doesNotMatch(`${problem.message} ${problem.hint}`, /hush|hüsh/);
      if (code === 'IDENTITY_UNSAFE') assert.equal(problem.hint, `chmod 0600 ${path}`);
      return true;
    });
  });
}

test('carp password: the longest that CARP does not cut', async () => {
  assert.deepEqual(await readPassword(fileWith('x'.repeat(19))), { secret: 'x'.repeat(19) });
});

test('carp password: no file, and a folder', async () => {
  mkdirSync(join(folder, 'd'), { recursive: true });
  for (const path of [join(folder, 'nosuch'), join(folder, 'd')])
    await assert.rejects(readPassword(path), { code: 'CONFIG_UNREADABLE', hint: /password_file/ });
});

const command: Command = ['ifconfig', 'carp0', 'vhid', '1', 'pass', { secret: 's3cret' }];

test('carp password: a command gets it, and nobody is shown it', async () => {
  assert.equal(shownAs(command), 'ifconfig carp0 vhid 1 pass ****');
  const exec = toldExec({ exitCode: 1, stderr: 'ifconfig: s3cret: bad value\n' });
  const problem = await runAll(exec, [command]);
  assert.deepEqual(exec.calls[0]?.command, ['ifconfig', 'carp0', 'vhid', '1', 'pass', 's3cret']);
  assert.equal(problem?.message, 'ifconfig carp0 vhid 1 pass ****: ****: bad value');
});

const ends: readonly [Partial<Ran>, string][] = [
  [{ exitCode: -1, missing: true }, 'TOOL_MISSING'],
  [{ exitCode: -1, timedOut: true }, 'TOOL_TIMEOUT'],
];
for (const [end, code] of ends) {
  test(`carp password: not in ${code} either`, async () => {
    await assert.rejects(runCommand(toldExec(end), command), (problem: Error & { code?: string }) => {
      assert.equal(problem.code, code);
      assert.doesNotMatch(problem.message, /s3cret/);
      return true;
    });
  });
}
