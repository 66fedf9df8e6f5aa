import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemExec } from '../../../src/system/exec.ts';
import { runEach } from '../../../src/vip/guard/run-each.ts';
import { guardScript } from '../../../src/vip/guard/script.ts';
import { until } from '../../lab/wait.ts';
import { needs, tempFolder } from '../lab.ts';
import { inEachShell } from './shells.ts';

for (const [name, script] of [
  ['the guard', guardScript],
  ['run each', runEach[2] ?? ''],
] as const) {
  test(`script of ${name}: nothing that only some shells understand`, { timeout: 30_000 }, async (t) => {
    if (!needs(t, ['shellcheck'], { root: false })) return;
    const limit = { timeoutMs: 20_000, stdin: script };
    const { stdout, exitCode } = await systemExec.run('shellcheck', ['-s', 'sh', '-'], limit);
    assert.deepEqual([stdout, exitCode], ['', 0]);
  });
}

inEachShell('script of the guard: words that come too late or not whole change nothing', async (shell) => {
  const path = join(tempFolder(), 'runs');
  const [file, ...args] = shell;
  const said: string[] = [];
  let ended = false;
  const child = systemSpawn.start(
    file,
    [...args, '-c', guardScript, 'sealbeat-guard', 'sh', '-c', 'cat >> "$1"; echo . >> "$1"', 'sh', path],
    { onStdout: (line) => said.push(line), onEnd: () => (ended = true) },
  );
  after(() => child.kill());
  await child.write('+a\n+b\n=1 1\n+c\n=2 0\n?1\n');
  await until('its lease to end', 20_000, () => said.includes('!1'));
  // The lease has ended: neither a renewal nor fewer lines bring the bundle back.
  await child.write('r1 1\n?2\n+a\n-1 1\n?3\n');
  await until('the answers', 5_000, () => said.includes('3'));
  // Long enough for what would have been renewed to end once more.
  await child.write('+g\n=4 2\n');
  await until('another lease to end', 20_000, () => said.includes('!4'));
  // It says so when it begins; what is run for one bundle may still be under way when another's turn comes.
  await until('what is run for it', 20_000, () => readFileSync(path, 'utf8').endsWith('g\n.\n'));
  // The other has none; the last words are cut off.
  await child.write('f4\n+d\n+e\n=3 60\nx3\nr2 60\n+f\n=');
  child.endInput();
  await until('its end', 5_000, () => ended);
  assert.deepEqual(said, ['1', '!1', '2', '3', '!4']);
  assert.equal(readFileSync(path, 'utf8'), 'a\nb\n.\ng\n.\nc\n.\nc\n.\n');
});
