// Goal: a hook is called with the right words, by the right user, in a clean environment, and never outlives its time.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { HookMoment, HookSettings } from '../../src/core/hooks.ts';
import type { Errand } from '../../src/core/ports.ts';
import type { GroupName, NodeName } from '../../src/core/units.ts';
import { newAccounts, ownAccount, type Account } from '../../src/hook/account.ts';
import { hookWords, type Told } from '../../src/hook/call.ts';
import { runHook } from '../../src/hook/run.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { toldExec } from '../fakes/told-exec.ts';
import { until } from '../lab/wait.ts';
import { needs, standIn, tempFolder } from '../vip/lab.ts';

const errand: Errand = {
  ...{ group: 'web' as GroupName, node: 'lb1' as NodeName, epoch: 24, role: 'active' },
  ...{ peer: 'lb2' as NodeName, cause: 'lb2 is silent' },
};
const vip = { address: '10.10.10.42', family: 4, prefixLength: 32, link: 'eth0', label: '' } as const;
const told: Told = { errand, vips: [vip, { ...vip, address: '10.10.10.43' }], priority: 101 };
const hookOf = (words: readonly string[], more: Partial<HookSettings> = {}): HookSettings => ({
  ...{ moment: 'post_up', words, user: '', group: '', timeoutMs: 10_000, style: 'sealbeat' },
  ...more,
});
const run = (hook: HookSettings, { limitMs = hook.timeoutMs, own = ownAccount() } = {}) =>
  runHook({ exec: systemExec, clock: systemClock, accounts: newAccounts({ exec: systemExec }), own }, hook, {
    ...{ told, limitMs, signal: new AbortController().signal },
  });

const WORDS: readonly (readonly [HookMoment, string])[] = [
  ['post_up', '/n.sh -v INSTANCE web MASTER 101'],
  ['on_standby', '/n.sh -v INSTANCE web BACKUP 101'],
  ['on_fault', '/n.sh -v INSTANCE web FAULT 101'],
  ['post_down', '/n.sh -v INSTANCE web STOP 101'],
];
for (const [moment, expected] of WORDS) {
  test(`hook call: keepalived's words at ${moment}`, () => {
    const hook = hookOf(['/n.sh', '-v'], { moment, style: 'keepalived' });
    assert.equal(hookWords(hook, told).join(' '), expected);
    assert.deepEqual(hookWords({ ...hook, style: 'sealbeat' }, told), ['/n.sh', '-v']);
  });
}

test('hook run: the environment is its own and ours, and nothing of the process that starts it', async (t) => {
  if (!needs(t, [], { root: false })) return;
  process.env['SBV_SECRET'] = 'x';
  t.after(() => delete process.env['SBV_SECRET']);
  const { output, state } = await run(hookOf(['/bin/sh', '-c', 'pwd; read line; env | sort']));
  assert.equal(state, 'done');
  const { name, home } = ownAccount();
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !/^(PWD|_|OLDPWD|PATH|SHLVL)=/.test(line));
  assert.deepEqual(lines, [
    ...['/', `HOME=${home}`, 'LC_ALL=C', `LOGNAME=${name}`, 'SEALBEAT_CAUSE=lb2 is silent'],
    ...['SEALBEAT_EPOCH=24', 'SEALBEAT_GROUP=web', 'SEALBEAT_HOOK=post_up', 'SEALBEAT_NODE=lb1'],
    ...['SEALBEAT_PEER=lb2', 'SEALBEAT_ROLE=active'],
    'SEALBEAT_VIPS=10.10.10.42/32@eth0 10.10.10.43/32@eth0',
    ...['SHELL=/bin/sh', `USER=${name}`],
  ]);
});

test('hook run: exit code, last line, and what cannot be run', async (t) => {
  if (!needs(t, [], { root: false })) return;
  const failed = await run(hookOf(['/bin/sh', '-c', 'echo one; echo two >&2; exit 3']));
  assert.deepEqual(
    [failed.state, failed.exitCode, failed.text, failed.lines],
    ['failed', 3, 'exit code 3', ['one', 'two']],
  );
  const missing = await run(hookOf(['/nonexistent/hook']));
  assert.match(missing.text, /^it is not there/);
  const script = standIn(tempFolder(), 'hook', 'exit 0');
  chmodSync(script, 0o644);
  assert.match((await run(hookOf([script]))).text, /may not run it$/);
});

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('hook run: at its limit it is asked to end, and may say something', async (t) => {
  if (!needs(t, [], { root: false })) return;
  const script = `trap 'echo ending; exit 0' TERM; sleep 60 & wait`;
  const end = await run(hookOf(['/bin/sh', '-c', script]), { limitMs: 200 });
  assert.deepEqual([end.state, end.exitCode, end.lines], ['timed out', undefined, ['ending']]);
  assert.equal(end.text, 'ended after 0.2 s, because it had not ended by itself');
});

