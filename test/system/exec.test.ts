import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemExec } from '../../src/system/exec.ts';
import { until } from '../lab/wait.ts';

const run = (script: string, limit: { timeoutMs: number; stdin?: string } = { timeoutMs: 10_000 }) =>
  systemExec.run('sh', ['-c', script], limit);

test('exec: exit code and both streams', async () => {
  assert.deepEqual(await run('echo out; echo err >&2; exit 3'), {
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
    timedOut: false,
    missing: false,
  });
});

test('exec: arguments are not read by a shell', async () => {
  const { stdout } = await systemExec.run('printf', ['%s|', '$HOME', 'a b', '*', ''], { timeoutMs: 10_000 });
  assert.equal(stdout, '$HOME|a b|*||');
});

test('exec: messages are in the language that we know', async () => {
  assert.equal((await run('echo $LC_ALL')).stdout, 'C\n');
});

test('exec: stdin is what is given, or nothing', async () => {
  assert.equal((await run('cat', { timeoutMs: 10_000, stdin: 'line\n' })).stdout, 'line\n');
  assert.equal((await run('cat')).stdout, '');
});

test('exec: a program that reads nothing of a large input is no error', async () => {
  assert.equal((await run('exit 0', { timeoutMs: 10_000, stdin: 'x'.repeat(4 * 1024 * 1024) })).exitCode, 0);
});

test('exec: a program that is not installed', async () => {
  const ran = await systemExec.run('/nonexistent/program', [], { timeoutMs: 10_000 });
  assert.deepEqual([ran.missing, ran.exitCode, ran.timedOut], [true, -1, false]);
});

test('exec: a program that may not be run is not missing, and says why', async () => {
  const ran = await systemExec.run('/dev/null', [], { timeoutMs: 10_000 });
  assert.deepEqual([ran.missing, ran.exitCode], [false, -1]);
  assert.match(ran.stderr, /EACCES/);
});

test('exec: one that hangs is ended, whatever signals it ignores and whoever holds its output', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sbv-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = `trap '' TERM INT; echo begun; sleep 5 & echo $! > ${folder}/pid; while :; do wait; done`;
  const ran = await run(script, { timeoutMs: 300 });
  assert.deepEqual([ran.timedOut, ran.exitCode, ran.stdout], [true, -1, 'begun\n']);
  assert.ok(existsSync(join(folder, 'pid')));
});

test('exec: one that is ended by a signal has no exit code', async () => {
  const ran = await run('kill -9 $$');
  assert.deepEqual([ran.exitCode, ran.timedOut], [-1, false]);
});

test('exec: of endless output the end is kept', async () => {
  const { stdout } = await run('head -c 8000000 /dev/zero | tr "\\0" x; echo end');
  assert.equal(stdout.length, 1024 * 1024);
  assert.ok(stdout.endsWith('xend\n'));
});

const withOffspring = (script: string, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  systemExec.run('sh', ['-c', script], { timeoutMs: 10_000, withOffspring: true, ...more });

const isAlive = (pid: number): boolean => {
  try {
    // A zombie that nobody has collected yet is as good as gone.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('exec: at the time limit all that a script has started is ended', async (t) => {
  if (process.platform !== 'linux') return t.skip('reads /proc');
  const ran = await withOffspring('sleep 60 & echo $!; sleep 60', { timeoutMs: 300 });
  assert.deepEqual([ran.timedOut, ran.exitCode], [true, -1]);
  const pid = Number(ran.stdout);
  assert.ok(pid > 0);
  await until('its child to be gone', 5_000, () => !isAlive(pid));
});

test('exec: one that is no longer wanted is ended with all that it has started', async (t) => {
  if (process.platform !== 'linux') return t.skip('reads /proc');
  const folder = mkdtempSync(join(tmpdir(), 'sbv-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const wish = new AbortController();
  const running = withOffspring(
    `sleep 60 & echo $! > ${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; wait`,
    {
      signal: wish.signal,
    },
  );
  await until('its child to be there', 5_000, () => existsSync(join(folder, 'pid')));
  wish.abort();
  const ran = await running;
  assert.deepEqual([ran.timedOut, ran.exitCode], [false, -1]);
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await until('its child to be gone', 5_000, () => !isAlive(pid));
});

test('exec: what a script leaves in the background is not waited for, and may go on writing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sbv-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const later = `(while [ ! -e ${folder}/go ]; do sleep 0.02; done; echo late && echo late >&2 && : > ${folder}/alive)`;
  const ran = await withOffspring(`${later} & echo done; exit 3`);
  assert.deepEqual([ran.exitCode, ran.stdout, ran.timedOut], [3, 'done\n', false]);
  writeFileSync(join(folder, 'go'), '');
  await until('it to have written', 5_000, () => existsSync(join(folder, 'alive')));
});
