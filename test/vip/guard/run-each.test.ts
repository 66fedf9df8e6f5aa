// Goal: a command's words arrive as they are, whatever is in them, and no command keeps the others from being run.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemExec } from '../../../src/system/exec.ts';
import { commandLine, runEach } from '../../../src/vip/guard/run-each.ts';
import { standIn, tempFolder } from '../lab.ts';
import { inEachShell, type Shell, together } from './shells.ts';

async function run(shell: Shell, commands: readonly (readonly string[])[]): Promise<void> {
  const [file, ...args] = [...shell, ...runEach.slice(1)] as [string, ...string[]];
  const stdin = commands.map((words) => `${commandLine(words)}\n`).join('');
  const { stdout, timedOut } = await systemExec.run(file, args, { timeoutMs: 30_000, stdin });
  assert.deepEqual([timedOut, stdout], [false, '']);
}

const ODD_WORDS = [
  '',
  ' ',
  ' two  spaces ',
  '\t',
  `'`,
  `"`,
  `it's "quoted"`,
  '$HOME ${HOME} $(touch made) `touch made` $((1 + 1))',
  '*',
  '/*',
  '?',
  '[a-z]',
  '{a,b}',
  '~',
  '~root',
  '\\',
  '\\n\\0\\',
  '!!',
  '#',
  ';touch made',
  '&',
  '|',
  '<(true)',
  '-n',
  '--',
  'A=b',
  '%s%%',
  'fe80::1%eth0',
  'ünïcödé 東京 🜁',
  '\r',
  '\x1e\x7f',
  '',
];

together('run each', () => {
  inEachShell('run each: words are never looked into', async (shell) => {
    const folder = tempFolder();
    // What it got, one word after the other, each ended by NUL.
    const show = standIn(folder, 'show it', `cd "${folder}"; printf '%s\\0' "$@" > got.$$; mv got.$$ got`);
    await run(shell, [[show, ...ODD_WORDS]]);
    assert.deepEqual(readFileSync(join(folder, 'got'), 'utf8').split('\0').slice(0, -1), ODD_WORDS);
    assert.deepEqual(readdirSync(folder).toSorted(), ['got', 'show it']);
  });

  inEachShell('run each: commands that hang or fail keep no other waiting for long', async (shell) => {
    const folder = tempFolder();
    const done = join(folder, 'done');
    mkdirSync(done);
    const hang = standIn(folder, 'hang', 'exec sleep 20');
    const note = standIn(folder, 'note', `echo > "${done}/$1"`);
    const begun = performance.now();
    await run(shell, [
      [hang],
      ['/nonexistent/program'],
      ['false'],
      ...Array.from({ length: 30 }, (_, i) => [note, String(i)]),
      [hang],
      [note, '30'],
    ]);
    assert.equal(readdirSync(done).length, 31);
    assert.ok(performance.now() - begun < 10_000);
  });

  inEachShell('run each: not too many at once', async (shell) => {
    const folder = tempFolder();
    const running = join(folder, 'running');
    const counts = join(folder, 'counts');
    mkdirSync(running);
    mkdirSync(counts);
    const script = `mkdir "${running}/$1"; sleep 0.05; set -- "$1" "${running}"/*; echo > "${counts}/$1.$#"; rmdir "${running}/$1"`;
    const one = standIn(folder, 'one', script);
    await run(
      shell,
      Array.from({ length: 40 }, (_, i) => [one, String(i)]),
    );
    const atOnce = readdirSync(counts).map((name) => Number(name.split('.')[1]) - 1);
    assert.equal(atOnce.length, 40);
    assert.ok(Math.max(...atOnce) <= 16 && Math.max(...atOnce) > 1, atOnce.join(' '));
  });

  test('run each: what a line cannot carry is refused', () => {
    for (const words of [[], [''], ['a\nb'], ['a', '\n'], ['a', 'b\x1fc'], ['a', 'b\0c']])
      assert.throws(() => commandLine(words), Error);
    assert.equal(commandLine(['ifconfig', 'em0', '']), 'ifconfig\x1fem0\x1f\x1f');
  });
});
