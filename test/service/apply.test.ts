import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { removeFiles, writeFiles } from '../../src/service/apply.ts';
import { planFor } from '../../src/service/for-host.ts';
import { runSteps } from '../../src/service/steps.ts';
import type { OperatorError } from '../../src/core/errors.ts';
import type { Exec } from '../../src/core/ports.ts';
import { PROGRAMS, wantedFor } from './wanted.ts';

const files = planFor('systemd', wantedFor('systemd', PROGRAMS.binary)).files;
const newer = planFor('systemd', wantedFor('systemd', PROGRAMS.script)).files;

function rootOf(t: TestContext): {
  root: string;
  unit: string;
  how: { root: string; dryRun: false; force: false };
} {
  const root = mkdtempSync(join(tmpdir(), 'sealbeat-service-'));
  t.after(() => rmSync(root, { recursive: true }));
  return { root, unit: join(root, files[0]!.path), how: { root, dryRun: false, force: false } };
}
const outcomes = (reports: readonly { outcome: string }[]) => reports.map(({ outcome }) => outcome);

test('apply: written, unchanged, updated, removed', async (t) => {
  const { unit, how } = rootOf(t);
  assert.deepEqual(outcomes(await writeFiles(files, how)), ['written', 'written', 'written']);
  assert.equal(statSync(unit).mode & 0o777, 0o644);
  assert.deepEqual(outcomes(await writeFiles(files, how)), ['unchanged', 'unchanged', 'unchanged']);
  assert.deepEqual(outcomes(await writeFiles(newer, how)), ['updated', 'unchanged', 'unchanged']);
  assert.deepEqual(outcomes(await removeFiles(files, how)), ['removed', 'removed', 'removed']);
  assert.deepEqual(outcomes(await removeFiles(files, how)), ['absent', 'absent', 'absent']);
});

test('apply: what was changed by hand is refused before anything is written', async (t) => {
  const { unit, how, root } = rootOf(t);
  await writeFiles(files, how);
  appendFileSync(unit, 'Nice=0\n');
  rmSync(join(root, files[1]!.path));
  await assert.rejects(writeFiles(newer, how), { code: 'FILE_EXISTS' });
  assert.ok(!existsSync(join(root, files[1]!.path)));
  assert.deepEqual(outcomes(await removeFiles(files, how)), ['kept', 'absent', 'removed']);
  assert.deepEqual(outcomes(await writeFiles(newer, { ...how, force: true })), [
    'replaced',
    'written',
    'written',
  ]);
  assert.match(readFileSync(`${unit}.old`, 'utf8'), /Nice=0\n$/);
});

test('apply: a file of somebody else is never removed, and a dry run writes nothing', async (t) => {
  const { unit, how } = rootOf(t);
  await writeFiles(files, { ...how, dryRun: true });
  assert.ok(!existsSync(unit));
  await writeFiles(files, how);
  writeFileSync(unit, '[Unit]\n');
  await removeFiles(files, { ...how, force: true });
  assert.equal(readFileSync(unit, 'utf8'), '[Unit]\n');
});

test('steps: the second way is taken, and what may fail does not stop', async () => {
  const ran: string[] = [];
  const exec: Exec = {
    run(file) {
      ran.push(file);
      const ok = file !== 'bad';
      return Promise.resolve({
        exitCode: ok ? 0 : 1,
        stdout: '',
        stderr: 'no',
        timedOut: false,
        missing: false,
      });
    },
  };
  const how = { exec, dryRun: false, say: () => undefined };
  await runSteps(
    [
      { words: ['bad'], otherwise: ['good'] },
      { words: ['bad'], mayFail: true },
    ],
    how,
  );
  assert.deepEqual(ran, ['bad', 'good', 'bad']);
  await assert.rejects(runSteps([{ words: ['bad', 'x'] }], how), /bad x: exit code 1: no/);
});

test('apply: where being root would not help, nobody is told to be', async (t) => {
  const { root, how } = rootOf(t);
  writeFileSync(join(root, 'etc'), 'a file where a directory belongs\n');
  await assert.rejects(writeFiles(files, how), (error: OperatorError) => {
    assert.equal(error.code, 'FILE_UNWRITABLE');
    assert.doesNotMatch(error.hint, /run it as root/);
    assert.match(error.hint, /another --root/);
    return true;
  });
});
