import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from '../fakes/cli-host.ts';

async function run(...argv: readonly string[]) {
  const host = fakeHost();
  const exitCode = await main(argv, host);
  return { exitCode, outs: host.outs, errs: host.errs };
}

test('main: the version, for people and for programs', async () => {
  const plain = await run('--version');
  assert.equal(plain.exitCode, 0);
  assert.match(plain.outs.join('\n'), /^sealbeat \S+ \(\S+\)$/);
  const json = await run('--version', '--json');
  assert.deepEqual(Object.keys(JSON.parse(json.outs.join('\n')) as object), [
    'version',
    'commit',
    'wire',
    'node',
    'platform',
    'arch',
  ]);
  assert.equal((await run('-V')).exitCode, 0);
});

const usage: readonly { argv: readonly string[]; errs: readonly (string | RegExp)[] }[] = [
  {
    argv: ['chek'],
    errs: ["sealbeat: error: unknown command 'chek'", 'sealbeat: hint: did you mean check?'],
  },
  {
    argv: ['frobnicate'],
    errs: [
      "sealbeat: error: unknown command 'frobnicate'",
      /^sealbeat: hint: sealbeat --help lists the commands/,
    ],
  },
  {
    argv: ['key', 'shwo'],
    errs: ["sealbeat: error: unknown command 'shwo'", 'sealbeat: hint: did you mean show?'],
  },
  {
    argv: ['check', '--pln'],
    errs: ["sealbeat: error: unknown option '--pln'", 'sealbeat: hint: did you mean --plan?'],
  },
  { argv: ['check', 'sealbeat.yaml'], errs: [/^sealbeat: error: too many arguments/, /^sealbeat: hint: /] },
  {
    argv: ['key', 'trust', 'lb1'],
    errs: ["sealbeat: error: missing required argument 'line'", /^sealbeat: hint: /],
  },
  {
    argv: ['--version', '--yaml'],
    errs: ['sealbeat: error: unexpected argument --yaml', /^sealbeat: hint: /],
  },
];
for (const { argv, errs } of usage) {
  test(`main: sealbeat ${argv.join(' ')} is a mistake in usage`, async () => {
    const ran = await run(...argv);
    assert.equal(ran.exitCode, 2);
    assert.deepEqual(ran.outs, [], 'nothing on standard output');
    assert.equal(ran.errs.length, errs.length, ran.errs.join('\n'));
    for (const [index, expected] of errs.entries()) {
      if (typeof expected === 'string') assert.equal(ran.errs[index], expected);
      else assert.match(ran.errs[index] ?? '', expected);
    }
  });
}

test('main: without a command the help goes to standard error', async () => {
  const ran = await run();
  assert.equal(ran.exitCode, 2);
  assert.deepEqual(ran.outs, []);
  assert.match(ran.errs.join('\n'), /^Usage: sealbeat /);
});

test('main: the help command is help, not a mistake', async () => {
  const ran = await run('help', 'keygen');
  assert.equal(ran.exitCode, 0);
  assert.match(ran.outs.join('\n'), /^Usage: sealbeat keygen /);
});

test('main: from source it runs as a program, with its exit code and no word too many', () => {
  const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const ran = spawnSync(process.execPath, [program, 'chek'], { encoding: 'utf8' });
  assert.deepEqual([ran.status, ran.stdout], [2, '']);
  assert.match(
    ran.stderr,
    /^sealbeat: error: unknown command 'chek'\nsealbeat: hint: did you mean check\?\n$/,
  );
});
