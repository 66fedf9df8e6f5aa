import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Ran } from '../../../src/core/ports.ts';
import { systemExec } from '../../../src/system/exec.ts';
import { reportsOf } from '../../../src/vip/program/report.ts';
import { endText, isDone, programFailed, runProgram } from '../../../src/vip/program/run.ts';
import { toldExec } from '../../fakes/told-exec.ts';

const call = { words: ['/bin/vip-up', 'eth0', '10.0.0.42'], env: { A: 'b' } };
const gone = AbortSignal.abort();
const going = new AbortController().signal;

// How it ended, and what is said about it.
const rows: readonly (readonly [
  name: string,
  end: Partial<Ran>,
  signal: AbortSignal,
  code: string,
  text: string,
])[] = [
  ['exit code', { exitCode: 3, stderr: 'first\nno route\n' }, going, 'VIP_FAILED', 'exit code 3: no route'],
  ['no words', { exitCode: 3 }, going, 'VIP_FAILED', 'exit code 3'],
  [
    'time limit',
    { exitCode: -1, timedOut: true, stdout: 'waiting\n' },
    going,
    'TOOL_TIMEOUT',
    'ended after 10 s, because it had not ended by itself: waiting',
  ],
  [
    'missing',
    { exitCode: -1, missing: true },
    going,
    'TOOL_MISSING',
    'it is not there, or the interpreter that its first line names is not',
  ],
  [
    'not executable',
    { exitCode: -1, stderr: 'spawn /bin/vip-up EACCES' },
    going,
    'VIP_DENIED',
    'this user may not run it',
  ],
  ['a signal', { exitCode: -1 }, going, 'VIP_FAILED', 'it could not be started, or a signal ended it'],
  ['superseded', { exitCode: -1 }, gone, 'VIP_FAILED', 'ended, because something else is wanted now'],
];
for (const [name, end, signal, code, text] of rows) {
  test(`program: ${name}`, async () => {
    const ended = await runProgram(toldExec(end), call, { timeoutMs: 10_000, signal });
    assert.ok(!isDone(ended));
    const error = programFailed(ended);
    assert.equal(error.message, `/bin/vip-up eth0 10.0.0.42: ${text}`);
    assert.equal(error.code, code);
    assert.notEqual(error.hint, '');
  });
}

test('program: one that ended just before it was superseded has ended', async () => {
  const ended = await runProgram(toldExec({ exitCode: 0 }), call, { timeoutMs: 10_000, signal: gone });
  assert.ok(isDone(ended));
  assert.equal(endText(ended), 'exit code 0');
});

test('program: a real file that nobody may run', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'sealbeat-run-')), 'vip-up');
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
  const limits = { timeoutMs: 10_000, signal: going };
  const { how } = await runProgram(systemExec, { words: [file], env: {} }, limits);
  rmSync(dirname(file), { recursive: true });
  assert.equal(how, 'denied');
});

test('program: gets its arguments and its environment', async () => {
  const words = ['/bin/sh', '-c', 'echo "$A|$1|$2"', 'sh', 'a b', ''];
  const { stdout } = await runProgram(
    systemExec,
    { words, env: { A: 'x y' } },
    { timeoutMs: 10_000, signal: going },
  );
  assert.equal(stdout, 'x y|a b|\n');
});

test('reports: all that went well in one, each failure in its own', async () => {
  const ends = await Promise.all(
    [0, 0, 3, 0, 0, 0].map((exitCode, index) =>
      runProgram(
        toldExec({ exitCode, stdout: `line of ${index}\n` }),
        { words: ['/up', `10.0.0.${index}`], env: {} },
        { timeoutMs: 10_000, signal: going },
      ),
    ),
  );
  assert.deepEqual(reportsOf('up', ends), [
    {
      failed: false,
      text: 'up: /up 10.0.0.0; /up 10.0.0.1; /up 10.0.0.3; /up 10.0.0.4; and 1 more: exit code 0',
      cause: 'line of 1 | line of 3 | line of 4 | line of 5',
    },
    { failed: true, text: 'up: /up 10.0.0.2: exit code 3', cause: 'line of 2' },
  ]);
  assert.deepEqual(reportsOf('up', []), []);
});
