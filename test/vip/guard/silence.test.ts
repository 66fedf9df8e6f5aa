// Goal: with `silence` a guard stands for a lease: what is not renewed is run after it, and within a second more.
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECOND_MS } from '../../../src/core/units.ts';
import { runTool } from '../../lab/host-tool.ts';
import { until, watchFor } from '../../lab/wait.ts';
import { needs, standIn, tempFolder } from '../lab.ts';
import { newGuard } from './new-guard.ts';
import { inEachShell } from './shells.ts';

const LEASE = 2;
const LATEST_MS = (LEASE + 1) * SECOND_MS;

/** Until `from` is so long ago. Bounded generously: when it came true is asserted by who calls it. */
async function msUntil(from: number, what: string, isSo: () => boolean): Promise<number> {
  await until(what, 20_000, isSo);
  return performance.now() - from;
}

inEachShell('guard, silence: runs what is not renewed, once', async (shell, t) => {
  const { watchman, takenDown, forgetRuns, fired } = newGuard({ shell, silence: true });
  await watchman.hold(['a', 'b \\n "quoted" $(line) `with` *'], LEASE);
  await watchman.hold(['stays'], 0);
  const begun = performance.now();
  let asked = begun;
  let answered = begun;
  while (answered < begun + LATEST_MS) {
    asked = performance.now();
    await watchman.renew(['a', 'b \\n "quoted" $(line) `with` *'], LEASE);
    answered = performance.now();
    await watchFor(250);
  }
  assert.equal(takenDown(), undefined, 'longer than a lease, but renewed');

  const runAt = answered + (await msUntil(answered, 'the run', () => takenDown() !== undefined));
  assert.ok(runAt - asked >= LEASE * SECOND_MS, `${runAt - asked} ms after it was asked for`);
  assert.ok(runAt - answered <= LATEST_MS, `${runAt - answered} ms after the answer`);
  t.diagnostic(`${(runAt - answered).toFixed(0)} ms after the last answer`);
  assert.deepEqual(takenDown(), ['a', 'b \\n "quoted" $(line) `with` *']);
  await until('the word', 5_000, () => fired.length > 0);
  assert.deepEqual(fired, [['a', 'b \\n "quoted" $(line) `with` *']]);

  forgetRuns();
  await assert.rejects(watchman.renew(['a'], LEASE), { name: 'OperatorError', code: 'VIP_FAILED' });
  await watchman.close();
  assert.deepEqual(takenDown(), ['stays'], 'what was run is no longer held');
});

inEachShell('guard, silence: what it ran can be held again', async (shell) => {
  const { watchman, takenDown, forgetRuns, fired } = newGuard({ shell, silence: true });
  await watchman.hold(['one'], 1);
  await until('the run', 20_000, () => takenDown() !== undefined);
  forgetRuns();
  const begun = performance.now();
  await watchman.hold(['one'], 1);
  await watchman.renew(['one'], 2);
  assert.ok((await msUntil(begun, 'the second run', () => takenDown() !== undefined)) >= 2 * SECOND_MS);
  await until('the word', 5_000, () => fired.length === 2);
  forgetRuns();
  await watchman.hold(['two'], 1);
  await watchman.drop(['two']);
  await watchman.close();
  assert.equal(takenDown(), undefined);
});

inEachShell('guard, silence: each hold has a lease of its own', async (shell) => {
  const { watchman, takenDown, fired } = newGuard({ shell, silence: true });
  await watchman.hold(['renewed'], LEASE);
  await watchman.hold(['dropped', 'forgotten'], LEASE);
  const begun = performance.now();
  await watchFor(SECOND_MS);
  // A word about some of the lines is no renewal of the rest.
  await watchman.drop(['dropped']);
  const renewals = async () => {
    await watchman.renew(['renewed'], LEASE);
    return takenDown() !== undefined;
  };
  await until('the run', 20_000, renewals);
  const runMs = performance.now() - begun;
  assert.ok(runMs >= LEASE * SECOND_MS && runMs <= LATEST_MS, `${runMs} ms`);
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
  await until('the other run', 20_000, () => existsSync(join(folder, 'other')));
  assert.deepEqual(fired, [['hang'], ['other']]);
  const end = openSync(pipe, 'r+');
  await watchman.close();
  closeSync(end);
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
  const begun = performance.now();
  await until('another guard', 5_000, () => watchman.pid() !== undefined && watchman.pid() !== first);
  while (performance.now() < begun + LATEST_MS) {
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

test('guard, silence: what was never held cannot be renewed', { timeout: 20_000 }, async () => {
  const { watchman } = newGuard({ silence: true });
  await assert.rejects(watchman.renew(['one'], 1), { code: 'VIP_FAILED' });
  await watchman.hold(['one'], 10);
  await assert.rejects(watchman.renew(['one', 'two'], 1), { code: 'VIP_FAILED' });
  await watchman.renew(['one'], 1);
});

function childrenOf(pid: number | undefined): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}