test('hook run: one that pays no heed is ended with all that it has started', async (t) => {
  if (!needs(t, [], { root: false })) return;
  const folder = tempFolder();
  const script = `trap '' TERM; sleep 60 & echo $! > ${folder}/pid; while :; do wait; done`;
  const end = await run(hookOf(['/bin/sh', '-c', script]), { limitMs: 200 });
  assert.equal(end.state, 'timed out');
  assert.ok(end.tookMs >= 2_000 && end.tookMs < 10_000, `${end.tookMs} ms`);
  const pid = Number(readFileSync(`${folder}/pid`, 'utf8'));
  await until('it is gone', 5_000, () => !isAlive(pid));
});

test('hook run: one whose children pay no heed leaves none of them', async (t) => {
  if (!needs(t, [], { root: false })) return;
  const folder = tempFolder();
  const script = `(trap '' TERM; echo $$; exec sleep 60) & echo $! > ${folder}/pid; wait`;
  await run(hookOf(['/bin/sh', '-c', script]), { limitMs: 200 });
  const pid = Number(readFileSync(`${folder}/pid`, 'utf8'));
  await until('it is gone', 5_000, () => !isAlive(pid));
});

const asNobody = (t: TestContext): boolean => needs(t, ['id']);

test('hook run: as another user, with one group and no other', async (t) => {
  if (!asNobody(t)) return;
  const nobody = (await newAccounts({ exec: systemExec }).user('nobody'))!;
  const script = 'id -u; id -g; id -G; echo $USER $HOME';
  const { output } = await run(hookOf(['/bin/sh', '-c', script], { user: 'nobody' }));
  const { uid, gid, home } = nobody;
  assert.equal(output, `${uid}\n${gid}\n${gid}\nnobody ${home}\n`);
  const { output: other } = await run(
    hookOf(['/bin/sh', '-c', 'id -u; id -G'], { user: 'nobody', group: 'daemon' }),
  );
  const group = await newAccounts({ exec: systemExec }).group('daemon');
  assert.equal(other, `${uid}\n${group}\n`);
});

test('hook run: as another user it is ended all the same', async (t) => {
  if (!asNobody(t)) return;
  const end = await run(hookOf(['/bin/sh', '-c', 'sleep 60'], { user: 'nobody' }), { limitMs: 100 });
  assert.equal(end.state, 'timed out');
});

const someone: Account = { name: 'someone', uid: 4711, gid: 4711, home: '/' };
test('hook run: who is not root runs nothing as somebody else, and says so', async () => {
  const end = await run(hookOf(['/bin/sh', '-c', 'exit 0'], { user: 'root' }), { own: someone });
  assert.equal(end.text, 'someone may not run it as root; only root may');
  assert.equal(end.state, 'failed');
});

test('hook run: an unknown user or group', async () => {
  const exec = toldExec({ exitCode: 2 });
  const accounts = newAccounts({ exec, read: () => Promise.resolve('a:x:5:6::/home/a:/bin/sh\n') });
  const go = (more: Partial<HookSettings>) =>
    runHook({ exec, clock: systemClock, accounts, own: ownAccount() }, hookOf(['/x'], more), {
      ...{ told, limitMs: 1_000, signal: new AbortController().signal },
    });
  assert.equal((await go({ user: 'b' })).text, 'there is no user b on this host');
  assert.equal((await go({ user: 'a', group: 'g' })).text, 'there is no group g on this host');
  assert.deepEqual(
    exec.calls.map(({ command }) => command.join(' ')),
    ['getent passwd b', 'getent group g'],
  );
});

test('hook accounts: who is not in the local file is asked for once', async () => {
  const exec = toldExec({ stdout: 'carol:*:70001:70000:Carol:/home/carol:/bin/ksh\n' });
  const accounts = newAccounts({ exec, read: () => Promise.reject(new Error('no file')) });
  const carol = { name: 'carol', uid: 70001, gid: 70000, home: '/home/carol' };
  assert.deepEqual(await accounts.user('carol'), carol);
  assert.deepEqual(await accounts.user('carol'), carol);
  assert.equal(exec.calls.length, 1);
});
