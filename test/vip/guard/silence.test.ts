// Goal: with `silence` a guard stands for a lease: what is not renewed is run after it, and within a second more.
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECOND_MS } from '../../../src/core/units.ts';
import { runTool } from '../../lab/host-tool.ts';
import { until, watchFor } from '../../lab/wait.ts';
import { needs, standIn, tempFolder } from '../lab.ts';
import { assertBetween, newGuard } from './new-guard.ts';
import { inEachShell, together } from './shells.ts';

const LEASE = 2;
const LATEST_MS = (LEASE + 1) * SECOND_MS;

together('guard, silence', () => {
  inEachShell('guard, silence: runs what is not renewed, once', async (shell, t) => {
    const { watchman, takenDown, ranAtMs, forgetRuns, fired } = newGuard({ shell, silence: true });
    await watchman.hold(['a', 'b \\n "quoted" $(line) `with` *'], LEASE);
    await watchman.hold(['stays'], 0);
    const begun = Date.now();
    let asked = begun;
    let answered = begun;
    while (answered < begun + LATEST_MS) {
      asked = Date.now();
      await watchman.renew(['a', 'b \\n "quoted" $(line) `with` *'], LEASE);
      answered = Date.now();
      await watchFor(250);
    }
    assert.equal(takenDown(), undefined, 'longer than a lease, but renewed');

    await until('the run', 20_000, () => takenDown() !== undefined);
    assertBetween(ranAtMs() - asked, LEASE * SECOND_MS, Infinity);
    assertBetween(ranAtMs() - answered, 0, LATEST_MS);
    t.diagnostic(`${(ranAtMs() - answered).toFixed(0)} ms after the last answer`);
    assert.deepEqual(takenDown(), ['a', 'b \\n "quoted" $(line) `with` *']);
    await until('the word', 5_000, () => fired.length > 0);
    assert.deepEqual(fired, [['a', 'b \\n "quoted" $(line) `with` *']]);

    forgetRuns();
    await assert.rejects(watchman.renew(['a'], LEASE), { name: 'OperatorError', code: 'VIP_FAILED' });
    await watchman.close();
    assert.deepEqual(takenDown(), ['stays'], 'what was run is no longer held');
  });

  inEachShell('guard, silence: what it ran can be held again', async (shell) => {
    const { watchman, takenDown, ranAtMs, forgetRuns, fired } = newGuard({ shell, silence: true });
    await watchman.hold(['one'], 1);
    await until('the run', 20_000, () => takenDown() !== undefined);
    forgetRuns();
    const begun = Date.now();
    await watchman.hold(['one'], 1);
    await watchman.renew(['one'], 2);
    await until('the second run', 20_000, () => takenDown() !== undefined);
    assertBetween(ranAtMs() - begun, 2 * SECOND_MS, Infinity);
    await until('the word', 5_000, () => fired.length === 2);
    forgetRuns();
    await watchman.hold(['two'], 1);
    await watchman.drop(['two']);
    await watchman.close();
    assert.equal(takenDown(), undefined);
  });

  inEachShell('guard, silence: each hold has a lease of its own', async (shell) => {
    const { watchman, takenDown, ranAtMs, fired } = newGuard({ shell, silence: true });
    await watchman.hold(['renewed'], LEASE);
    await watchman.hold(['dropped', 'forgotten'], LEASE);
    const begun = Date.now();
    await watchFor(SECOND_MS);
    // A word about some of the lines is no renewal of the rest.
    await watchman.drop(['dropped']);
    const renewals = async () => {
      await watchman.renew(['renewed'], LEASE);
      return takenDown() !== undefined;
    };
    await until('the run', 20_000, renewals);
    assertBetween(ranAtMs() - begun, LEASE * SECOND_MS, LATEST_MS);
    await watchman.renew(['renewed'], LEASE);
    assert.deepEqual(takenDown(), ['forgotten']);
    assert.deepEqual(fired, [['forgotten']]);
    await watchman.renew(['renewed'], LEASE);
    await watchman.close();
    assert.deepEqual(takenDown(), ['renewed']);
  });

  inEachShell('guard, silence: lines that hang keep no other lease waiting', async (shell) => {
    const folder = tempFolder();
    const pipe = join(folder, 'pipe');
    runTool('mkfifo', [pipe]);
    // Reads the lines, and hangs with one of them until somebody opens the pipe.
    const takeDown = standIn(
      folder,
      'take-down',
      `while read -r line; do
  case $line in hang) : < "${pipe}" ;; *) echo > "${folder}/$line" ;; esac
done`,
    );
    const { watchman, fired } = newGuard({ shell, silence: true, takeDown: [takeDown] });
    await watchman.hold(['hang'], 1);
    await watchman.hold(['other'], 2);
    await watchman.hold(['at-the-end'], 60);
    try {
      await until('the other run', 20_000, () => existsSync(join(folder, 'other')) && fired.length === 2);
      assert.deepEqual(fired, [['hang'], ['other']]);
      let isClosed = false;
      const closed = watchman.close().then(() => (isClosed = true));
      await until('the end', 2_000, () => existsSync(join(folder, 'at-the-end')));
      // Sooner than `close` gives up: what hangs does not keep the agent from ending either.
      await until('the guard to be gone', 4_000, () => isClosed);
      await closed;
    } finally {
      closeSync(openSync(pipe, 'r+'));
    }
  });

  inEachShell('guard, silence: what is held again while it is run is held after that', async (shell) => {
    const folder = tempFolder();
    const [begun, done] = [join(folder, 'begun'), join(folder, 'done')];
    const slowly = `cat > /dev/null; echo > "${begun}"; sleep 0.3; echo > "${done}"`;
    const takeDown = standIn(folder, 'slowly', slowly);
    const { watchman, problems } = newGuard({ shell, silence: true, takeDown: [takeDown] });
    await watchman.hold(['one'], 1);
    const pid = watchman.pid();
    await until('the run', 20_000, () => existsSync(begun));
    await watchman.hold(['one'], 60);
    assert.ok(existsSync(done));
    await watchman.renew(['one'], 60);
    assert.deepEqual([watchman.pid(), problems], [pid, []]);
  });

  inEachShell('guard, silence: a stopped guard still has its leases', async (shell) => {
    const { watchman, takenDown } = newGuard({ shell, silence: true });
    await watchman.hold(['one'], 1);
    const pid = watchman.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      await until('the run', 20_000, () => takenDown() !== undefined);
      // Nobody knows any more: it is replaced.
      await assert.rejects(watchman.renew(['one'], 1), { code: 'VIP_FAILED' });
    } finally {
      if (watchman.pid() === pid) process.kill(pid, 'SIGCONT');
    }
  });

  inEachShell('guard, silence: the leases of one that was killed die with it', async (shell) => {
    const { watchman, takenDown } = newGuard({ shell, silence: true });
    await watchman.hold(['one'], LEASE);
    const first = watchman.pid() ?? 0;
    process.kill(first, 'SIGKILL');
    const begun = Date.now();
    await until('another guard', 5_000, () => watchman.pid() !== undefined && watchman.pid() !== first);
    while (Date.now() < begun + LATEST_MS) {
      await watchman.renew(['one'], LEASE).catch(() => {});
      await watchFor(100);
    }
    assert.equal(takenDown(), undefined);
    await watchman.renew(['one'], LEASE);
  });

  test(
    'guard, silence: without it leases count for nothing, and nothing ticks',
    { timeout: 20_000 },
    async (t) => {
      if (!needs(t, [], { root: false })) return;
      const { watchman, takenDown } = newGuard();
      await watchman.hold(['one'], 1);
      await watchman.renew(['one'], 1);
      assert.deepEqual(childrenOf(watchman.pid()), []);
      await watchFor(2 * SECOND_MS);
      assert.equal(takenDown(), undefined);
    },
  );

  test('guard, silence: nothing ticks while nothing is held', { timeout: 20_000 }, async (t) => {
    if (!needs(t, [], { root: false })) return;
    const { watchman } = newGuard({ silence: true });
    await watchman.hold(['one'], 60);
    const [timer] = childrenOf(watchman.pid());
    assert.notEqual(timer, undefined);
    await watchman.drop(['one']);
    assert.deepEqual(childrenOf(watchman.pid()), []);
    assert.ok(!existsSync(`/proc/${timer}`));
  });

  test('guard, silence: a renewal that crosses the word of a run fails', { timeout: 20_000 }, async () => {
    const script = `while read -r line; do case $line in r*) echo '!1' ;; \\?*) echo "\${line#?}" ;; esac; done`;
    const { watchman, fired } = newGuard({ silence: true, shell: [standIn(tempFolder(), 'shell', script)] });
    await watchman.hold(['one'], 1);
    await assert.rejects(watchman.renew(['one'], 1), { name: 'OperatorError', code: 'VIP_FAILED' });
    assert.deepEqual(fired, [['one']]);
  });

  test('guard, silence: what was never held cannot be renewed', { timeout: 20_000 }, async () => {
    const { watchman } = newGuard({ silence: true });
    await assert.rejects(watchman.renew(['one'], 1), { code: 'VIP_FAILED' });
    await watchman.hold(['one'], 10);
    await assert.rejects(watchman.renew(['one', 'two'], 1), { code: 'VIP_FAILED' });
    await watchman.renew(['one'], 1);
  });
});

function childrenOf(pid: number | undefined): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}
