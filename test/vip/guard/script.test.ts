import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemExec } from '../../../src/system/exec.ts';
import { runEach } from '../../../src/vip/guard/run-each.ts';
import { guardScript } from '../../../src/vip/guard/script.ts';
import { needs } from '../lab.ts';

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
