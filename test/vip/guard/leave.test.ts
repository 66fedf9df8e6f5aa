// Goal: what is left stays when the process ends, goes when its time has come, and not at all once another process holds it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECOND_MS } from '../../../src/core/units.ts';
import { until, watchFor } from '../../lab/wait.ts';
import { standIn, tempFolder } from '../lab.ts';
import { assertBetween, newGuard } from './new-guard.ts';
import { inEachShell, type Shell, together } from './shells.ts';

/** Of two processes of which the second comes after the first, on one host. */
function twoGuards(shell: Shell = ['sh']) {
  const notes = join(tempFolder(), 'state');
  const first = newGuard({ shell, silence: true, notes });
  const second = newGuard({ shell, silence: true, notes });
  return { notes, first, second };
}

together('guard, leave', () => {
  inEachShell('guard, leave: it stays, and goes when its time has come', async (shell) => {
    const { notes, first } = twoGuards(shell);
    await first.watchman.hold(['a $(left) `line`', '/*'], 30);
    await first.watchman.hold(['held'], 60);
    const begun = Date.now();
    await first.watchman.leave(['a $(left) `line`', '/*'], 2);
    const left = Date.now();
    await first.watchman.close();
    assert.deepEqual(first.takenDown(), ['held']);
    first.forgetRuns();

    await until('the run', 20_000, () => first.takenDown() !== undefined);
    assertBetween(first.ranAtMs() - begun, 2 * SECOND_MS, Infinity);
    assertBetween(first.ranAtMs() - left, 0, 3 * SECOND_MS);
    assert.deepEqual(first.takenDown(), ['a $(left) `line`', '/*']);
    assert.deepEqual(first.fired, []);
    await until('its notes to be gone', 5_000, () => readdirSync(notes).length === 0);
  });

  inEachShell('guard, leave: whoever holds the same lines has them, and no others', async (shell) => {
    const { notes, first, second } = twoGuards(shell);
    await first.watchman.hold(['a', 'b', 'c'], 30);
    await first.watchman.leave(['a', 'b', 'c'], 6);
    await first.watchman.close();
    await second.watchman.hold(['b', 'd'], 60);
    await until('the run', 20_000, () => first.takenDown() !== undefined);
    assert.deepEqual(first.takenDown(), ['a', 'c']);
    await until('the notes to be gone', 5_000, () => readdirSync(notes).length === 0);
    await second.watchman.renew(['b'], 60);
    await second.watchman.close();
    assert.deepEqual(second.takenDown(), ['b', 'd']);
  });

  inEachShell('guard, leave: a guard of which all is taken over ends', async (shell) => {
    const { notes, first, second } = twoGuards(shell);
    await first.watchman.hold(['a', 'b'], 30);
    await first.watchman.leave(['a', 'b'], 60);
    await first.watchman.close();
    await second.watchman.hold(['a'], 60);
    await second.watchman.hold(['b'], 60);
    await until('its notes to be gone', 5_000, () => readdirSync(notes).length === 0);
    assert.equal(first.takenDown(), undefined);
  });

  inEachShell('guard, leave: if its notes are lost it runs all of it', async (shell) => {
    const { notes, first } = twoGuards(shell);
    await first.watchman.hold(['a', 'b'], 30);
    await first.watchman.leave(['a', 'b'], 1);
    await first.watchman.close();
    rmSync(notes, { recursive: true });
    await until('the run', 20_000, () => first.takenDown() !== undefined);
    assert.deepEqual(first.takenDown(), ['a', 'b']);
  });

  test('guard, leave: whoever comes too late waits until it has been run', { timeout: 30_000 }, async () => {
    const folder = tempFolder();
    const notes = join(folder, 'state');
    const go = join(folder, 'go');
    const done = join(folder, 'done');
    const slowly = `cat > /dev/null; until [ -e ${go} ]; do sleep 0.01; done; echo > ${done}`;
    const first = newGuard({ silence: true, notes, takeDown: [standIn(folder, 'slowly', slowly)] });
    const second = newGuard({ silence: true, notes });
    await first.watchman.hold(['a'], 30);
    await first.watchman.leave(['a'], 1);
    await first.watchman.close();
    const [left] = readdirSync(notes);
    await until('it to begin', 5_000, () => existsSync(join(notes, left ?? '', 'firing')));
    const held = second.watchman.hold(['a'], 60).then(() => existsSync(done));
    await watchFor(200);
    writeFileSync(go, '');
    assert.equal(await held, true);
  });

  test('guard, leave: a second restart is not disturbed by the first', { timeout: 30_000 }, async () => {
    const { notes, first, second } = twoGuards();
    const third = newGuard({ silence: true, notes });
    await first.watchman.hold(['a'], 60);
    await first.watchman.leave(['a'], 2);
    await first.watchman.close();
    await second.watchman.hold(['a'], 60);
    await second.watchman.leave(['a'], 60);
    await second.watchman.close();
    await watchFor(3 * SECOND_MS);
    assert.equal(first.takenDown(), undefined);
    await third.watchman.hold(['a'], 60);
    await until('the notes to be gone', 5_000, () => readdirSync(notes).length === 0);
    assert.equal(second.takenDown(), undefined);
  });

  test('guard, leave: what cannot be left is still held', { timeout: 30_000 }, async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    for (const notes of [undefined, join(file, 'state')]) {
      const { watchman, takenDown } = newGuard({ silence: true, ...(notes === undefined ? {} : { notes }) });
      await watchman.hold(['a'], 60);
      await assert.rejects(watchman.leave(['a'], 2), { name: 'OperatorError', code: 'VIP_FAILED' });
      await watchman.renew(['a'], 60);
      await watchman.close();
      assert.deepEqual(takenDown(), ['a']);
    }
    const { first } = twoGuards();
    await assert.rejects(first.watchman.leave(['a'], 2), { code: 'VIP_FAILED' });
    await first.watchman.hold(['a'], 60);
    await assert.rejects(first.watchman.leave(['a'], 0), { code: 'VIP_FAILED' });
  });

  test('guard, leave: it may be held again by the process that left it', { timeout: 30_000 }, async () => {
    const { notes, first } = twoGuards();
    await first.watchman.hold(['a'], 60);
    await first.watchman.leave(['a'], 1);
    await assert.rejects(first.watchman.renew(['a'], 60), { code: 'VIP_FAILED' });
    await first.watchman.hold(['a'], 60);
    await until('the notes to be gone', 5_000, () => readdirSync(notes).length === 0);
    assert.equal(first.takenDown(), undefined);
  });

  test('guard, leave: notes of guards that are long gone are cleared away', { timeout: 30_000 }, async () => {
    const notes = join(tempFolder(), 'state');
    const [old, recent] = [join(notes, 'left-old'), join(notes, 'left-new')];
    for (const folder of [old, recent]) mkdirSync(folder, { recursive: true });
    utimesSync(old, 0, 0);
    writeFileSync(join(notes, 'restart.json'), '{}');
    await newGuard({ silence: true, notes }).watchman.hold(['a'], 60);
    assert.deepEqual(readdirSync(notes).toSorted(), ['left-new', 'restart.json']);
  });
});
