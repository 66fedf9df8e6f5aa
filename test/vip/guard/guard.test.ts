import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { guard } from '../../../src/vip/guard/guard.ts';
import { until } from '../../lab/wait.ts';
import { needs, standIn, tempFolder } from '../lab.ts';
import { newGuard } from './new-guard.ts';
import { SHELLS } from './shells.ts';

for (const shell of SHELLS) {
  const name = shell.join(' ');
  test(
    `guard, ${name}: runs what it holds when its input ends, and nothing that was dropped`,
    { timeout: 20_000 },
    async (t) => {
      if (!needs(t, [shell[0]], { root: false })) return;
      const { watchman, takenDown } = newGuard({ shell });
      await watchman.hold(['address del 10.0.0.1/32 dev eth0', 'address del 10.0.0.2/32 dev eth0']);
      await watchman.hold(['a \\n "quoted" $(line) `with` *']);
      await watchman.drop(['address del 10.0.0.1/32 dev eth0']);
      assert.equal(takenDown(), undefined);
      await watchman.close();
      assert.deepEqual(takenDown(), ['address del 10.0.0.2/32 dev eth0', 'a \\n "quoted" $(line) `with` *']);
    },
  );

  test(`guard, ${name}: ignores the signals that stop an agent`, { timeout: 20_000 }, async (t) => {
    if (!needs(t, [shell[0]], { root: false })) return;
    const { watchman, takenDown } = newGuard({ shell });
    await watchman.hold(['one']);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(watchman.pid() ?? 0, signal);
    const pid = watchman.pid();
    await watchman.hold(['two']); // an answer: it has seen the signals and is still there
    assert.equal(watchman.pid(), pid);
    await watchman.close();
    assert.deepEqual(takenDown(), ['one', 'two']);
  });

  test(`guard, ${name}: a thousand addresses`, { timeout: 30_000 }, async (t) => {
    if (!needs(t, [shell[0]], { root: false })) return;
    const { watchman, takenDown } = newGuard({ shell });
    const lines = Array.from(
      { length: 1_000 },
      (_, i) => `address del 10.88.${i >> 8}.${i & 255}/32 dev eth0`,
    );
    await watchman.hold(lines);
    await watchman.close();
    assert.deepEqual(takenDown(), lines);
  });
}

test('guard: holding nothing, it runs nothing', { timeout: 20_000 }, async () => {
  const { watchman, takenDown } = newGuard();
  await watchman.hold(['one']);
  await watchman.drop(['one']);
  await watchman.close();
  assert.equal(takenDown(), undefined);
});

test('guard: it has a session of its own', { timeout: 20_000 }, async (t) => {
  if (!needs(t, [], { root: false })) return;
  const { watchman } = newGuard();
  await watchman.hold(['one']);
  const pid = watchman.pid();
  const session = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
  assert.equal(Number(session), pid);
});

test(
  'guard: one that is ended while it is needed is started again and holds the same',
  { timeout: 20_000 },
  async () => {
    const { watchman, takenDown, problems } = newGuard();
    await watchman.hold(['one', 'two']);
    const first = watchman.pid() ?? 0;
    process.kill(first, 'SIGKILL');
    await until('another guard', 5_000, () => watchman.pid() !== undefined && watchman.pid() !== first);
    await watchman.close();
    assert.deepEqual(takenDown(), ['one', 'two']);
    assert.deepEqual(problems, []);
  },
);

test(
  'guard: one that is ended over and over is reported, not started for ever',
  { timeout: 30_000 },
  async () => {
    const { watchman, problems } = newGuard();
    await watchman.hold(['one']);
    let last = 0;
    let ended = 0;
    await until('the report', 20_000, () => {
      if (problems.length > 0) return true;
      const pid = watchman.pid();
      if (pid !== undefined && pid !== last) {
        process.kill(pid, 'SIGKILL');
        last = pid;
        ended += 1;
      }
      return false;
    });
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.code, 'VIP_FAILED');
    // Each was ended by us; one that a busy machine ended before we saw it is counted as well.
    assert.ok(ended >= 1 && ended <= 6, `${ended} of them`);
  },
);

test(
  'guard: one that cannot be told to let go is ended, so that it takes down nothing later',
  { timeout: 20_000 },
  async () => {
    const folder = tempFolder();
    // The first answers once and then no more; those after it do not start.
    const script = `mkdir ${folder}/first 2> /dev/null || exit 1
trap '' TERM; while read -r line; do case $line in \\?1) echo 1 ;; esac; done; shift 2; shift; echo late | "$@"`;
    const { watchman, takenDown, problems } = newGuard({ shell: [standIn(folder, 'shell', script)] });
    await watchman.hold(['one']);
    const pid = watchman.pid();
    await watchman.drop(['one']);
    assert.equal(problems[0]?.code, 'VIP_FAILED');
    await until('it to be gone', 5_000, () => !existsSync(`/proc/${pid}`));
    await watchman.close();
    assert.equal(takenDown(), undefined);
  },
);

for (const [name, shell] of [
  ['is not installed', [join('/nonexistent', 'sh')]],
  ['ends at once', ['false']],
] as const) {
  test(`guard: a shell that ${name} makes hold an error`, { timeout: 20_000 }, async () => {
    const { watchman } = newGuard({ shell });
    await assert.rejects(watchman.hold(['one']), { name: 'OperatorError', code: 'VIP_FAILED' });
  });
}

test(
  'guard: it ends the program that could still add, but no other that has its number by now',
  { timeout: 20_000 },
  async (t) => {
    if (!needs(t, ['cat'], { root: false })) return;
    for (const [takeDown, isEnded] of [
      ['cat', true],
      ['sh', false],
    ] as const) {
      const writer = systemSpawn.start('cat', [], {});
      after(() => writer.kill());
      await until('the writer to run', 5_000, () => commandOf(writer.pid) === 'cat');
      const watchman = guard({
        spawn: systemSpawn,
        clock: systemClock,
        takeDown: [takeDown],
        onProblem: assert.fail,
      });
      watchman.setChildren([writer.pid ?? 0]);
      await watchman.hold(['true']);
      await watchman.close();
      if (isEnded) await until('the writer to be ended', 5_000, () => commandOf(writer.pid) !== 'cat');
      else assert.equal(commandOf(writer.pid), 'cat');
    }
  },
);

function commandOf(pid: number | undefined): string | undefined {
  const path = `/proc/${pid}/comm`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
